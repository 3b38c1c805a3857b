import { expect, it } from 'vitest';
import { refused } from './licences.ts';

it.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0-or-later)', true],
  ['(MIT AND Zlib)', true],
  ['MIT AND GPL-3.0-only', false],
  ['GPL-3.0-or-later', false],
  ['MPL-2.0', false],
  ['UNLICENSED', false],
  ['Unknown', false],
  ['', false],
])('%j is allowed: %s', (licence, allowed) => {
  const problem = `The licence of x is not allowed: ${licence}`;
  expect(refused({ [licence]: [{ name: 'x' }] })).toEqual(allowed ? [] : [problem]);
});

it('allows an exception for its name and its licence only', () => {
  expect(
    refused({ 'MPL-2.0': [{ name: 'lightningcss' }, { name: 'axe-core-2' }], Unknown: [{ name: 'argparse' }] }),
  ).toEqual(['The licence of axe-core-2 is not allowed: MPL-2.0', 'The licence of argparse is not allowed: Unknown']);
});
