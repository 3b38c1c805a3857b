import { expect, it, vi } from 'vitest';

// What `jszip` is for the adapter in this file: the lowest version that its range of peers allows.
vi.mock('jszip', () => import('jszip-lowest'));

const { default: JSZip } = await import('jszip');
await import('./contract.test.ts');
await import('./entries.test.ts');
await import('./pack.test.ts');

it('The contract holds with the lowest version of JSZip', () => {
  expect(JSZip.version).toBe('3.10.0');
});
