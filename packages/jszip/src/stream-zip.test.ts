import { setTimeout as wait } from 'node:timers/promises';
import { catchStrays, SOON } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { unzipSync } from 'fflate';
import JSZip from 'jszip';
import { describe, expect, it } from 'vitest';
import { type StreamZipOptions, streamZip, writeZip, type ZipSource } from './index.ts';

const NOISE = Uint8Array.from({ length: 20_000 }, (_, index) => (index * index) >>> 3);
const FILES = { 'a.txt': b`Hello`, 'b/noise.bin': NOISE, '1': b`` };
const bytesOf = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => (await BytesIO.from(stream)).getvalue();

catchStrays(async () => bytesOf(streamZip(FILES)));

describe('streamZip() streams what writeZip() writes', SOON, () => {
  const filled = () => new JSZip().file('a.txt', 'Hello').file('noise', NOISE);

  it.each<[string, () => ZipSource, StreamZipOptions]>([
    ['a record', () => FILES, {}],
    ['nothing', () => ({}), {}],
    ['compressed', () => FILES, { compression: 'DEFLATE' }],
    ['with sizes behind the entries', () => FILES, { streamFiles: true, comment: 'two words' }],
    ['streams', () => [['a', new Blob([NOISE]).stream()] as const, ['b', new Response(NOISE)] as const], {}],
    ['a JSZip', filled, { compression: 'DEFLATE' }],
    ['streams of Node.js', () => ({ a: new Blob([NOISE]).stream() }), { streamFiles: true }],
  ])('%s', async (_, source, options) => {
    const same = { ...options, deterministic: true };
    expect(await bytesOf(streamZip(source(), same))).toEqual((await writeZip(source(), same)).getvalue());
  });

  it('as the body of a Response', async () => {
    expect(unzipSync(new Uint8Array(await new Response(streamZip(FILES)).arrayBuffer()))).toEqual(FILES);
  });
});

