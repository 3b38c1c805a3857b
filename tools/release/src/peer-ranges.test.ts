import { expect, it } from 'vitest';
import { publishedPackages } from './workspace.ts';

const peers = publishedPackages().flatMap(({ manifest: { name, peerDependencies = {}, devDependencies = {} } }) =>
  Object.entries(peerDependencies).map(([peer, range]) => ({ name, peer, range, devDependencies })),
);

it.each(peers)('$name is tested with the lowest $peer of $range', ({ peer, range, devDependencies }) => {
  const lowest = /^(?:\^|>=)(\d+\.\d+\.\d+)\b/.exec(range)?.[1];
  expect(devDependencies[`${peer}-lowest`]).toBe(`npm:${peer}@${lowest}`);
});
