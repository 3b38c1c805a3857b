import { describe, expect, it } from 'vitest';
import { exifOrientation } from './index.ts';

/** A TIFF directory with an entry for the orientation. */
function tiff({ little = false, type = 3, count = 1, value = 6, at = 8, entries = 1 } = {}): Uint8Array {
  const view = new DataView(new ArrayBuffer(at + 2 + 12 * 1 + 4));
  view.setUint16(0, little ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, little);
  view.setUint32(4, at, little);
  view.setUint16(at, entries, little);
  view.setUint16(at + 2, 0x0112, little);
  view.setUint16(at + 4, type, little);
  view.setUint32(at + 6, count, little);
  view.setUint16(at + 10, value, little);
  return new Uint8Array(view.buffer);
}

describe('exifOrientation()', () => {
  it.each([false, true])('reads it in both orders of bytes (little endian: %s)', (little) => {
    for (let value = 1; value <= 8; value++) expect(exifOrientation(tiff({ little, value }))).toBe(value);
    expect(exifOrientation(tiff({ little, at: 40 }))).toBe(6);
  });

  it.each<[what: string, data: Uint8Array]>([
    ['no bytes', new Uint8Array(0)],
    ['another order of bytes', tiff().fill(0x4a, 0, 2)],
    ['another type', tiff({ type: 4 })],
    ['two values', tiff({ count: 2 })],
    ['a value of 0', tiff({ value: 0 })],
    ['a value of 9', tiff({ value: 9 })],
    ['a directory behind the end', tiff().fill(0xff, 4, 8)],
    ['an entry that is cut off', tiff().subarray(0, 20)],
    ['fewer entries than claimed, none of them it', tiff({ entries: 60_000 }).fill(1, 10, 12)],
  ])('is 1 for %s', (_, data) => {
    expect(exifOrientation(data)).toBe(1);
  });
});
