import { createRequire } from 'node:module';
import { PNG } from 'pngjs';
import { describe, expect, it, vi } from 'vitest';

// Nothing is imitated: the oldest release that the peer range allows takes the place of the newest.
vi.mock('pngjs', () => vi.importActual('pngjs-lowest'));

describe('The lowest pngjs that the peer range allows', () => {
  const require = createRequire(import.meta.url);

  it('is what the contract is tested with here', () => {
    const { peerDependencies } = require('../package.json');
    expect(`>=${require('pngjs-lowest/package.json').version} <8`).toBe(peerDependencies.pngjs);
    expect(PNG).toBe(require('pngjs-lowest').PNG);
    expect(PNG).not.toBe(require('pngjs').PNG);
  });
});

await import('./contract.test.ts');
