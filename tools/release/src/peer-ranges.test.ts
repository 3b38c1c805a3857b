import { publishedPackages } from '@memio/workspace';
import { describe, expect, it } from 'vitest';

const published = publishedPackages();
const others = published.filter(({ manifest }) => manifest.name !== '@memio/core').map(({ manifest }) => manifest);
const hosts = published.flatMap(({ manifest: { name, peerDependencies = {}, devDependencies = {} } }) =>
  Object.entries(peerDependencies)
    .filter(([peer]) => !peer.startsWith('@memio/'))
    .map(([peer, range]) => ({ name, peer, range, devDependencies })),
);

it.each(hosts)('$name is tested with the lowest $peer of $range', ({ peer, range, devDependencies }) => {
  const lowest = /^(?:\^|>=)(\d+\.\d+\.\d+)\b/.exec(range)?.[1];
  expect(devDependencies[`${peer}-lowest`]).toBe(`npm:${peer}@${lowest}`);
});

describe.each(others)('$name', ({ name, dependencies = {}, peerDependencies = {}, devDependencies = {} }) => {
  it('uses the copy of @memio/core that the application installs', () => {
    expect(dependencies).not.toHaveProperty(['@memio/core']);
    // @memio/node uses modules of core that are internal: they may change in a minor version after 1.0.
    expect(peerDependencies['@memio/core']).toBe(name === '@memio/node' ? 'workspace:~' : 'workspace:^');
    expect(devDependencies['@memio/core']).toBe('workspace:*');
  });
});
