import { BytesIO, b } from '@memio/core';
import { decode as decodePng, encode as encodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImage, type WriteImageOptions, writeImage } from './index.ts';

const slope = (width: number, height: number, channels: number, most = 256) =>
  Array.from({ length: width * height * channels }, (_, at) => (at * 37) % most);

describe('writeImage()', () => {
  it.each([1, 2, 3, 4] as const)('keeps every value of %i channels in a PNG', async (channels) => {
    const data = Uint8Array.from(slope(5, 4, channels));
    const png = await writeImage({ width: 5, height: 4, data });
    expect(decodePng(png.getvalue())).toMatchObject({ width: 5, height: 4, channels, depth: 8, data });
  });

  it('keeps values of 16 bits in a PNG', async () => {
    const data = Uint16Array.from(slope(5, 4, 3, 65_536));
    const png = await writeImage({ width: 5, height: 4, data });
    expect(decodePng(png.getvalue())).toMatchObject({ channels: 3, depth: 16, data });
  });

  it.each<[string, (data: Uint8Array) => Uint8Array | Uint8ClampedArray]>([
    ['a Buffer', (data) => Buffer.from(data)],
    ['a canvas’s Uint8ClampedArray', (data) => Uint8ClampedArray.from(data)],
    ['a part of a larger array', (data) => b`xxx${data}xxx`.subarray(3, -3)],
    [
      'shared memory',
      (data) => {
        const shared = new Uint8Array(new SharedArrayBuffer(data.length));
        shared.set(data);
        return shared;
      },
    ],
  ])('takes pixels in %s', async (_, kind) => {
    const data = Uint8Array.from(slope(3, 2, 4));
    expect(decodePng((await writeImage({ width: 3, height: 2, data: kind(data) })).getvalue()).data).toEqual(data);
  });

  it('hands the options of the format on', async () => {
    const image = { width: 64, height: 64, data: Uint8Array.from(slope(64, 64, 3, 251)) };
    const [low, high] = await Promise.all([
      writeImage(image, { format: 'jpeg', quality: 10 }),
      writeImage(image, { format: 'jpeg', quality: 95 }),
    ]);
    expect(low.size).toBeLessThan(high.size / 2);
    expect(jpeg.decode(low.getvalue()).width).toBe(64);
  });

  it('does what a sharp image was told to do, and leaves that as it was', async () => {
    const file = encodePng({
      width: 8,
      height: 6,
      data: Uint8Array.from(slope(8, 6, 4), (value, at) => (at % 4 === 3 ? 255 : value)),
    });
    const image = sharp(file).resize(4, 3).png();
    expect(jpeg.decode((await writeImage(image, { format: 'jpeg' })).getvalue())).toMatchObject({
      width: 4,
      height: 3,
    });
    for (let times = 0; times < 2; times++)
      expect(decodePng((await writeImage(image)).getvalue())).toMatchObject({ width: 4, height: 3, channels: 4 });
    expect(Buffer.isBuffer(await image.toBuffer())).toBe(true);
  });

  it('refuses options of a format without the format, which would be lost', async () => {
    await expect(writeImage(sharp(b`x`), { quality: 10 } as WriteImageOptions)).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: 'Cannot write an image with quality: it needs a format',
    });
  });

  it.each<[string, object, string]>([
    [
      'a quality of 101',
      { format: 'jpeg', quality: 101 },
      'Cannot write an image: Expected integer between 1 and 100 for quality but received 101 of type number',
    ],
    [
      'a format that it cannot write',
      { format: 'bmp' },
      'Cannot write an image with format "bmp": expected avif, gif, jpeg, png, tiff, webp',
    ],
    [
      'a timeout that sharp has not',
      { timeout: { seconds: -1 } },
      'Cannot write an image: Expected integer between 0 and 3600 for seconds but received -1 of type number',
    ],
    ['a width that WebP cannot have', { format: 'webp' }, 'Cannot write webp with width 16384: expected 16383 at most'],
  ])('refuses %s with a RangeError, and leaves `into` as it was', async (_, options, message) => {
    const into = new BytesIO(b`before`);
    const width = message.includes('16384') ? 16_384 : 1;
    const wide = { width, height: 1, data: new Uint8Array(width * 3) };
    const failing = writeImage(wide, { ...options, into });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE', message });
    expect([into.tell(), into.getvalue()]).toEqual([0, b`before`]);
  });

  it.each<[string, object, string]>([
    [
      'an option of another format',
      { format: 'jpeg', compressionLevel: 9 },
      'write an image as jpeg: unknown option "compressionLevel"',
    ],
    ['an option that sharp has not', { qualty: 9 }, 'write an image as png: unknown option "qualty"'],
    ['an option that does nothing', { deterministic: true }, 'write an image as png: unknown option "deterministic"'],
    [
      'sharp’s way to let another format win',
      { format: 'png', force: false },
      'write an image as png: unknown option "force"',
    ],
  ])('refuses %s with a TypeError', async (_, options, message) => {
    const failing = writeImage({ width: 1, height: 1, data: new Uint8Array(4) }, options as WriteImageOptions);
    await expect(failing).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: expect.stringContaining(`Cannot ${message}`),
    });
  });

  it('reads pixels at the call: they may be changed or transferred at once', async () => {
    const data = Uint8Array.from(slope(64, 64, 3));
    const before = data.slice();
    const writing = writeImage({ width: 64, height: 64, data });
    data.fill(0);
    structuredClone(data, { transfer: [data.buffer] });
    expect(decodePng((await writing).getvalue()).data).toEqual(before);
  });
});

