import { expect, it } from 'vitest';
import { dependenciesFirst, entryPoints, type Manifest, publishedPackages } from './workspace.ts';

const one = (name: string, ranges: Partial<Manifest> = {}) => ({ manifest: { name, version: '1.0.0', ...ranges } });
const order = (...items: { manifest: Manifest }[]) => dependenciesFirst(items).map(({ manifest }) => manifest.name);

it('puts what others need before them', () => {
  const needs = (...names: string[]) => ({ dependencies: Object.fromEntries(names.map((name) => [name, '^1.0.0'])) });
  expect(order(one('a', needs('b', 'jszip')), one('b', needs('c')), one('c'), one('d'))).toEqual(['c', 'b', 'a', 'd']);
});

it('follows peers, and puts adapters last', () => {
  const adapter = { peerDependencies: { host: '>=1', '@memio/core': '^1.0.0' } };
  const node = { peerDependencies: { '@memio/core': '^1.0.0' } };
  expect(order(one('@memio/adapter', adapter), one('@memio/core'), one('@memio/node', node))).toEqual([
    '@memio/core',
    '@memio/node',
    '@memio/adapter',
  ]);
});

it('reads entry points with and without conditions', () => {
  const exports = {
    '.': { '@memio/source': './src/index.ts', default: './dist/index.js' },
    './more': './dist/more.js',
    './package.json': './package.json',
  };
  const found = entryPoints({ short: 'x', path: '/x', manifest: { name: '@memio/x', version: '1.0.0', exports } });
  expect([...found]).toEqual([
    ['@memio/x', '/x/dist/index.js'],
    ['@memio/x/more', '/x/dist/more.js'],
  ]);
});

it('finds the packages of this repository', () => {
  const [first, ...others] = publishedPackages().map(({ short }) => short);
  expect(first).toBe('core');
  expect(others).toContain('jszip');
});
