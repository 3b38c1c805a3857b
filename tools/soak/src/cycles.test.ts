import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withCycles } from './cycles.ts';

it('every cycle runs with any size', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memio-soak-test-'));
  const ran: string[] = [];
  try {
    await withCycles(folder, async (cycles) => {
      for (const [name, cycle] of Object.entries(cycles)) {
        for (const size of [0, 1, 200_003]) await cycle(size);
        ran.push(name);
      }
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  expect(ran).toEqual(['inMemory', 'webStreams', 'brokenSources', 'files', 'spooled', 'network']);
});
