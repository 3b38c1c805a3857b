import { describe, expect, it } from 'vitest';
import { give, LARGEST, take } from './buffer-pool.ts';

const MiB = 1024 * 1024;

describe('take()', () => {
  it.each([0, 1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, MiB + 1, LARGEST - 1, LARGEST])(
    'gives at least %i bytes, in a buffer of its own whose length is a power of two',
    (length) => {
      const bytes = take(length);
      expect(bytes.length).toBeGreaterThanOrEqual(Math.max(length, 256));
      expect(bytes.length).toBeLessThan(Math.max(2 * length, 257));
      expect(Math.log2(bytes.length) % 1).toBe(0);
      expect(bytes.buffer.byteLength).toBe(bytes.length);
    },
  );

  it('gives what was given back, and gives it once', () => {
    const bytes = take(1000);
    give(bytes, bytes.length);
    expect(take(600)).toBe(bytes);
    expect(take(600)).not.toBe(bytes);
  });

  it.each([256, 512, 65_536, LARGEST])('is given what has %i bytes for the next one', (length) => {
    const bytes = take(length);
    give(bytes, bytes.length);
    expect(take(length)).toBe(bytes);
  });

  it('gives what was given back only to who asks for that size', () => {
    const bytes = take(1000);
    give(bytes, bytes.length);
    expect(take(512)).not.toBe(bytes);
    expect(take(1025)).not.toBe(bytes);
    expect(take(1024)).toBe(bytes);
  });
});

describe('give()', () => {
  it.each([
    ['too short', 0],
    ['too short', 128],
    ['too long', 2 * LARGEST],
  ])('lets go what is %s: %i bytes', (_, length) => {
    const bytes = new Uint8Array(length);
    give(bytes, bytes.length);
    expect(take(Math.min(length, LARGEST)) === bytes).toBe(false);
  });

  it('keeps at most 4 MiB, whatever the sizes', () => {
    const given = [LARGEST, MiB, MiB / 2, 65_536, 256].flatMap((length) =>
      Array.from({ length: 80 }, () => new Uint8Array(length)),
    );
    for (const bytes of given) give(bytes, bytes.length);
    const known = new Set(given);
    let held = 0;
    for (const bytes of given) {
      const back = take(bytes.length);
      if (known.has(back)) held += back.length;
    }
    expect(held).toBeLessThanOrEqual(4 * MiB);
    expect(held).toBeGreaterThan(3 * MiB);
  });

  it('has room again when something was taken', () => {
    const given = Array.from({ length: 2 }, () => new Uint8Array(LARGEST));
    for (let round = 0; round < 3; round++) {
      for (const bytes of given) give(bytes, bytes.length);
      expect(new Set([take(LARGEST), take(LARGEST)])).toEqual(new Set(given));
    }
  });
});
