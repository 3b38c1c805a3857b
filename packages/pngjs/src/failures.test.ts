import { Transform } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { catchStrays, readFailure as failsToRead, failure, type Run, SOON } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { decode, encode } from 'fast-png';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { type PngImage, type ReadPngOptions, readPng, type WritePngOptions, writePng } from './index.ts';

const image = (width = 3, height = 2) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * 4 }, (_, index) => index * 37),
});
const small: Run = (options) => writePng(image(), options);
const set =
  (given: object, source: object = {}): Run =>
  (options) =>
    writePng({ ...image(), ...source } as PngImage, { ...options, ...given } as WritePngOptions);

const readFailure = (png: Uint8Array, options?: ReadPngOptions) =>
  failsToRead(png, (stream) => readPng(stream, options));

const writeError = (message: string) => ({
  name: 'AdapterError',
  code: 'ERR_MEMIO_ADAPTER',
  adapter: '@memio/pngjs',
  operation: 'writePng',
  message: `writePng failed: ${message}`,
});
const rangeError = (message: string) => ({ name: 'RangeError', code: 'ERR_MEMIO_RANGE', message });
const typeError = (message: string) => ({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message });

// What zlib raises late comes from its own thread.
catchStrays(async () => readPng(await small({})), 5);

describe('writePng() settles, and on failure leaves `into` as it was', SOON, () => {
  const own = new Error('my mistake');
  const fail = () => {
    throw own;
  };

  it.each<[situation: string, run: Run, error: object]>([
    ['the width is 0', set({}, { width: 0 }), rangeError('Cannot write a PNG with width 0: expected 1 to 2 ** 31 - 1')],
    [
      'the height is none',
      set({}, { height: 1.5 }),
      rangeError('Cannot write a PNG with height 1.5: expected 1 to 2 ** 31 - 1'),
    ],
    [
      'data is empty',
      set({}, { data: b`` }),
      rangeError('Cannot write a PNG of 3 x 2 pixels from 0 bytes: expected 24'),
    ],
    [
      'data is short',
      set({}, { data: new Uint8Array(23) }),
      rangeError('Cannot write a PNG of 3 x 2 pixels from 23 bytes: expected 24'),
    ],
    [
      'data is long',
      set({}, { data: new Uint8Array(25) }),
      rangeError('Cannot write a PNG of 3 x 2 pixels from 25 bytes: expected 24'),
    ],
    [
      'filterType is none',
      set({ filterType: 5 }),
      rangeError('Cannot write a PNG with filterType 5: expected -1 or 0 to 4'),
    ],
    [
      'filterType is a list, which pngjs cannot use',
      set({ filterType: [0, 1] }),
      rangeError('Cannot write a PNG with filterType an instance of Array: expected -1 or 0 to 4'),
    ],
    ['gamma is negative', set({}, { gamma: -1 }), rangeError('Cannot write a PNG with gamma -1: expected 0 to 42,949')],
    [
      'gamma is too large',
      set({}, { gamma: 50_000 }),
      rangeError('Cannot write a PNG with gamma 50000: expected 0 to 42,949'),
    ],
    [
      'inputColorType is none',
      set({ inputColorType: 3 }),
      rangeError('Cannot write a PNG with inputColorType 3: expected 0, 2, 4 or 6'),
    ],
    ['bitDepth is none', set({ bitDepth: 4 }), rangeError('Cannot write a PNG with bitDepth 4: expected 8 or 16')],
    [
      'colorType is none',
      set({ colorType: 3 }),
      rangeError('Cannot write a PNG with colorType 3: expected 0, 2, 4 or 6'),
    ],
    [
      'deflateLevel is none',
      set({ deflateLevel: 10 }),
      rangeError('Cannot write a PNG with deflateLevel 10: expected -1 to 9'),
    ],
    [
      'deflateStrategy is none',
      set({ deflateStrategy: 5 }),
      rangeError('Cannot write a PNG with deflateStrategy 5: expected 0 to 4'),
    ],
    [
      'content is none',
      set({ content: 'text' }),
      rangeError('Cannot write a PNG with content the string "text": expected "photo" or "drawing"'),
    ],
    [
      'content chooses the level',
      set({ content: 'photo', deflateLevel: 3 }),
      typeError('Cannot write a PNG with content and deflateLevel: content chooses it'),
    ],
    [
      'an option is unknown',
      set({ deflatelevel: 3 }),
      typeError('Cannot write a PNG: unknown option "deflatelevel"; did you mean deflateLevel?'),
    ],
    ['an option does nothing', set({ deterministic: true }), { code: 'ERR_MEMIO_TYPE' }],
    ['deflateFactory throws', set({ deflateFactory: fail }), { ...writeError('my mistake'), cause: own }],
    [
      'deflateFactory makes no stream',
      set({ deflateFactory: () => ({}) }),
      typeError('Cannot write a PNG with an object, which deflateFactory returned: expected a Transform stream'),
    ],
    [
      'the compressor fails',
      set({
        deflateFactory: () => new Transform({ transform: (_chunk, _encoding, done) => done(own) }),
      }),
      { ...writeError('my mistake'), cause: own },
    ],
  ])('when %s', async (_, run, error) => {
    expect(await failure(run)).toMatchObject(error);
  });

  it.each([
    ['undefined', undefined],
    ['-1', -1],
    ['0', 0],
    ['4', 4],
  ])('when filterType is %s, without an error', async (_, filterType) => {
    const options = { filterType } as WritePngOptions;
    expect(decode((await writePng(image(), options)).getvalue())).toMatchObject(image());
  });
});