describe('streamZip() works no faster than it is read', SOON, () => {
  const tracking = (log: string[], name: string, length: number) =>
    (async function* () {
      log.push(`${name} begins`);
      try {
        yield new Uint8Array(length);
        await wait(2);
      } finally {
        log.push(`${name} ends`);
      }
    })();

  it('begins when it is read, and hands out an entry before the next one begins', async () => {
    const log: string[] = [];
    const reader = streamZip({ a: tracking(log, 'a', 40_000), b: tracking(log, 'b', 40_000) }).getReader();
    await wait(10);
    expect(log).toEqual([]);
    expect((await reader.read()).value?.subarray(0, 4)).toEqual(b`PK\x03\x04`);
    expect(log).not.toContain('b ends');
    await reader.cancel();
  });

  it.each([
    ['STORE', 10],
    ['DEFLATE', 30],
  ] as const)(
    'hands out an endless entry while it comes, and asks for no more than is read: %s',
    async (compression, most) => {
      let asked = 0;
      let ended = false;
      const rows = (async function* () {
        try {
          for (; ; asked += 40_000) yield crypto.getRandomValues(new Uint8Array(40_000));
        } finally {
          ended = true;
        }
      })();
      const reader = streamZip({ rows }, { streamFiles: true, compression }).getReader();
      let read = 0;
      while (read < 400_000) read += (await reader.read()).value!.length;
      await wait(10);
      expect(asked - read).toBeLessThan(most * 40_000);
      await reader.cancel();
      await expect.poll(() => ended).toBe(true);
    },
  );

  it('makes nothing more while nobody reads', async () => {
    const made: number[] = [];
    const contents = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}.bin`, NOISE]));
    const stream = streamZip(contents, { streamFiles: true, onProgress: (written) => made.push(written) });
    const reader = stream.getReader();
    for (let read = 0; read < 5; read++) await reader.read();
    await wait(20);
    expect(made.at(-1)).toBeLessThan(8 * NOISE.length);
    await reader.cancel();
  });

  it('stops when it is cancelled: it gives its contents back, and cancels those it has not come to', async () => {
    const io = new BytesIO(NOISE);
    const log: string[] = [];
    const waiting = new ReadableStream({ cancel: () => void log.push('the stream is cancelled') });
    const reader = streamZip({ io, a: tracking(log, 'a', 40_000), waiting }).getReader();
    await reader.read();
    expect(() => io.truncate(0)).toThrow('getbuffer()');
    await reader.cancel();
    io.truncate(0);
    await expect.poll(() => log).toContain('the stream is cancelled');
  });
});

describe('streamZip() fails', SOON, () => {
  const failing = (async function* () {
    yield NOISE;
    throw new Error('gone');
  })();
  const reason = new Error('the customer left');

  it.each<[string, unknown, StreamZipOptions | undefined, object]>([
    ['a name that leads out', { '../a': '' }, undefined, { code: 'ERR_MEMIO_RANGE' }],
    ['what is no source', 5, undefined, { code: 'ERR_MEMIO_TYPE' }],
    ['a level that is none', FILES, { compressionOptions: { level: 99 } }, { code: 'ERR_MEMIO_RANGE' }],
    ['a signal that was aborted before', FILES, { signal: AbortSignal.abort(reason) }, reason],
  ])('at once: %s', (_, source, options, error) => {
    expect(() => streamZip(source as ZipSource, options)).toThrow(expect.objectContaining(error));
  });

  it('gives back what it held when a later entry is refused', () => {
    const io = new BytesIO(NOISE);
    expect(() => streamZip({ io, '../a': '' })).toThrow();
    io.truncate(0);
  });

  it('when a content fails: with its error, after what was made before it', async () => {
    const reader = streamZip({ 'a.txt': 'Hello', failing }).getReader();
    await reader.read();
    await reader.read();
    await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_MEMIO_SOURCE' });
  });

  it.each<[string, StreamZipOptions, object]>([
    [
      'when encodeFileName throws',
      {
        encodeFileName() {
          throw reason;
        },
      },
      { name: 'AdapterError', adapter: '@memio/jszip', operation: 'streamZip' },
    ],
    [
      'when onProgress throws',
      {
        onProgress() {
          throw reason;
        },
      },
      reason,
    ],
  ])('%s', async (_, options, error) => {
    const io = new BytesIO(NOISE);
    await expect(bytesOf(streamZip({ io }, options))).rejects.toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      cause: expect.objectContaining(error),
    });
    io.truncate(0);
  });

  it('when its signal is aborted while it is read, or while nobody reads', async () => {
    for (const reads of [0, 1]) {
      const controller = new AbortController();
      const io = new BytesIO(NOISE);
      const reader = streamZip({ io, ...FILES }, { signal: controller.signal }).getReader();
      for (let read = 0; read < reads; read++) await reader.read();
      controller.abort(reason);
      await expect(reader.read()).rejects.toBe(reason);
      io.truncate(0);
    }
  });

  it('not when its signal is aborted after its end', async () => {
    const controller = new AbortController();
    const zip = await bytesOf(streamZip(FILES, { signal: controller.signal }));
    controller.abort(reason);
    expect(unzipSync(zip)).toEqual(FILES);
  });
});

describe('The chunks of streamZip()', SOON, () => {
  it('are the reader’s: changing or transferring them changes no content', async () => {
    const io = new BytesIO(NOISE);
    const chunks: Uint8Array[] = [];
    for await (const chunk of streamZip({ io, again: io })) {
      expect(Object.getPrototypeOf(chunk)).toBe(Uint8Array.prototype);
      chunks.push(structuredClone(chunk, { transfer: [chunk.buffer] }));
    }
    expect(unzipSync(Buffer.concat(chunks))).toEqual({ io: NOISE, again: NOISE });
    expect(io.getvalue()).toEqual(NOISE);
  });

  it('are told of by onProgress, to the last byte', async () => {
    const told: number[] = [];
    const zip = await bytesOf(streamZip(FILES, { onProgress: (written) => told.push(written) }));
    expect(told.at(-1)).toBe(zip.length);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });
});
