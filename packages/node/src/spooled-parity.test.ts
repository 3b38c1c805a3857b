import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BytesIO } from '@memio/core';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

const dir = mkdtempSync(join(tmpdir(), 'memio-parity-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** Lengths about the sizes of pieces: a page of the file, a chunk of a stream, and what `text` and `toBase64` read at a time. */
const lengths = fc.oneof(
  fc.nat(200),
  fc.constantFrom(65_535, 65_536, 65_537, 131_072, 196_607, 196_608, 196_609, 250_000),
);
const texts = fc.constantFrom('a', 'é', '☃', '😀', 'line\n', 'line\r\n', '\n', '\ufeff', 'long '.repeat(30));
const bytes = fc
  .tuple(lengths, fc.nat(255))
  .map(([length, first]) => new Uint8Array(length).map((_, at) => at * 7 + first + (at >> 8)));
/** Text, from any byte on: its characters lie anywhere in a page, and the first one may be invalid. */
const encoded = fc
  .tuple(fc.array(texts, { minLength: 1, maxLength: 12 }), lengths, fc.nat(3))
  .map(([words, length, skip]) => {
    const word = Buffer.from(words.join(''));
    return new Uint8Array(
      Buffer.concat(Array.from({ length: Math.ceil(length / word.length) }, () => word)).subarray(skip),
    );
  });
const content = fc.oneof(bytes, encoded);
const cursor = fc.oneof(fc.constant(0), fc.nat(300_000));

type Use = (io: BytesIO) => unknown;

/** What `use` gives, or the error that it throws, with the cursor and the content afterwards. */
async function outcome(io: BytesIO, use: Use): Promise<unknown[]> {
  let result: unknown;
  try {
    result = await use(io);
  } catch (error) {
    const { name, code, message } = error as Error & { code: string };
    result = { name, code, message };
  }
  return [digest(result), io.tell(), io.size, digest(io.getvalue())];
}

/** Equal for equal bytes; comparing a hundred thousand elements takes vitest a second. */
function digest(result: unknown): unknown {
  if (result instanceof Uint8Array) return `${result.length}:${Buffer.from(result).toString('latin1')}`;
  return Array.isArray(result) ? JSON.stringify(result.map(digest)) : result;
}

async function expectTheSame(initial: Uint8Array, position: number, maxSize: number, use: Use): Promise<void> {
  using io = new SpooledBytesIO(initial, { maxSize, dir });
  const model = new BytesIO(initial);
  for (const stream of [io, model]) stream.seek(position);
  const expected = await outcome(model, use);
  const actual = await outcome(io, use);
  // Strings of this length are not to be printed.
  expect(actual.map((each, index) => each === expected[index] || index)).toEqual(
    expected.map((each, index) => (typeof each === 'object' ? index : true)),
  );
  expect(actual.filter((each) => typeof each === 'object')).toEqual(
    expected.filter((each) => typeof each === 'object'),
  );
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Everything that a BYOB reader with buffers of `size` bytes is given. */
async function readWith(io: BytesIO, size: number, range: { start?: number; end?: number }): Promise<Uint8Array[]> {
  const reader = io.stream(range).getReader({ mode: 'byob' });
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(size));
    if (done) return chunks;
    chunks.push(value);
  }
}

describe('a SpooledBytesIO in its file does the same as a BytesIO:', () => {
  const same = (use: fc.Arbitrary<Use>, numRuns = 20) =>
    fc.assert(fc.asyncProperty(content, cursor, fc.constantFrom(0, 100, 66_000), use, expectTheSame), { numRuns });

  it.each<[string, fc.Arbitrary<Use>]>([
    [
      'lines()',
      fc.constantFrom<Use>(
        (io) => [...io.lines()],
        (io) => [...io.lines('latin1')],
        (io) => [...io.lines('utf-16le')],
      ),
    ],
    [
      'lines(), left and taken up again',
      fc.nat(20).map(
        (count): Use =>
          (io) => {
            const first: string[] = [];
            for (const line of io.lines()) if (first.push(line) > count) break;
            return [...first, io.tell(), ...io.readlines(), ...io.lines()];
          },
      ),
    ],
    ['iteration', fc.constant((io) => [...io])],
    [
      'chunks()',
      fc.constantFrom(7000, 65_535, 65_536, 100_000).map(
        (size): Use =>
          (io) => [...io.chunks(size)],
      ),
    ],
    ['for await', fc.constant((io) => collected(io))],
    [
      'text()',
      fc.constantFrom(undefined, 'utf-8', 'utf-16le', 'utf-16be', 'latin1', 'gb18030').map(
        (encoding): Use =>
          (io) =>
            io.text(encoding),
      ),
    ],
    [
      'toBase64()',
      fc.record({ alphabet: fc.constantFrom('base64' as const, 'base64url' as const), omitPadding: fc.boolean() }).map(
        (options): Use =>
          (io) =>
            io.toBase64(options),
      ),
    ],
    [
      'stream({ start, end })',
      fc.tuple(cursor, cursor, fc.constantFrom(0, 1000, 65_536, 100_000)).map(
        ([start, end, size]): Use =>
          (io) =>
            size === 0 ? collected(io.stream({ start, end })) : readWith(io, size, { start, end }),
      ),
    ],
    ['blob()', fc.constant(async (io) => new Uint8Array(await io.blob().arrayBuffer()))],
    [
      'peek() and readinto()',
      fc.tuple(lengths, lengths).map(
        ([one, two]): Use =>
          (io) => [io.peek(one), io.readinto(new Uint8Array(two)), io.peek(two)],
      ),
    ],
  ])('%s', async (_, use) => {
    await same(use);
  });

  it('sink() with bytes and with the commands of a file', async () => {
    const command = fc.oneof(
      bytes,
      fc.record({ type: fc.constant('write' as const), data: bytes, position: fc.option(cursor) }),
      fc.record({ type: fc.constant('seek' as const), position: cursor }),
      fc.record({ type: fc.constant('truncate' as const), size: cursor }),
    );
    await same(
      fc.array(command, { maxLength: 6 }).map(
        (commands): Use =>
          async (io) => {
            const writer = io.sink().getWriter();
            for (const each of commands) await writer.write(each);
            await writer.close();
          },
      ),
    );
  });

  it('sink() with what it refuses', async () => {
    const commands = [{ type: 'move' }, { type: 'seek', position: -1 }, { type: 'write', data: 'text' }, 5];
    await same(
      fc.constantFrom(...commands).map(
        (command): Use =>
          async (io) => {
            const writer = io.sink().getWriter();
            writer.closed.catch(() => {});
            await writer.write(command as never);
          },
      ),
      12,
    );
  });
});
