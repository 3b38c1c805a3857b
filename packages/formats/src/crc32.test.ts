import * as zlib from 'node:zlib';
import { b } from '@memio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, portableCrc32 } from './crc32.ts';

const anyBytes = () => fc.uint8Array({ maxLength: 1200, size: 'max' });

describe.each([
  ['crc32()', crc32],
  ['portableCrc32()', portableCrc32],
])('%s', (_, crc32) => {
  it('is the check value of CRC-32/ISO-HDLC', () => {
    expect(crc32(b`123456789`)).toBe(0xcbf43926);
    expect(crc32(b``)).toBe(0);
  });

  it('equals that of zlib at any offset in memory', () => {
    fc.assert(
      fc.property(anyBytes(), fc.nat(7), (bytes, from) => {
        expect(crc32(bytes.subarray(from))).toBe(zlib.crc32(bytes.subarray(from)));
      }),
      { numRuns: 1000 },
    );
  });

  it('equals that of zlib for a megabyte', () => {
    const bytes = Uint8Array.from({ length: 1_000_003 }, (_, index) => (index * index) >> 3);
    expect(crc32(bytes)).toBe(zlib.crc32(bytes));
  });

  it('continues from an earlier CRC', () => {
    fc.assert(
      fc.property(anyBytes(), anyBytes(), (head, tail) => {
        expect(crc32(tail, crc32(head))).toBe(zlib.crc32(b`${head}${tail}`));
      }),
    );
  });

  it('reads shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(1000)).fill(7);
    expect(crc32(shared)).toBe(zlib.crc32(shared.slice()));
  });
});
