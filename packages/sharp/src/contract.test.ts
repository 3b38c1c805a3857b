import { crc32 } from 'node:zlib';
import { describeReader, describeWriter } from '@memio/conformance';
import { b } from '@memio/core';
import { decode as decodePng, encode as encodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import sharp, { type Sharp } from 'sharp';
import { expect } from 'vitest';
import { type Image, type Pixels, readImage, type WriteImageOptions, writeImage } from './index.ts';

const SIZE = 16;
/** A slope of colours, which JPEG hardly changes. */
const image = (channels: 3 | 4 = 4) => ({
  width: SIZE,
  height: SIZE,
  data: Uint8Array.from({ length: SIZE * SIZE * channels }, (_, at) =>
    at % channels === 3 ? 255 : (Math.floor(at / channels) % SIZE) * 8 + (at % channels) * 40,
  ),
});

/** JPEG loses a little. */
function expectNearly(actual: Uint8Array | Uint8ClampedArray, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  const most = expected.reduce((worst, value, at) => Math.max(worst, Math.abs(value - actual[at]!)), 0);
  expect(most, 'the largest difference of a value').toBeLessThan(12);
}

const FORMATS: Record<'png' | 'jpeg', { encode(): Uint8Array; verify(bytes: Uint8Array): void }> = {
  png: {
    encode: () => encodePng(image()),
    verify: (bytes) => expect(decodePng(bytes)).toMatchObject(image()),
  },
  jpeg: {
    encode: () => jpeg.encode({ ...image(), data: Buffer.from(image().data) }, 95).data,
    verify: (bytes) => {
      const decoded = jpeg.decode(bytes, { useTArray: true });
      expect([decoded.width, decoded.height]).toEqual([SIZE, SIZE]);
      expectNearly(decoded.data, image().data);
    },
  },
};

const DATA_ERROR = { name: 'DataError', code: 'ERR_MEMIO_DATA', adapter: '@memio/sharp', operation: 'writeImage' };

/** 20,000 x 20,000 pixels in the header, none in the file. */
function bomb(): Uint8Array {
  const file = Buffer.from(FORMATS.png.encode());
  file.writeUInt32BE(20_000, 16);
  file.writeUInt32BE(20_000, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
}

for (const [format, { encode, verify }] of Object.entries(FORMATS) as [
  keyof typeof FORMATS,
  (typeof FORMATS)['png'],
][]) {
  const file = encode();
  const half = file.slice(0, file.length / 2);

  describeWriter<Pixels | Sharp>({
    adapter: '@memio/sharp',
    operation: 'writeImage',
    write: (source, options) => writeImage(source, { ...options, format } as WriteImageOptions),
    sample: image,
    verify,
    memory: (source) => [(source as Pixels).data as Uint8Array],
    faults: {
      errorMidway:
        format === 'png'
          ? () => sharp(half, { failOn: 'truncated' })
          : { source: () => sharp(half), error: DATA_ERROR },
      closesEarly: () => {
        const stream = sharp();
        stream.write(half);
        setTimeout(() => stream.destroy(), 1);
        return stream;
      },
      destroyed: () => sharp().destroy(),
      consumed: async () => {
        const used = sharp(file);
        await used.toBuffer();
        return used;
      },
      neverEnds: () => sharp(),
      'the stream into it fails': () => {
        const stream = sharp();
        setTimeout(() => stream.destroy(new Error('gone')), 1);
        return stream;
      },
      'a sharp image was made of bytes that are no image': {
        source: () => sharp(Buffer.from('not an image')),
        error: DATA_ERROR,
      },
      'the image cannot be what it was told to become': {
        source: () => sharp(file).extract({ left: 99, top: 99, width: 9, height: 9 }),
      },
    },
    completes: {
      'a sharp image': () => sharp(file),
      'a sharp image whose bytes are still to come': () => {
        const stream = sharp();
        setTimeout(() => stream.end(file), 1);
        return stream;
      },
      'a sharp image that had its bytes before': async () => {
        const stream = sharp();
        await new Promise<void>((done) => stream.end(file, done));
        return stream;
      },
    },
    wrong: ['logo.png', {}, b`\x89PNG`, { width: 1, height: 1, data: null }, { width: 1, height: 1, data: [1] }],
    outOfRange: {
      'a width of 0': () => ({ ...image(), width: 0 }),
      'a height that is no integer': () => ({ ...image(), height: 1.5 }),
      'data that is too short': () => ({ ...image(), data: new Uint8Array(255) }),
      '5 channels': () => ({ width: 1, height: 1, data: new Uint8Array(5) }),
      'channels that are not those of data': () => ({ ...image(), channels: 3 }),
      'a quality that the format has not': { source: image, options: { quality: 101 } },
      'a timeout of a fraction of a second': { source: image, options: { timeout: { seconds: 0.5 } } },
    },
    deterministic: 'always',
  });

  describeReader<Image>({
    adapter: '@memio/sharp',
    operation: 'readImage',
    read: readImage,
    valid: file,
    verify: (result) => {
      expect(result).toMatchObject({ width: SIZE, height: SIZE, channels: format === 'png' ? 4 : 3, format });
      expectNearly(result.data, image(result.channels as 3 | 4).data);
    },
    memory: ({ data }) => [data],
    plainArrays: true,
    damaged: {
      'it is no image': b`not an image of any kind`,
      'half of it is missing': half,
    },
    trailing: 'taken',
    budgets: {
      maxPixels: {
        enough: SIZE * SIZE,
        tooLittle: SIZE * SIZE - 1,
        hostile: bomb(),
        lifted: { absent: 'it would take 1.6 GB' },
      },
    },
  });
}

/** Colours that every format keeps: one for each quarter. */
const QUARTERS = Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, at) => {
  const [x, y] = [Math.floor(at / 3) % SIZE, Math.floor(at / 3 / SIZE)];
  return (x < SIZE / 2 ? 200 : 40) + (y < SIZE / 2 ? 0 : 50) * (at % 3 === 0 ? 1 : 0);
});
const encoder = sharp(QUARTERS, { raw: { width: SIZE, height: SIZE, channels: 3 } });
const OTHERS = {
  gif: await encoder.clone().gif().toBuffer(),
  webp: await encoder.clone().webp({ lossless: true }).toBuffer(),
  tiff: await encoder.clone().tiff({ compression: 'lzw' }).toBuffer(),
  avif: await encoder.clone().avif({ lossless: true }).toBuffer(),
};

for (const [format, file] of Object.entries(OTHERS)) {
  describeReader<Image>({
    adapter: '@memio/sharp',
    operation: 'readImage',
    read: readImage,
    valid: file,
    verify: ({ width, height, channels, format: actual, data }) => {
      expect([width, height, actual]).toEqual([SIZE, SIZE, format]);
      expectNearly(
        data.filter((_, at) => channels === 3 || at % 4 < 3),
        QUARTERS,
      );
    },
    memory: ({ data }) => [data],
    plainArrays: true,
    damaged: {
      'it has the signature and no more': file.subarray(0, 12),
      'half of it is missing': file.subarray(0, file.length / 2),
    },
    trailing: 'taken',
    budgets: {
      maxPixels: {
        enough: SIZE * SIZE,
        tooLittle: SIZE * SIZE - 1,
        hostile: { absent: 'the header of a PNG stands for those of all formats' },
        lifted: { absent: 'the header of a PNG stands for those of all formats' },
      },
    },
  });
}