describe('readImage()', () => {
  it.each([
    ['png', {}],
    ['webp', { lossless: true }],
    ['tiff', { compression: 'lzw' }],
    ['gif', {}],
  ] as const)('reads %s without a loss', async (format, options) => {
    const data = new Uint8Array(4 * 4 * 3).fill(0xff, 12, 24);
    const stream = await writeImage({ width: 4, height: 4, data }, { format, ...options });
    const image = await readImage(stream);
    expect(image).toMatchObject({ width: 4, height: 4, format });
    const { channels } = image;
    const colours = image.data.filter((_, at) => at % channels < 3);
    expect(colours).toEqual(data);
  });

  it.each([
    [1, 8, 3],
    [2, 8, 4],
    [1, 16, 3],
    [3, 16, 3],
    [4, 16, 4],
  ] as const)('makes %i channels of %i bits into %i of 8, which writeImage() takes', async (from, depth, channels) => {
    const values = slope(5, 4, from);
    const data = depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values, (value) => value * 257);
    const image = await readImage(encodePng({ width: 5, height: 4, channels: from, depth, data }));
    const expected = Array.from({ length: 20 }, (_, pixel) => values.slice(pixel * from, (pixel + 1) * from)).flatMap(
      ([first, ...rest]) => (from < 3 ? [first, first, first, ...rest] : [first, ...rest]),
    );
    expect(image).toMatchObject({ width: 5, height: 4, channels, data: Uint8Array.from(expected as number[]) });
    const written = decodePng((await writeImage(image)).getvalue());
    expect(written).toMatchObject({ channels, depth: 8, data: image.data });
  });

  it('hands sharp’s options for input on', async () => {
    const png = encodePng({ width: 1, height: 1, data: new Uint8Array(4) });
    await expect(readImage(png, { limitInputChannels: 3 })).rejects.toMatchObject({ code: 'ERR_MEMIO_DATA' });
    await expect(readImage(png, { failOn: 'never' } as object)).rejects.toMatchObject({
      code: 'ERR_MEMIO_RANGE',
      message: expect.stringContaining(
        'Cannot read an image: Expected one of: none, truncated, error, warning for failOn',
      ),
    });
  });

  it.each<[object, string, string]>([
    [{ autoorient: true }, 'ERR_MEMIO_TYPE', 'unknown option "autoorient"; did you mean autoOrient?'],
    [{ limitInputPixels: 5 }, 'ERR_MEMIO_TYPE', 'the option is called maxPixels'],
    [{ raw: { width: 1, height: 1, channels: 1 } }, 'ERR_MEMIO_TYPE', 'unknown option "raw"'],
    [{ animated: true, pages: 2 }, 'ERR_MEMIO_TYPE', 'with animated and pages: pages alone decides'],
    [{ density: 300 }, 'ERR_MEMIO_RANGE', 'with density: it has an effect on SVG only'],
    [{ formats: ['png'], tiff: { subifd: 1 } }, 'ERR_MEMIO_RANGE', 'with tiff: it has an effect on TIFF only'],
    [{ formats: 'png' }, 'ERR_MEMIO_TYPE', 'formats must be an array of png, jpeg, webp, gif, avif, tiff, svg'],
    [{ formats: ['bmp'] }, 'ERR_MEMIO_RANGE', 'Cannot read the format "bmp"'],
    [{ timeout: { seconds: 9999 } }, 'ERR_MEMIO_RANGE', 'integer between 0 and 3600 for seconds'],
  ])('refuses the options %j', async (options, code, message) => {
    const png = encodePng({ width: 1, height: 1, data: new Uint8Array(4) });
    await expect(readImage(png, options)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('names a PNG that lacks its end, and a stream that is at its end', async () => {
    const png = encodePng({ width: 1, height: 1, data: new Uint8Array(4) });
    await expect(readImage(png.slice(0, -12))).rejects.toThrow(
      `readImage failed: the PNG is cut off before IEND, at ${png.length - 12} bytes`,
    );
    await expect(readImage(b``)).rejects.toThrow('readImage failed: no bytes from the cursor to the end');
  });
});