describe('writePng() packs', SOON, () => {
  it.each([
    ['never packed', () => {}],
    ['being packed', (png: PNG) => png.pack()],
    ['decoded from a file', (png: PNG) => Object.assign(png, PNG.sync.read(Buffer.from(encode(image()))))],
  ])('of a PNG that was %s', async (_, prepare) => {
    const png = new PNG({ width: 3, height: 2 });
    png.data.set(image().data);
    prepare(png);
    expect(decode((await writePng(png)).getvalue())).toMatchObject(image());
  });

  it('of the same PNG as often as it is asked, at once and again', async () => {
    const png = new PNG({ width: 3, height: 2 });
    png.data.set(image().data);
    const made = [...(await Promise.all([writePng(png), writePng(png)])), await writePng(png)];
    for (const each of made) expect(decode(each.getvalue())).toMatchObject(image());
  });
});

describe('readPng() settles, and on failure leaves its stream as it was', SOON, () => {
  const png = encode(image());
  /** The image with other rows; its checksums are 0. */
  const withRows = (rows: Uint8Array) => {
    const pixels = deflateSync(rows);
    return b`${png.subarray(0, 33)}\x00\x00\x00${Uint8Array.of(pixels.length)}IDAT${pixels}\x00\x00\x00\x00${png.subarray(-12)}`;
  };

  it.each<[string, Uint8Array, ReadPngOptions, string | RegExp]>([
    [
      'has a damaged header',
      png.with(19, 4),
      {},
      'readPng failed: the PNG is damaged: the checksum of IHDR is wrong, at 8',
    ],
    [
      'has less pixels than it says',
      withRows(new Uint8Array(25)),
      { checkCRC: false },
      'readPng failed: Unexpected end of input',
    ],
    [
      'has a damaged beginning of pixels',
      png.with(41, 0),
      { checkCRC: false },
      'readPng failed: incorrect header check',
    ],
    [
      'has a filter that is none',
      withRows(new Uint8Array(26).fill(9)),
      { checkCRC: false },
      'readPng failed: Unrecognised filter type - 9',
    ],
    [
      'has no pixels',
      b`${png.subarray(0, 33)}${png.subarray(-12)}`,
      {},
      'readPng failed: the image data is too short for 3 x 2 pixels',
    ],
    [
      'has a bit depth that is none',
      png.with(24, 3),
      { checkCRC: false },
      'readPng failed: the PNG is damaged: colour type 6 with 3 bits',
    ],
  ])('when the image %s', async (_, bytes, options, message) => {
    const error = await readFailure(bytes, options);
    expect(error).toMatchObject({ name: 'DataError', code: 'ERR_MEMIO_DATA', operation: 'readPng' });
    expect(() => {
      throw error;
    }).toThrow(message);
  });

  it('when the header says that it has no pixels', async () => {
    expect(await readFailure(png.with(19, 0))).toMatchObject({
      code: 'ERR_MEMIO_DATA',
      message: 'readPng failed: the PNG is damaged: a size of 0 x 2 pixels',
    });
  });

  it.each([
    ['a plain image', encode(image())],
    ['an interlaced image', encode(image(9, 9), { interlace: 'Adam7' })],
    [
      'an image with a palette',
      encode({
        width: 2,
        height: 2,
        channels: 1,
        data: b`\x00\x01\x01\x00`,
        palette: [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
      }),
    ],
  ])(
    'when a byte of %s is damaged, wherever: an error, or an image, but no hang',
    { timeout: 10_000 },
    async (_, bytes) => {
      for (let at = 0; at < bytes.length; at++) {
        for (const flip of [0x01, 0x80, 0xff]) {
          const damaged = readPng(bytes.with(at, bytes[at]! ^ flip), { checkCRC: false, maxPixels: 100_000 });
          const outcome = await damaged.catch((error: unknown) => error);
          if (outcome instanceof Error)
            expect(outcome).toMatchObject({ code: expect.stringMatching(/^ERR_MEMIO_(DATA|LIMIT)$/) });
          else expect(outcome).toBeInstanceOf(PNG);
        }
      }
    },
  );

  it('when maxPixels is no number', async () => {
    expect(await readFailure(png, { maxPixels: '9' as never })).toMatchObject(
      typeError('Cannot set maxPixels to the string "9": expected a number'),
    );
  });

  describe('when it is aborted, with the reason', () => {
    const reason = new Error('the customer left');

    it('while it is decoded, even if that would fail in the end', async () => {
      for (const bytes of [png, png.with(45, 0)]) {
        const controller = new AbortController();
        const failing = readFailure(bytes, { signal: controller.signal, checkCRC: false });
        controller.abort(reason);
        expect(await failing).toBe(reason);
      }
    });
  });
});

describe('memory', SOON, () => {
  it('writePng() does not change the options it is given', async () => {
    const options = { colorType: 2, bgColor: { red: 1 } } as WritePngOptions;
    const before = structuredClone(options);
    await writePng(image(), options);
    expect(options).toEqual(before);
  });

  it('readPng() gives pixels that are the caller’s alone', async () => {
    const stream = new BytesIO(encode(image()));
    const png = await readPng(stream);
    expect(png.data.buffer.byteLength).toBe(png.data.length);
    png.data.fill(0);
    expect(stream.getvalue()).toEqual(encode(image()));
  });
});

describe('writePng() names what it refuses', SOON, () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['the string "logo.png"', 'logo.png'],
    ['an instance of Uint8Array', b`\x89PNG`],
    ['an object', { width: 1, height: 1 }],
  ])('as an image: %s', async (name, source) => {
    expect(await failure((options) => writePng(source as PngImage, options))).toMatchObject(
      typeError(`Cannot write a PNG of ${name}: expected a PNG or { width, height, data }`),
    );
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['an instance of Array', [1, 2, 3, 4]],
    ['an instance of ArrayBuffer', new ArrayBuffer(4)],
  ])('as data: %s', async (name, data) => {
    expect(await failure(set({}, { width: 1, height: 1, data }))).toMatchObject(
      typeError(`Cannot write a PNG of ${name} as data: expected a typed array`),
    );
  });
});
