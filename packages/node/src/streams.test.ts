import { createReadStream as createFileReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createReadStream, type ReadStreamOptions } from './read-stream.ts';
import { saveTo } from './save-to.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';
import { createWriteStream } from './write-stream.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-node-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DIGITS = b`0123456789`;
const digits = () => new BytesIO(DIGITS);
const kinds: [string, (content: Uint8Array) => BytesIO][] = [
  ['BytesIO', (content) => new BytesIO(content)],
  ['SpooledBytesIO in memory', (content) => new SpooledBytesIO(content)],
  ['SpooledBytesIO in its file', (content) => new SpooledBytesIO(content, { maxSize: 0, dir: folder })],
];
const typeError = (message: string) => expect.objectContaining({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message });
const rangeError = (message: string) =>
  expect.objectContaining({ name: 'RangeError', code: 'ERR_MEMIO_RANGE', message });

describe.each(kinds)('createReadStream() of a %s', (_, make) => {
  it('is a Readable of the whole content, whatever the cursor, which stays', async () => {
    using io = make(DIGITS);
    io.seek(7);
    const stream = createReadStream(io);
    expect(stream).toBeInstanceOf(Readable);
    expect([(await buffer(stream)).toString(), io.tell()]).toEqual(['0123456789', 7]);
  });

  it('reads what node:fs reads from a file, for every start and end', async () => {
    using io = make(DIGITS);
    const path = join(folder, 'digits');
    writeFileSync(path, DIGITS);
    for (const start of [undefined, 0, 3, 9, 10, 12]) {
      for (const end of [undefined, 0, 3, 9, 10, 20, Number.POSITIVE_INFINITY]) {
        if ((start ?? 0) > (end ?? Number.POSITIVE_INFINITY)) continue;
        const options: ReadStreamOptions = { start, end, highWaterMark: 3 };
        const expected = await buffer(createFileReadStream(path, options as object));
        expect((await buffer(createReadStream(io, options))).toString()).toBe(expected.toString());
      }
    }
  });

  it('comes in chunks of highWaterMark', async () => {
    using io = make(DIGITS);
    const chunks: string[] = [];
    for await (const chunk of createReadStream(io, { highWaterMark: 4 })) chunks.push(String(chunk));
    expect(chunks).toEqual(['0123', '4567', '89']);
  });

  it('ends at once when there is nothing', async () => {
    using io = make(b``);
    expect(await buffer(createReadStream(io))).toHaveLength(0);
  });

  it('refuses a change of the size until it has ended', async () => {
    using io = make(DIGITS);
    const stream = createReadStream(io);
    for (const [action, change] of [
      ['truncate to 1', () => io.truncate(1)],
      ['close', () => io.close()],
      ['grow to 11 bytes', () => io.seek(0, 2) && io.write(b`x`)],
    ] as const)
      expect(change).toThrow(
        expect.objectContaining({
          code: 'ERR_MEMIO_BUFFER',
          message: expect.stringMatching(
            `^Cannot ${action} while .*createReadStream\\(\\) holds? the content: .*cancel it`,
          ),
        }),
      );
    stream.on('end', () => io.truncate(1));
    await buffer(stream);
    expect(io.size).toBe(1);
  });

  it.each<[string, (stream: Readable) => unknown]>([
    ['is destroyed before it is read', (stream) => stream.destroy()],
    ['is destroyed in the middle', (stream) => stream.once('data', () => stream.destroy())],
    ['is destroyed with an error', (stream) => stream.destroy(new Error('gone'))],
    [
      'is left by a loop',
      async (stream) => {
        for await (const _chunk of stream) break;
      },
    ],
  ])('lets the content go when it %s', async (_how, end) => {
    using io = make(DIGITS);
    const stream = createReadStream(io, { highWaterMark: 2 });
    const closed = finished(stream).catch(() => {});
    await end(stream);
    await closed;
    io.truncate(1);
    expect(io.size).toBe(1);
  });

  it('gives out copies', async () => {
    using io = make(DIGITS);
    for await (const chunk of createReadStream(io, { highWaterMark: 5 })) chunk.fill(0);
    expect(io.getvalue()).toEqual(DIGITS);
  });

  it('is destroyed by its signal, with an AbortError', async () => {
    using io = make(DIGITS);
    const controller = new AbortController();
    const stream = createReadStream(io, { signal: controller.signal });
    controller.abort();
    await expect(buffer(stream)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(buffer(createReadStream(io, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    io.truncate(0);
  });

  it('takes any content through a pipeline and back, in any sizes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5000 }),
        fc.constantFrom(1, 7, 100, 4099, 65_536),
        fc.constantFrom(1, 13, 65_536),
        async (content, highWaterMark, waiting) => {
          using io = make(content);
          using packed = make(b``);
          using unpacked = make(b``);
          await pipeline(createReadStream(io, { highWaterMark }), createGzip(), createWriteStream(packed));
          const read = createReadStream(packed, { highWaterMark });
          await pipeline(read, createGunzip(), createWriteStream(unpacked, { highWaterMark: waiting }));
          expect(Buffer.compare(unpacked.getvalue(), content)).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('createReadStream()', () => {
  it.each<[unknown, object]>([
    [{ start: -1 }, rangeError('Cannot read from -1: start must be >= 0')],
    [{ start: '1' }, typeError('Cannot read from the string "1": start must be an integer')],
    [{ start: 1.5 }, typeError('Cannot read from 1.5: start must be an integer')],
    [{ start: Number.POSITIVE_INFINITY }, typeError('Cannot read from Infinity: start must be an integer')],
    [{ end: -1 }, rangeError('Cannot read up to -1: end must be >= 0')],
    [{ end: null }, typeError('Cannot read up to null: end must be an integer')],
    [{ start: 5, end: 4 }, rangeError('Cannot read from 5 to 4: start must be <= end')],
    [{ highWaterMark: 0 }, rangeError('Cannot read in chunks of 0: highWaterMark must be >= 1')],
    [{ highWaterMark: '1' }, typeError('Cannot read in chunks of the string "1": highWaterMark must be an integer')],
    [{ signal: 5 }, typeError('Cannot read with 5: signal must be an AbortSignal')],
  ])('refuses %j, and holds nothing', (options, error) => {
    const io = digits();
    expect(() => createReadStream(io, options as object)).toThrow(error);
    io.close();
  });

  it('refuses what is no BytesIO, and a closed one', () => {
    expect(() => createReadStream('path' as never)).toThrow(
      typeError('Cannot read the string "path": expected a BytesIO'),
    );
    const io = digits();
    io.close();
    expect(() => createReadStream(io)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });
});

describe('createWriteStream()', () => {
  it('is a Writable that writes at the cursor', async () => {
    const io = digits();
    io.seek(8);
    const stream = createWriteStream(io);
    expect(stream).toBeInstanceOf(Writable);
    stream.write(b`ab`);
    stream.end('☃');
    await finished(stream);
    expect([io.getvalue(), io.tell(), io.closed]).toEqual([b`01234567ab\xe2\x98\x83`, 13, false]);
  });

  it.each([
    [0, b`ab23456789`],
    [9, b`012345678ab`],
    [12, b`0123456789\0\0ab`],
  ])('writes at start %i, where the cursor is at once', async (start, expected) => {
    const io = digits();
    const stream = createWriteStream(io, { start });
    expect(io.tell()).toBe(start);
    stream.end(b`ab`);
    await finished(stream);
    expect([io.getvalue(), io.tell()]).toEqual([expected, start + 2]);
  });

  it('copies its chunks', async () => {
    const io = new BytesIO();
    const stream = createWriteStream(io);
    const chunk = b`abc`;
    await new Promise((resolve) => stream.write(chunk, resolve));
    chunk.fill(0);
    expect(io.getvalue()).toEqual(b`abc`);
  });

  it('tells when to wait', () => {
    const stream = createWriteStream(new BytesIO(), { highWaterMark: 4 });
    stream.cork();
    expect([stream.write(b`abc`), stream.write(b`d`)]).toEqual([true, false]);
    stream.uncork();
  });

  it.each<[string, () => BytesIO, string]>([
    ['LimitError', () => new BytesIO(undefined, { maxBytes: 5 }), 'ERR_MEMIO_LIMIT'],
    [
      'BufferError',
      () => {
        const io = new BytesIO(b`abcd`);
        io.getbuffer();
        return io;
      },
      'ERR_MEMIO_BUFFER',
    ],
    [
      'ClosedError',
      () => {
        const io = new BytesIO();
        setImmediate(() => io.close());
        return io;
      },
      'ERR_MEMIO_CLOSED',
    ],
  ])('fails with the %s of the BytesIO, and destroys the source', async (_, make, code) => {
    async function* slow() {
      for (;;) {
        yield b`abcd`;
        await new Promise(setImmediate);
      }
    }
    const source = Readable.from(slow());
    const stream = createWriteStream(make());
    await expect(pipeline(source, stream)).rejects.toMatchObject({ code });
    expect([source.destroyed, stream.destroyed]).toEqual([true, true]);
  });

  it('is destroyed by its signal; what was written stays', async () => {
    const io = new BytesIO();
    const controller = new AbortController();
    const stream = createWriteStream(io, { signal: controller.signal });
    stream.write(b`abc`);
    controller.abort();
    await expect(finished(stream)).rejects.toMatchObject({ name: 'AbortError' });
    expect(io.getvalue()).toEqual(b`abc`);
  });

  it.each<[unknown, object]>([
    [{ start: -1 }, rangeError('Cannot write at -1: start must be >= 0')],
    [{ start: '1' }, typeError('Cannot write at the string "1": start must be an integer')],
    [{ highWaterMark: 0 }, rangeError('Cannot write with 0: highWaterMark must be >= 1')],
    [{ signal: {} }, typeError('Cannot write with an object: signal must be an AbortSignal')],
  ])('refuses %j, and leaves the cursor', (options, error) => {
    const io = digits();
    expect(() => createWriteStream(io, options as object)).toThrow(error);
    expect(io.tell()).toBe(0);
  });

  it('refuses what is no BytesIO, and a closed one', () => {
    expect(() => createWriteStream(new Map() as never)).toThrow(
      typeError('Cannot write into an instance of Map: expected a BytesIO'),
    );
    const io = digits();
    io.close();
    expect(() => createWriteStream(io)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });
});

describe('a stream that an older copy of @memio/core made', () => {
  /** It has the methods of Python, and none that only this version knows. */
  const older = () => {
    const io = digits();
    const { getbuffer, readinto } = BytesIO.prototype;
    return { io, stream: { getbuffer: getbuffer.bind(io), readinto: readinto.bind(io) } as unknown as BytesIO };
  };

  it('is read, and held meanwhile', async () => {
    const { io, stream } = older();
    const readable = createReadStream(stream, { start: 2, end: 4 });
    expect(() => io.truncate(0)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    expect((await buffer(readable)).toString()).toBe('234');
    io.truncate(0);
  });

  it('is saved', async () => {
    const { io, stream } = older();
    await saveTo(stream, join(folder, 'older'));
    expect(readFileSync(join(folder, 'older'), 'utf8')).toBe('0123456789');
    io.close();
  });
});
