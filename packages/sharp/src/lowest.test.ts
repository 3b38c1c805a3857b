import { createRequire } from 'node:module';
import sharp from 'sharp';
import { expect, it, vi } from 'vitest';

// Nothing is imitated: the oldest release that the peer range allows takes the place of the newest.
vi.mock('sharp', () => vi.importActual('sharp-lowest'));

it('The lowest sharp that the peer range allows is what the contract is tested with here', () => {
  const { peerDependencies } = createRequire(import.meta.url)('../package.json');
  expect(`^${sharp.versions.sharp}`).toBe(peerDependencies.sharp);
});

await import('./contract.test.ts');
