import { b, DataError } from '@memio/core';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { inspect } from './png-file.ts';

const png: Uint8Array = encode({ width: 3, height: 2, data: new Uint8Array(24), text: { Comment: 'between' } });

describe('inspect()', () => {
  it('tells the size in pixels and where the image ends', () => {
    expect(inspect(png)).toEqual({ width: 3, height: 2, length: png.length, plausible: true });
  });

  it('does not look behind IEND', () => {
    expect(inspect(b`${png}${png}`)).toEqual({ width: 3, height: 2, length: png.length, plausible: true });
  });

  it('looks at the part of a larger array that it is given', () => {
    expect(inspect(b`xxxxx${png}`.subarray(5))).toEqual({ width: 3, height: 2, length: png.length, plausible: true });
  });

  it('takes sizes up to 2 ** 31 - 1', () => {
    expect(inspect(b`${png.subarray(0, 16)}\x7f\xff\xff\xff${png.subarray(20)}`).width).toBe(2 ** 31 - 1);
  });

  it('tells whether the compressed data can hold the pixels: at most 1032 times its length', () => {
    const claim = (width: number, size: number) => {
      const header = new DataView(b`${png.subarray(0, 33)}`.buffer);
      header.setUint32(16, width);
      header.setUint32(20, 1);
      const length = Uint8Array.of(0, 0, 0, size);
      return inspect(b`${header}${length}IDAT${new Uint8Array(size + 4)}${png.subarray(-12)}`).plausible;
    };
    expect([claim(1, 0), claim(258, 1), claim(259, 1), claim(518, 2), claim(1548, 6)]).toEqual([
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it.each<[string, Uint8Array, string]>([
    [
      'a palette of more than 256 colours',
      b`${png.subarray(0, 33)}\x00\x00\x03\x03PLTE${new Uint8Array(771 + 4)}${png.subarray(33)}`,
      'the PNG has a palette of more than 256 colours, or more than one palette',
    ],
    [
      'two palettes',
      b`${png.subarray(0, 33)}${b`\x00\x00\x00\x00PLTE\x00\x00\x00\x00`}${b`\x00\x00\x00\x00PLTE\x00\x00\x00\x00`}${png.subarray(33)}`,
      'the PNG has a palette of more than 256 colours, or more than one palette',
    ],
    ['no bytes', b``, 'no bytes from the cursor to the end; seek(0) goes back to the start of a stream'],
    ['other bytes', b`GIF89a`, 'not a PNG: the signature is missing'],
    ['the signature of a PNG that was sent as text', b`\x89PNG\n\x1a\n`, 'not a PNG: the signature is missing'],
    ['a cut off header', png.subarray(0, 32), 'the PNG is cut off in its header, at 32 bytes'],
    ['another first chunk', png.with(12, 0x69), 'not a PNG: IHDR is not its first chunk'],
    ['a header of another length', png.with(11, 14), 'not a PNG: IHDR is not its first chunk'],
    ['no end', png.subarray(0, -12), `the PNG is cut off before IEND, at ${png.length - 12} bytes`],
    ['half a chunk', png.subarray(0, 45), 'the PNG is cut off in IDAT, at 45 bytes'],
    ['a chunk that claims 4 GiB', png.with(33, 0xff), `the PNG is cut off in IDAT, at ${png.length} bytes`],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => inspect(bytes)).toThrow(new DataError(message));
  });

  it.each([
    ['no width', png.with(19, 0), 'the PNG is damaged: a size of 0 x 2 pixels'],
    ['no height', png.with(23, 0), 'the PNG is damaged: a size of 3 x 0 pixels'],
    ['a width beyond 2 ** 31 - 1', png.with(16, 0x80), 'the PNG is damaged: a size of 2147483651 x 2 pixels'],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => inspect(bytes)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_DATA', message }));
  });
});
