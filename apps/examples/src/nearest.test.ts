import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const NAMES = ['http-download', 'pdf-endpoint', 'pdf-invoice', 'zip-from-files'];

it.each([
  ['pdf-invioce', 'pdf-invoice'],
  ['pdfinvoice', 'pdf-invoice'],
  ['zip', 'zip-from-files'],
  ['htp-downlod', 'http-download'],
  ['pdf-endpoints', 'pdf-endpoint'],
])('%s is nearest to %s', (word, name) => {
  expect(nearest(word, NAMES)).toBe(name);
});

it('is nothing where there is nothing', () => {
  expect(nearest('zip', [])).toBeUndefined();
});
