import { createRequire } from 'node:module';
import { expect, it, vi } from 'vitest';

// Nothing is imitated: the oldest release that the peer range allows takes the place of the newest.
vi.mock('tar-stream', () => vi.importActual('tar-stream-lowest'));

it('is tested with the lowest tar-stream that the peer range allows', () => {
  const require = createRequire(import.meta.url);
  const { peerDependencies } = require('../package.json');
  expect(`^${require('tar-stream-lowest/package.json').version}`).toBe(peerDependencies['tar-stream']);
});

await import('./contract.test.ts');
