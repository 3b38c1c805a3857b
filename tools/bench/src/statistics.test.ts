import { expect, test } from 'vitest';
import { summarise } from './statistics.ts';

test.each([
  [[5], { low: 5, median: 5, high: 5 }],
  [[4, 1, 3, 2], { low: 1.75, median: 2.5, high: 3.25 }],
  [[10, 2, 30, 4, 6], { low: 4, median: 6, high: 10 }],
])('summarise(%j) gives the median and the quartiles between the nearest samples', (samples, summary) => {
  expect(summarise(samples)).toEqual(summary);
});
