import assert from 'node:assert/strict';
import { PNG } from 'pngjs';

export interface Image {
  width: number;
  height: number;
  /** Red, green, blue, alpha. */
  data: Buffer;
}

export const WIDTH = 1500;

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const END = Buffer.from('\0\0\0\0IEND\xae\x42\x60\x82', 'latin1');

/** Slopes of colour with some grain, as in a photograph. */
export function imageOf(width: number, height: number): Image {
  const data = Buffer.alloc(width * height * 4);
  let seed = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const grain = seed >>> 29;
      data[at] = ((x * 200) / width + grain) & 0xff;
      data[at + 1] = ((y * 200) / height + grain) & 0xff;
      data[at + 2] = ((x + y) / 16 + grain) & 0xff;
      data[at + 3] = 0xff;
    }
  }
  return { width, height, data };
}

/** Throws unless the PNG is whole and has the pixels of the image. */
export function check(bytes: Uint8Array, { width, height, data }: Image): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  assert(file.subarray(0, SIGNATURE.length).equals(SIGNATURE), 'no signature');
  assert(file.subarray(-END.length).equals(END), 'IEND is missing');
  const read = PNG.sync.read(file);
  assert.deepEqual([read.width, read.height], [width, height]);
  assert(read.data.equals(data), 'other pixels');
}
