import { expect, test } from 'vitest';
import { duration, times, toMarkdown, toText } from './table.ts';

test.each([
  [3.21987, '3.22 ns'],
  [0.25, '0.25 ns'],
  [999.4, '999 ns'],
  [1000, '1.00 µs'],
  [123_456, '123 µs'],
  [45_678_901, '45.7 ms'],
  [2_500_000_000, '2.50 s'],
])('duration(%d) has three digits and its unit: %s', (nanoseconds, text) => {
  expect(duration(nanoseconds)).toBe(text);
});

test('times() says a ratio with two digits behind the point, large ones with none', () => {
  expect([times(0.5), times(99.99), times(250.4)]).toEqual(['0.50 ×', '99.99 ×', '250 ×']);
});

const TABLE = {
  left: 1,
  lines: [
    ['name', 'time'],
    ['a', '10 ns'],
    ['longer', '2 ns'],
  ],
};

test('toText() aligns text to the left and figures to the right', () => {
  expect(toText(TABLE)).toBe('name     time\na       10 ns\nlonger   2 ns');
});

test('toMarkdown() says how columns are aligned', () => {
  expect(toMarkdown(TABLE)).toBe('| name | time |\n| --- | --: |\n| a | 10 ns |\n| longer | 2 ns |');
});
