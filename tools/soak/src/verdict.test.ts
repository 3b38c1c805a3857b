import { describe, expect, it } from 'vitest';
import { type Sample, verdict } from './verdict.ts';

const run = (rss: (second: number) => number): Sample[] =>
  Array.from({ length: 60 }, (_, second) => ({ seconds: second + 1, rss: rss(second) }));

describe('verdict()', () => {
  it.each<[string, (second: number) => number, number]>([
    ['flat memory is in order', () => 100, 0],
    ['memory that grows in the first third is in order', (second) => 100 + Math.min(second, 19) * 10, 0],
    ['memory that shrinks is in order', (second) => 200 - second, 0],
    ['single peaks are in order', (second) => (second % 7 === 0 ? 500 : 100), 0],
    ['a tenth more in the last third is in order', (second) => (second < 40 ? 100 : 110), 0],
    ['more than a tenth more is not', (second) => (second < 40 ? 100 : 111), 1],
    ['memory that grows steadily is not', (second) => 100 + second, 1],
  ])('%s', (_, rss, problems) => {
    expect(verdict(run(rss), 20, 20)).toHaveLength(problems);
  });

  it('tells by how much memory grew, and how many descriptors are left open', () => {
    expect(
      verdict(
        run((second) => (second < 40 ? 100 : 150)),
        20,
        23,
      ),
    ).toEqual(['The last third needed 50 % more memory than the second', '3 more descriptors are open than before']);
  });

  it('says that a run is too short to tell', () => {
    expect(verdict(run(() => 100).slice(0, 11), 20, 20)).toEqual([
      'too short to tell: 11 cycles, at least 12 are needed',
    ]);
  });

  it('fewer descriptors than before are in order', () => {
    expect(
      verdict(
        run(() => 100),
        20,
        19,
      ),
    ).toEqual([]);
  });
});
