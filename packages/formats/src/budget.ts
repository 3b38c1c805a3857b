import { LimitError } from '@memio/core';
import { describe, rangeError, typeError } from '@memio/core/adapter';

/** The default of `maxPixels` in every adapter: `Image.MAX_IMAGE_PIXELS` of Python's Pillow, 256 MiB of RGB. */
export const DEFAULT_MAX_PIXELS = 89_478_485;

/**
 * Checks the value of a budget: a number from 0 on; `Infinity` lifts the limit.
 *
 * @throws {TypeError} when it is not a number
 * @throws {RangeError} when it is negative or `NaN`
 */
export function requireBudget(name: string, value: unknown): asserts value is number {
  if (typeof value !== 'number') throw typeError(`Cannot set ${name} to ${describe(value)}: expected a number`);
  if (!(value >= 0)) throw rangeError(`Cannot set ${name} to ${value}: expected 0 or more`);
}

/**
 * Compares the size of an image with `maxPixels`, before it is decoded.
 *
 * @param action such as `read a PNG`
 * @throws {LimitError} when width x height is more
 */
export function requirePixels(action: string, width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels) {
    const message = `Cannot ${action} of ${width} x ${height} pixels: maxPixels is ${maxPixels}`;
    throw new LimitError(message, 'maxPixels', maxPixels);
  }
}
