import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from './crc32.ts';
import { b } from './index.ts';

describe('crc32()', () => {
  it('is the check value of CRC-32/ISO-HDLC', () => {
    expect(crc32(b`123456789`)).toBe(0xcbf43926);
    expect(crc32(b``)).toBe(0);
  });

  it('goes on where it was', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (head, tail) => {
        expect(crc32(tail, crc32(head))).toBe(crc32(b`${head}${tail}`));
      }),
    );
  });
});
