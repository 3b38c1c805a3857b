import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { b } from './index.ts';

const anyBytes = () => fc.uint8Array({ maxLength: 100, size: 'max' });

describe('crc32()', () => {
  it('is the check value of CRC-32/ISO-HDLC', () => {
    expect(crc32(b`123456789`)).toBe(0xcbf43926);
    expect(crc32(b``)).toBe(0);
  });

  it('is what zlib makes of the same bytes, wherever they lie', () => {
    fc.assert(
      fc.property(anyBytes(), fc.nat(7), (bytes, from) => {
        expect(crc32(bytes.subarray(from))).toBe(zlib.crc32(bytes.subarray(from)));
      }),
      { numRuns: 1000 },
    );
  });

  it('is what zlib makes of a megabyte', () => {
    const bytes = Uint8Array.from({ length: 1_000_003 }, (_, index) => (index * index) >> 3);
    expect(crc32(bytes)).toBe(zlib.crc32(bytes));
  });

  it('goes on where it was', () => {
    fc.assert(
      fc.property(anyBytes(), anyBytes(), (head, tail) => {
        expect(crc32(tail, crc32(head))).toBe(zlib.crc32(b`${head}${tail}`));
      }),
    );
  });
});
