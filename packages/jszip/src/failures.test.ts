import { PassThrough, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { catchStrays, readFailure as failsToRead, failure, type Run, SOON, ten } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { zipSync } from 'fflate';
import JSZip from 'jszip';
import { describe, expect, it } from 'vitest';
import { readZip, type WriteZipOptions, writeZip, type ZipContent, type ZipSource } from './index.ts';

const FILES = { 'a.txt': b`Hello`, 'b/c.bin': b`\x00\xff\x00\xff` };

const hello: Run = (options) => writeZip(FILES, options);
const holding =
  (content: () => unknown): Run =>
  (options) =>
    writeZip({ 'a.txt': 'Hello', 'b.bin': content() as ZipContent }, options);
/** Writes a JSZip that was filled by `fill`. */
const filled =
  (fill: (zip: JSZip) => unknown): Run =>
  async (options) => {
    const zip = new JSZip();
    await fill(zip);
    return writeZip(zip, options);
  };
const set =
  (given: object): Run =>
  (options) =>
    writeZip(FILES, { ...options, ...given } as WriteZipOptions);

const readFailure = (archive: Uint8Array, options?: Parameters<typeof readZip>[1]) =>
  failsToRead(archive, (stream) => readZip(stream, options));

const failed = (name: string, code: string, operation: string, message: string) => ({
  name,
  code,
  adapter: '@memio/jszip',
  operation,
  message: `${operation} failed: ${message}`,
});
const writeError = (message: string) => failed('AdapterError', 'ERR_MEMIO_ADAPTER', 'writeZip', message);
const readError = (message: string) => failed('DataError', 'ERR_MEMIO_DATA', 'readZip', message);

catchStrays(async () => readZip(await hello({})));

describe('writeZip() settles, and on failure leaves `into` as it was', SOON, () => {
  const gone = new Error('gone');
  const failing = async function* () {
    yield b`begun`;
    throw gone;
  };
  const broken = (name: 'destroy' | 'end' | 'error') => () => {
    const stream = new PassThrough();
    stream.write('begun');
    if (name === 'end') stream.end().resume();
    else setImmediate(() => stream.destroy(...(name === 'error' ? [gone] : [])));
    return stream;
  };
  const ingestError = (code: string) => ({ name: 'SourceError', code });

  it.each<[situation: string, run: Run, error: object]>([
    ['a content fails', holding(failing), { ...ingestError('ERR_MEMIO_SOURCE'), cause: gone }],
    ['a content is a stream that fails', holding(broken('error')), { ...ingestError('ERR_MEMIO_SOURCE'), cause: gone }],
    ['a content is a stream that is destroyed midway', holding(broken('destroy')), ingestError('ERR_MEMIO_SOURCE')],
    [
      'a content is a stream that was destroyed before',
      holding(() => new PassThrough().destroy()),
      ingestError('ERR_MEMIO_SOURCE'),
    ],
    [
      'a content is a response that says no',
      holding(() => new Response('not here', { status: 404, statusText: 'Not Found' })),
      ingestError('ERR_MEMIO_STATUS'),
    ],
    [
      'a content is a web stream that is locked',
      holding(() => {
        const { body } = new Response('x');
        body?.getReader();
        return body;
      }),
      ingestError('ERR_MEMIO_SOURCE'),
    ],
    [
      'a content is a stream of text',
      holding(() => Readable.from(['text'])),
      { name: 'TypeError', code: 'ERR_MEMIO_TYPE' },
    ],
    [
      'JSZip does not know a content',
      filled((zip) => zip.file('a', 5 as never)),
      writeError("Can't read the data of 'a'. Is it in a supported JavaScript type (String, Blob, ArrayBuffer, etc) ?"),
    ],
    [
      'a promise that JSZip holds rejects',
      filled((zip) => zip.file('a', Promise.reject(gone))),
      { ...writeError('gone'), cause: gone },
    ],
    [
      'a stream that JSZip holds fails',
      filled((zip) => zip.file('a', broken('error')())),
      { ...writeError('gone'), cause: gone },
    ],
    [
      'a stream that JSZip holds is destroyed midway',
      filled((zip) => zip.file('a', broken('destroy')())),
      writeError('the stream of "a" was closed before its end'),
    ],
    [
      'a stream that JSZip holds was destroyed before',
      filled((zip) => zip.file('a', new PassThrough().destroy())),
      writeError('the stream of "a" was closed before its end'),
    ],
    [
      'a stream that JSZip holds was read before',
      filled(async (zip) => {
        const stream = broken('end')();
        await wait(10);
        zip.file('a', stream);
      }),
      writeError('the stream of "a" was closed before its end'),
    ],
    [
      'a stream that JSZip holds was written before',
      filled((zip) => writeZip(zip.file('a', Readable.from([b`once`])))),
      { code: 'ERR_MEMIO_ADAPTER', operation: 'writeZip' },
    ],
    [
      'a compression is unknown',
      set({ compression: 'LZMA' }),
      { code: 'ERR_MEMIO_RANGE', message: `Cannot compress with the string "LZMA": expected 'STORE' or 'DEFLATE'` },
    ],
    [
      'the level is none',
      set({ compression: 'DEFLATE', compressionOptions: { level: 99 } }),
      { name: 'RangeError', code: 'ERR_MEMIO_RANGE', message: 'Cannot compress with level 99: expected 1 to 9' },
    ],
    [
      'the level of an entry is none',
      filled((zip) => zip.file('a', 'x', { compression: 'DEFLATE', compressionOptions: { level: 99 } })),
      { name: 'RangeError', code: 'ERR_MEMIO_RANGE', message: 'Cannot compress with level 99: expected 1 to 9' },
    ],
    [
      'encodeFileName throws',
      set({
        encodeFileName: () => {
          throw gone;
        },
      }),
      { ...writeError('gone'), cause: gone },
    ],
  ])('when %s', async (_, run, error) => {
    expect(await failure(run)).toMatchObject(error);
  });

  it.each<[string, (fail: () => never) => Run]>([
    [
      'the iterable of entries',
      (fail) => (options) =>
        writeZip(
          (function* (): Iterable<[string, string]> {
            yield ['a', 'x'];
            fail();
          })(),
          options,
        ),
    ],
    ['onProgress', (onProgress) => (options) => hello({ ...options, onProgress })],
  ])('when %s throws, with its own error', async (_, of) => {
    const own = new Error('my mistake');
    const run = of(() => {
      throw own;
    });
    expect(await failure(run)).toBe(own);
  });

  it('when `into` is at the same time a content', async () => {
    const into = ten();
    await expect(writeZip({ a: into }, { into })).rejects.toMatchObject({ code: 'ERR_MEMIO_BUFFER' });
    expect([into.tell(), into.getvalue()]).toEqual([4, b`0123456789`]);
  });
});

describe('writeZip() stops when its signal is aborted', SOON, () => {
  const reason = new Error('the customer left');

  it('when it is aborted while the archive is made, and stops JSZip', async () => {
    const controller = new AbortController();
    const zip = new JSZip();
    for (let index = 0; index < 1000; index++) zip.file(`${index}`, 'x');
    let named = 0;
    const encodeFileName = (name: string) => {
      if (++named === 10) controller.abort(reason);
      return name;
    };
    const error = await failure((options) => writeZip(zip, { ...options, encodeFileName, signal: controller.signal }));
    expect(error).toBe(reason);
    const before = named;
    await wait(30);
    expect(named).toBe(before);
    expect(named).toBeLessThan(100);
  });

  it('when it is aborted while a content does not come, and cancels that', async () => {
    const controller = new AbortController();
    let cancelled: unknown;
    const stuck = new ReadableStream({
      pull: () => new Promise(() => setImmediate(() => controller.abort(reason))),
      cancel: (error) => {
        cancelled = error;
      },
    });
    const error = await failure((options) => writeZip({ a: stuck }, { ...options, signal: controller.signal }));
    expect(error).toBe(reason);
    await expect.poll(() => cancelled).toBeDefined();
  });
});

describe('readZip() settles, and on failure leaves its stream as it was', SOON, () => {
  const archive = zipSync(FILES, { level: 0 });

  it.each<[string, Uint8Array, string]>([
    ['there are none', b``, 'no bytes from the cursor to the end; seek(0) goes back to the start of a stream'],
    ['they are no archive', b`GIF89a`, 'the bytes are not a ZIP archive, but a GIF image: no end record was found'],
    ['an entry is damaged', archive.with(35, 0x4a), '"a.txt" is damaged: its checksum is wrong'],
    [
      'an entry is encrypted',
      archive.with(archive.length - 22 - 53 + 8, 1).with(archive.length - 22 - 53 - 51 + 8, 1),
      'the entry "a.txt" is encrypted, which is not supported',
    ],
  ])('when the bytes are wrong: %s', async (_, bytes, message) => {
    expect(await readFailure(bytes)).toMatchObject(readError(message));
  });

  describe('when it is aborted, with the reason', () => {
    const reason = new Error('the customer left');

    it('while the archive is loaded, even if that would fail in the end', async () => {
      const controller = new AbortController();
      const failing = readFailure(archive.with(35, 0x4a), { signal: controller.signal });
      controller.abort(reason);
      expect(await failing).toBe(reason);
    });

    it('while a file is taken out', async () => {
      const big = zipSync({ big: new Uint8Array(4 * 1024 * 1024) }, { level: 1 });
      const failing = readFailure(big, { signal: AbortSignal.timeout(1), checkCRC32: false });
      expect(await failing).toMatchObject({ name: 'TimeoutError' });
    });
  });
});

describe('writeZip()', SOON, () => {
  it('has let go of its contents when it fails', async () => {
    const stream = new BytesIO(b`World`);
    await failure((options) =>
      writeZip(
        [
          ['a', stream],
          ['b', undefined as never],
        ],
        options,
      ),
    );
    stream.seek(0, 2);
    stream.write(b`free to grow`);
  });
});

describe('writeZip() names what it refuses', SOON, () => {
  const typeError = (message: string) => ({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['5', 5],
    ['the string "data.zip"', 'data.zip'],
    ['an instance of Uint8Array', b`PK`],
    ['an instance of ArrayBuffer', new ArrayBuffer(2)],
    ['an instance of Promise', Promise.resolve({})],
    ['an instance of Date', new Date()],
  ])('as a source: %s', async (name, source) => {
    expect(await failure((options) => writeZip(source as ZipSource, options))).toMatchObject(
      typeError(`Cannot write a ZIP of ${name}: expected a JSZip, a record, a Map or an iterable of [name, content]`),
    );
  });

  it.each<[string, unknown]>([
    ['the string "a"', ['a']],
    ['an instance of Uint8Array', new BytesIO(b`a\nb\n`)],
  ])('as an entry: %s', async (name, source) => {
    expect(await failure((options) => writeZip(source as ZipSource, options))).toMatchObject(
      typeError(`Cannot write ${name} into a ZIP: expected [name, content]`),
    );
  });
});
