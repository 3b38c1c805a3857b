import { Transform } from 'node:stream';
import { crc32 } from 'node:zlib';
import { describeReader, describeWriter } from '@memio/conformance';
import { b } from '@memio/core';
import { decode, encode } from 'fast-png';
import { PNG } from 'pngjs';
import { expect } from 'vitest';
import { type Png, type PngImage, readPng, writePng } from './index.ts';

const image = () => ({ width: 8, height: 8, data: Uint8Array.from({ length: 256 }, (_, index) => index * 37) });
const packed = () => Object.assign(new PNG({ width: 8, height: 8 }), { data: Buffer.from(image().data) });

/** What `with` does instead of compressing. */
const compressor = (instead: (this: Transform, done: (error?: Error) => void) => void) => ({
  source: image,
  options: {
    deflateFactory: () =>
      new Transform({
        transform(_chunk, _encoding, done) {
          instead.call(this, done);
        },
      }),
  },
});

describeWriter<PngImage>({
  adapter: '@memio/pngjs',
  operation: 'writePng',
  write: writePng,
  sample: image,
  verify: (bytes) => expect(decode(bytes)).toMatchObject(image()),
  memory: ({ data }) => [data as Uint8Array],
  faults: {
    errorMidway: compressor((done) => done(new Error('out of memory'))),
    closesEarly: compressor(function () {
      this.destroy();
    }),
    destroyed: { absent: 'pixels are no stream' },
    consumed: async () => {
      const png = packed();
      await writePng(png);
      return png;
    },
    neverEnds: compressor(() => {}),
  },
  completes: { 'a PNG that was not packed': packed, 'a PNG that is being packed': () => packed().pack() },
  wrong: ['logo.png', {}, b`\x89PNG`, { width: 1, height: 1, data: null }],
  outOfRange: {
    'a width of 0': () => ({ ...image(), width: 0 }),
    'a height that is no integer': () => ({ ...image(), height: 1.5 }),
    'data that is too short': () => ({ ...image(), data: new Uint8Array(255) }),
    'a filter that PNG has not': { source: image, options: { filterType: 5 } },
    'a colour type that pngjs cannot write': { source: image, options: { colorType: 3 } },
    'a level that zlib has not': { source: image, options: { deflateLevel: 99 } },
    'a resolution below 0': () => ({ ...image(), resolution: { x: -1, y: 1, unit: 'metre' } }),
  },
  deterministic: 'always',
});

const valid = encode(image());
/** 20,000 x 20,000 pixels in the header, none in the file: 4.8 GB if it were decoded. */
const bomb = () => {
  const file = Buffer.from(valid);
  file.writeUInt32BE(20_000, 16);
  file.writeUInt32BE(20_000, 20);
  file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  return file;
};

describeReader<Png>({
  adapter: '@memio/pngjs',
  operation: 'readPng',
  read: readPng,
  valid,
  verify: ({ width, height, data }) => expect({ width, height, data: Uint8Array.from(data) }).toEqual(image()),
  memory: ({ data }) => [data],
  plainArrays: { absent: 'the pixels of a PNG are a Buffer, which its bitblt() needs' },
  damaged: {
    'it is no PNG': b`GIF89a, not a PNG`,
    'the checksum of the header is wrong': valid.with(30, valid[30]! ^ 1),
    'the pixels are damaged': valid.with(50, valid[50]! ^ 0xff),
  },
  trailing: 'left',
  budgets: {
    maxPixels: {
      enough: 64,
      tooLittle: 63,
      hostile: bomb(),
      lifted: { message: 'readPng failed: the image data is too short for 20000 x 20000 pixels' },
    },
  },
});
