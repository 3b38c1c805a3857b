import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BytesIO, b, type Source } from '@memio/core';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { openSpools } from '../test/open-spools.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

let dir: string;
let options: { maxSize: number; dir: string };
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memio-node-'));
  options = { maxSize: 8, dir };
});
afterEach(() => {
  expect([readdirSync(dir), openSpools(dir)]).toEqual([[], 0]);
  rmSync(dir, { recursive: true });
});

const chunks = (...parts: Uint8Array[]) =>
  async function* () {
    yield* parts;
  };

describe('SpooledBytesIO.from()', () => {
  it.each<[string, () => Source]>([
    ['bytes', () => b`0123456789`],
    ['an array of bytes', () => [b`01234`, b`56789`]],
    ['a generator', () => chunks(b`0123`, b``, b`456789`)()],
    ['a Node.js stream', () => Readable.from([b`01234`, b`56789`])],
    ['a web stream', () => new Blob(['0123456789']).stream()],
    ['a Blob', () => new Blob(['0123456789'])],
    ['a Response', () => new Response('0123456789', { headers: { 'content-length': '10' } })],
    ['a BytesIO', () => new BytesIO(b`0123456789`)],
  ])('takes in %s and is ready to read', async (_, source) => {
    using io = await SpooledBytesIO.from(source(), options);
    expectTypeOf(io).toEqualTypeOf<SpooledBytesIO>();
    expect([io.rolled, io.tell(), io.read()]).toEqual([true, 0, b`0123456789`]);
  });

  it('stays in memory up to maxSize', async () => {
    using io = await SpooledBytesIO.from([b`0123`, b`4567`], options);
    expect([io.rolled, io.read()]).toEqual([false, b`01234567`]);
  });

  it('takes in another SpooledBytesIO from its cursor', async () => {
    using source = await SpooledBytesIO.from(b`0123456789`, options);
    source.seek(1);
    using io = await SpooledBytesIO.from(source, options);
    expect([io.rolled, io.read()]).toEqual([true, b`123456789`]);
  });

  it('tells its progress and takes a generator’s array that is used again', async () => {
    const told: unknown[] = [];
    async function* reusing() {
      const chunk = new Uint8Array(4);
      for (const byte of [1, 2, 3]) yield chunk.fill(byte);
    }
    using io = await SpooledBytesIO.from(reusing(), {
      ...options,
      expectedLength: 12,
      onProgress: (...progress) => told.push(progress),
    });
    expect(io.read()).toEqual(Uint8Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3));
    expect(told).toEqual([
      [4, 12],
      [8, 12],
      [12, 12],
    ]);
  });

  it.each<[string, Source, object, object]>([
    [
      'too much',
      [b`01234`, b`56789`, b`x`],
      { maxBytes: 10 },
      { code: 'ERR_MEMIO_LIMIT', limit: 'maxBytes', partial: b`01234567` },
    ],
    ['too little', [b`0123`], { expectedLength: 5 }, { code: 'ERR_MEMIO_TRUNCATED', partial: b`0123`, expected: 5 }],
    ['more than was said', [b`01234`, b`56789`], { expectedLength: 9 }, { code: 'ERR_MEMIO_OVERRUN' }],
    ['text', ['01234'] as never, {}, { code: 'ERR_MEMIO_TYPE' }],
  ])('fails on %s, with what had come up to maxSize, and leaves no file', async (_, source, more, error) => {
    await expect(SpooledBytesIO.from(source, { ...options, ...more })).rejects.toMatchObject(error);
  });
});

