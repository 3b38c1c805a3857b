import { deflateSync, gzipSync } from 'node:zlib';
import { b } from '@memio/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImage } from './index.ts';

const svg = (side: number, inside = '<rect width="100%" height="100%" fill="red"/>') =>
  new TextEncoder().encode(`<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}">${inside}</svg>`);

describe('readImage() names what it does not read', () => {
  it.each<[string, Uint8Array, string]>([
    [
      'a ZIP archive',
      b`PK\x03\x04rest`,
      'the input is a ZIP archive, not an image of an allowed format: readZip() of @memio/jszip reads it',
    ],
    [
      'an HTML page',
      b`<!doctype html><title>Not found</title>`,
      'the input is an HTML page, not an image of an allowed format: the server answered with a page; check its status and address',
    ],
    [
      'a PDF document',
      b`%PDF-1.7`,
      'the input is a PDF document, not an image of an allowed format: formats is png, jpeg, webp, gif, avif, tiff',
    ],
    ['gzip data', gzipSync('x'), 'the input is gzip data, not an image'],
    [
      'an SVG image',
      svg(1),
      'the input is an SVG image, not an image of an allowed format: SVG is read on request: pass formats: ["svg"]',
    ],
    ['deflated bytes', deflateSync('x'), 'the input is bytes of an unknown format (78 9c'],
  ])('%s', async (_, bytes, message) => {
    await expect(readImage(bytes)).rejects.toMatchObject({
      code: 'ERR_MEMIO_DATA',
      message: expect.stringContaining(`readImage failed: ${message}`),
    });
  });

  it('and reads only the formats that it is given', async () => {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } });
    const [png, jpeg] = [await pixel.clone().png().toBuffer(), await pixel.clone().jpeg().toBuffer()];
    expect((await readImage(jpeg, { formats: ['jpeg', 'webp'] })).format).toBe('jpeg');
    await expect(readImage(png, { formats: ['jpeg', 'webp'] })).rejects.toThrow(
      'a PNG image, not an image of an allowed format: formats is jpeg, webp',
    );
  });
});

describe('SVG', () => {
  it('is drawn on request', async () => {
    const { width, height, format, channels, data } = await readImage(svg(2), { formats: ['png', 'svg'] });
    expect([width, height, format, channels]).toEqual([2, 2, 'svg', 4]);
    expect([...data.subarray(0, 4)]).toEqual([255, 0, 0, 255]);
    expect(await readImage(svg(2), { formats: ['svg'], density: 144 })).toMatchObject({ width: 4, height: 4 });
  });

  it('has 4,194,304 pixels and 1 MiB at most, unless the caller decides', async () => {
    const formats = ['svg'] as const;
    await expect(readImage(svg(2049), { formats })).rejects.toMatchObject({ limit: 'maxPixels', allowed: 4_194_304 });
    expect(await readImage(svg(2049), { formats, maxPixels: 2049 ** 2 })).toMatchObject({ width: 2049 });
    const long = svg(1, `<!--${'x'.repeat(2 ** 20)}-->`);
    await expect(readImage(long, { formats })).rejects.toMatchObject({ limit: 'maxInputBytes', allowed: 1_048_576 });
    expect(await readImage(long, { formats, maxInputBytes: 2 ** 21 })).toMatchObject({ width: 1 });
  });

  it('of 200 bytes and a blur over 81 million pixels is refused before it is drawn, requested or not', async () => {
    const blur = svg(
      9000,
      '<filter id="f"><feGaussianBlur stdDeviation="500"/></filter><rect width="9000" height="9000" filter="url(#f)"/>',
    );
    const before = process.cpuUsage();
    await expect(readImage(blur)).rejects.toMatchObject({ code: 'ERR_MEMIO_DATA' });
    await expect(readImage(blur, { formats: ['svg'] })).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6, 'seconds of CPU').toBeLessThan(1);
  });
});

describe('Truncated files', () => {
  /** Noise, so that each part of the file matters. */
  const frame = (seed: number, side = 24) =>
    Uint8Array.from({ length: side * side * 3 }, (_, at) => (at * (seed + 7919)) >>> 3);
  const raw = (data: Uint8Array, height = 24, pageHeight = height) =>
    sharp(data, { raw: { width: 24, height, channels: 3, pageHeight } });
  const frames = raw(b`${frame(1)}${frame(2)}${frame(3)}`, 72, 24);
  const files: Record<string, () => Promise<Buffer>> = {
    PNG: () => raw(frame(1)).png().toBuffer(),
    'interlaced PNG': () => raw(frame(1)).png({ progressive: true }).toBuffer(),
    JPEG: () => raw(frame(1)).jpeg().toBuffer(),
    'progressive JPEG': () => raw(frame(1)).jpeg({ progressive: true }).toBuffer(),
    WebP: () => raw(frame(1)).webp().toBuffer(),
    AVIF: () => raw(frame(1)).avif().toBuffer(),
    TIFF: () => raw(frame(1)).tiff().toBuffer(),
    'TIFF of 3 pages': () => frames.clone().tiff({ compression: 'deflate' }).toBuffer(),
    GIF: () => raw(frame(1)).gif().toBuffer(),
    'interlaced GIF': () => raw(frame(1)).gif({ progressive: true }).toBuffer(),
    'animated GIF': () => frames.clone().gif().toBuffer(),
    'animated WebP': () => frames.clone().webp().toBuffer(),
  };

  it.each(Object.entries(files))('are refused: %s', async (name, make) => {
    const file = await make();
    const options = { animated: / of 3 pages|animated/.test(name) ? true : undefined };
    await readImage(file, options);
    const accepted: number[] = [];
    const lengths = new Set([1, 2, 3, 9].map((less) => file.length - less));
    for (let part = 1; part < 24; part++) lengths.add(Math.floor((file.length * part) / 24));
    for (const length of lengths) {
      const outcome = await readImage(file.subarray(0, length), options).catch((error: unknown) => error);
      if (!(outcome instanceof Error)) accepted.push(length);
      else expect(outcome).toMatchObject({ code: 'ERR_MEMIO_DATA', operation: 'readImage' });
    }
    expect(accepted, `of ${file.length} bytes`).toEqual([]);
  });

  it('are read as far as they go with failOn: "none", as the caller says', async () => {
    const gif = await files['animated GIF']!();
    const image = await readImage(gif.subarray(0, gif.length - 1), { animated: true, failOn: 'none' });
    expect(image).toMatchObject({ height: 72, pageHeight: 24 });
  });

  it('of a GIF are told from damaged ones', async () => {
    const gif = await files['GIF']!();
    await expect(readImage(gif.subarray(0, -1))).rejects.toThrow(
      `the GIF is cut off before its trailer, at ${gif.length - 1} bytes`,
    );
    const table = 13 + (3 << ((gif[10]! & 7) + 1));
    gif[table] = 0x99;
    await expect(readImage(gif)).rejects.toThrow(`the GIF is damaged: 0x99 begins no block, at ${table}`);
  });
});
