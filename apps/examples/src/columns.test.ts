import { expect, it } from 'vitest';
import { columns } from './columns.ts';

const ROWS = [
  ['Name', 'What', 'Where'],
  ['a-name', 'one two three four five six seven', 'here'],
  ['b', 'short', 'there'],
];

it('sets columns under each other, without spaces at the end', () => {
  expect(columns(ROWS, 1).split('\n')).toEqual([
    'Name    What                               Where',
    'a-name  one two three four five six seven  here',
    'b       short                              there',
  ]);
});

it('breaks one column between words where lines would be too long', () => {
  expect(columns(ROWS, 1, 40).split('\n')).toEqual([
    'Name    What                       Where',
    'a-name  one two three four five    here',
    '        six seven',
    'b       short                      there',
  ]);
});

it('leaves the column 24 characters however narrow the terminal is', () => {
  const lines = columns(ROWS, 1, 10).split('\n');
  expect(lines.slice(1, 3)).toEqual(['a-name  one two three four five   here', '        six seven']);
});
