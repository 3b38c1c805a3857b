import { describe, expect, it } from 'vitest';
import { hexDump } from './hex.ts';

const bytes = Uint8Array.from({ length: 20 }, (_, index) => index * 7);

describe('hexDump()', () => {
  it('has offsets, bytes and characters, and full rows', () => {
    expect(hexDump(bytes)).toBe(
      [
        '00000000  00 07 0e 15 1c 23 2a 31 38 3f 46 4d 54 5b 62 69  |.....#*18?FMT[bi|',
        '00000010  70 77 7e 85                                      |pw~.|',
      ].join('\n'),
    );
  });

  it('says what it leaves out', () => {
    expect(hexDump(new Uint8Array(2000), 8, 12)).toBe(
      [
        '0000  00 00 00 00 00 00 00 00  |........|',
        '0008  00 00 00 00              |....|',
        '… and 1,988 bytes more',
      ].join('\n'),
    );
  });

  it('has nothing to show of nothing', () => {
    expect(hexDump(new Uint8Array())).toBe('');
  });
});