describe('writeFrom() of a SpooledBytesIO', () => {
  it.each([
    ['an empty stream', '', 0],
    ['the end', '0123456789', 10],
    ['the middle', '0123456789', 4],
    ['over the end', '0123456789012345', 10],
    ['behind the end', '0123456789', 20],
    ['behind the end of nothing', '', 3],
  ])('writes at the cursor: %s', async (_, content, cursor) => {
    const before = new TextEncoder().encode(content);
    for (const source of [
      [b`ab`, b`c`],
      [b`abcdefgh`, b`ijkl`],
    ]) {
      using io = new SpooledBytesIO(before, options);
      const model = new BytesIO(before);
      for (const stream of [io, model]) stream.seek(cursor);
      expect(await io.writeFrom(source)).toBe(await model.writeFrom(source));
      expect([io.tell(), io.getvalue()]).toEqual([model.tell(), model.getvalue()]);
    }
  });

  it('does the same as BytesIO for any content, cursor and chunks', async () => {
    const sizes = fc.oneof(fc.nat(20), fc.constantFrom(65_535, 65_536, 65_537, 150_000));
    const bytes = fc.tuple(sizes, fc.nat(255)).map(([length, first]) => new Uint8Array(length).fill(first));
    await fc.assert(
      fc.asyncProperty(
        bytes,
        sizes,
        fc.array(bytes, { maxLength: 5 }),
        fc.boolean(),
        async (before, at, parts, roll) => {
          using io = new SpooledBytesIO(before, { ...options, maxSize: 40_000 });
          if (roll) io.rollover();
          const model = new BytesIO(before);
          for (const stream of [io, model]) stream.seek(at);
          expect(await io.writeFrom(chunks(...parts)())).toBe(await model.writeFrom(parts));
          expect([io.tell(), io.size]).toEqual([model.tell(), model.size]);
          expect(Buffer.compare(io.getvalue(), model.getvalue())).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  const gone = new Error('gone');
  async function* failing() {
    yield b`0123456789`;
    throw gone;
  }

  it.each([
    ['in memory', 'abc', 1],
    ['at the end of its file', 'abcdefghijkl', 12],
    ['in the middle of its file', 'abcdefghijkl', 2],
  ])('changes nothing when the source fails: %s', async (_, content, cursor) => {
    const before = new TextEncoder().encode(content);
    using io = new SpooledBytesIO(before, options);
    io.seek(cursor);
    const { rolled } = io;
    await expect(io.writeFrom(failing())).rejects.toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      message: 'The source failed (gone) after 10 bytes',
      cause: gone,
      partial: b`01234567`,
    });
    expect([io.rolled, io.tell(), io.getvalue()]).toEqual([rolled, cursor, before]);
  });

  it('stops at once when it is aborted, and cancels the source', async () => {
    const controller = new AbortController();
    let cancelled: unknown;
    const source = new ReadableStream({
      start: (stream) => stream.enqueue(b`0123456789`),
      cancel(reason) {
        cancelled = reason;
      },
    });
    using io = new SpooledBytesIO(b`abc`, options);
    const onProgress = () => setImmediate(() => controller.abort(gone));
    await expect(io.writeFrom(source, { signal: controller.signal, onProgress })).rejects.toBe(gone);
    expect(cancelled).toBe(gone);
    expect([io.rolled, io.getvalue()]).toEqual([false, b`abc`]);
  });

  it('writes at the cursor that is there when the source has ended', async () => {
    using io = new SpooledBytesIO(b`0123456789`, options);
    const first = io.writeFrom(chunks(b`aaaaaaaaa`)());
    const second = io.writeFrom(chunks(b`bbbbbbbbb`)());
    io.seek(0, 2);
    await Promise.all([first, second]);
    expect(io.text()).toMatch(/^0123456789(a{9}b{9}|b{9}a{9})$/);
  });

  it('holds no more than maxBytes of the stream', async () => {
    using io = new SpooledBytesIO(b`0123456789`, { ...options, maxBytes: 15 });
    io.seek(5);
    await expect(io.writeFrom([b`abcdef`, b`ghijkl`])).rejects.toMatchObject({ limit: 'maxBytes', allowed: 15 });
    expect([io.tell(), io.getvalue()]).toEqual([5, b`0123456789`]);
    using small = new SpooledBytesIO(b`01`, { ...options, maxBytes: 9 });
    await expect(small.writeFrom([b`abcdef`, b`ghijkl`])).rejects.toMatchObject({ limit: 'maxBytes', allowed: 9 });
    expect([small.rolled, small.getvalue()]).toEqual([false, b`01`]);
  });

  it('refuses to write over the end while the stream is read, or while a view is out', async () => {
    using io = new SpooledBytesIO(b`0123456789`, options);
    const stream = io.stream();
    await expect(io.writeFrom([b`abcdefghijkl`])).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    await stream.cancel();
    using empty = new SpooledBytesIO(undefined, options);
    using _view = empty.getbuffer();
    await expect(empty.writeFrom([b`abcdefghijkl`])).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    expect([io.getvalue(), empty.rolled]).toEqual([b`0123456789`, false]);
  });

  it('does not touch the source when the stream is closed, and fails when it is closed meanwhile', async () => {
    const io = new SpooledBytesIO(undefined, options);
    const source = new BytesIO(b`0123456789`);
    const writing = io.writeFrom(chunks(b`0123456789`)());
    io.close();
    await expect(writing).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
    await expect(io.writeFrom(source)).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
    expect(source.tell()).toBe(0);
  });
});
