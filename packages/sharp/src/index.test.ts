import { BytesIO, b } from '@memio/core';
import { decode as decodePng, encode as encodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImage, writeImage } from './index.ts';

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
    const file = encodePng({ width: 8, height: 6, data: Uint8Array.from(slope(8, 6, 4)) });
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
    await expect(writeImage(sharp(b`x`), { quality: 10 })).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: 'Cannot write an image with quality: it needs a format',
    });
  });

  it.each<[string, object]>([
    ['a quality of 101', { format: 'jpeg', quality: 101 }],
    ['a format that is none', { format: 'bmp3' }],
  ])('passes on that sharp refuses %s', async (_, options) => {
    const into = new BytesIO(b`before`);
    const failing = writeImage({ width: 1, height: 1, data: new Uint8Array(4) }, { ...options, into });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_MEMIO_ADAPTER', operation: 'writeImage' });
    expect([into.tell(), into.getvalue()]).toEqual([0, b`before`]);
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
    const jpegOnItsSide = await sharp({ create: { width: 4, height: 2, channels: 3, background: 'red' } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    expect(await readImage(jpegOnItsSide)).toMatchObject({ width: 4, height: 2 });
    expect(await readImage(jpegOnItsSide, { autoOrient: true })).toMatchObject({ width: 2, height: 4 });
  });

  it('counts the pages of an animation together', async () => {
    const frames = await sharp(
      new Uint8Array(4 * 12 * 3).map((_, at) => at),
      {
        raw: { width: 4, height: 12, channels: 3, pageHeight: 4 },
      },
    )
      .gif()
      .toBuffer();
    expect(await readImage(frames, { maxPixels: 16 })).toMatchObject({ width: 4, height: 4 });
    expect(await readImage(frames, { animated: true, maxPixels: 48 })).toMatchObject({ width: 4, height: 12 });
    await expect(readImage(frames, { animated: true, maxPixels: 47 })).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
    });
  });

  it('names a PNG that lacks its end, and a stream that is at its end', async () => {
    const png = encodePng({ width: 1, height: 1, data: new Uint8Array(4) });
    await expect(readImage(png.slice(0, -12))).rejects.toThrow(
      `readImage failed: the PNG is cut off before IEND, at ${png.length - 12} bytes`,
    );
    await expect(readImage(b``)).rejects.toThrow('readImage failed: no bytes from the cursor to the end');
  });
});
