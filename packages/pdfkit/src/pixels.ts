import { describe, rangeError, typeError } from '@memio/core/adapter';
import type { Pacer } from '@memio/formats';
import type { Accept, Picture } from './picture.ts';
import { compressPlanes, FILTER_UP } from './planes.ts';

/**
 * Decoded pixels, row by row from the top left: what `readPng` of `@memio/pngjs` and `readImage` of `@memio/sharp`
 * return, and what a canvas's `ImageData` is.
 */
export interface Pixels {
  /** In pixels, from 1 on. */
  readonly width: number;
  /** In pixels, from 1 on. */
  readonly height: number;
  /** Grey, grey and alpha, red green blue, or these and alpha: 1 to 4 values a pixel. 16 bits become their upper 8. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

/** 8 bits a value, on memory of their own. */
export interface CopiedPixels {
  width: number;
  height: number;
  data: Uint8Array<ArrayBuffer>;
  channels: 1 | 2 | 3 | 4;
}

/** By its members: such objects come from several libraries. */
export const isPixels = (value: unknown): value is Pixels =>
  typeof value === 'object' && value !== null && 'width' in value && 'height' in value && 'data' in value;

/**
 * Checks pixels and copies them, before anything is awaited.
 *
 * @throws {TypeError} when `data` is not an array of 8 or 16 bits
 * @throws {RangeError} when a size is not a positive integer, or `data` has another length
 */
export function copyPixels({ width, height, data }: Pixels, accept: Accept): CopiedPixels {
  for (const [name, size] of Object.entries({ width, height }))
    if (!Number.isSafeInteger(size) || size < 1)
      throw rangeError(`Cannot place pixels with a ${name} of ${describe(size)}: expected an integer of 1 or more`);
  accept(width, height);
  const wide = data instanceof Uint16Array;
  if (!wide && !(data instanceof Uint8Array) && !(data instanceof Uint8ClampedArray))
    throw typeError(`Cannot place pixels of ${describe(data)}: expected data to be a Uint8Array or a Uint16Array`);
  const channels = data.length / (width * height);
  if (![1, 2, 3, 4].includes(channels))
    throw rangeError(
      `Cannot place ${width} x ${height} pixels of ${data.length} values: expected 1 to 4 values for each pixel`,
    );
  const copy = new Uint8Array(data.length);
  if (wide) for (let at = 0; at < copy.length; at++) copy[at] = data[at]! >> 8;
  else copy.set(data);
  return { width, height, data: copy, channels: channels as 1 | 2 | 3 | 4 };
}

/** Divides pixels into colours and alpha, and compresses them. */
export async function pixelsPicture({ width, height, data, channels }: CopiedPixels, pacer: Pacer): Promise<Picture> {
  const components = channels < 3 ? 1 : 3;
  let colours: Uint8Array = data;
  let alpha: Uint8Array | undefined;
  if (channels !== components) {
    colours = new Uint8Array(width * height * components);
    alpha = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let pixel = y * width; pixel < (y + 1) * width; pixel++) {
        for (let each = 0; each < components; each++)
          colours[pixel * components + each] = data[pixel * channels + each]!;
        alpha[pixel] = data[pixel * channels + components]!;
      }
      const pause = pacer.pause();
      if (pause) await pause;
    }
  }
  const planes = { width, height, channels: components, colours, alpha };
  return { width, height, orientation: 1, components, bits: 8, ...(await compressPlanes(planes, FILTER_UP, pacer)) };
}
