import { describe, expect, it } from 'vitest';
import { flatness } from './flatness.ts';

const MIB = 2 ** 20;
const samples = (rss: (index: number) => number) => Array.from({ length: 12 }, (_, index) => rss(index) * MIB);

describe('flatness()', () => {
  it.each<[string, (index: number) => number, boolean]>([
    ['level memory is flat', () => 100, true],
    ['memory that shrinks is flat', (index) => 100 - index, true],
    ['a single peak is flat', (index) => (index === 10 ? 500 : 100), true],
    ['12 MiB more at the end are flat', (index) => (index < 6 ? 100 : 112), true],
    ['more is not', (index) => (index < 6 ? 100 : 113), false],
    ['355 KiB in each of 500 calls are not', (index) => 100 + (index * 500 * 355) / 1024 / 12, false],
  ])('%s', (_, rss, flat) => {
    expect(flatness(samples(rss), 500).flat).toBe(flat);
  });

  it('prints the rule by which it decides', () => {
    expect(
      flatness(
        samples((index) => 100 + index * 3),
        600,
      ).text,
    ).toBe('the last third of 600 calls needs 24.0 MiB, 61.4 KiB a call beyond the first; at most 12 MiB is flat');
  });

  it('says that a run is too short to tell', () => {
    const text = 'too short to tell: 199 calls, at least 200 are needed';
    expect(
      flatness(
        samples(() => 1),
        199,
      ),
    ).toEqual({ flat: undefined, text });
  });
});
