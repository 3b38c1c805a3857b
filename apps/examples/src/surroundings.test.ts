import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { programOf, temporaryFolder } from '../test/run.ts';
import { surroundings } from './surroundings.ts';

const folder = temporaryFolder();

it('gives object-storage a server that it can be run with, and stops it', async () => {
  const { args, env, stop } = await surroundings('object-storage');
  const address = env['AWS_ENDPOINT_URL_S3']!;
  try {
    // Not `spawnSync`: the server is in this process.
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [programOf('recipe'), 'object-storage', ...args],
      { cwd: folder, env: { ...process.env, ...env, INIT_CWD: folder }, timeout: 20_000 },
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\d+ bytes are in memio-examples\/readings\.txt, SHA-256 [0-9a-f]{64}$/m);
    expect(readFileSync(join(folder, 'out', 'readings.txt'), 'utf8')).toMatch(/^reading 0: 0\nreading 1: 37\n/);
  } finally {
    await stop();
  }
  await expect(fetch(address)).rejects.toThrow('fetch failed');
});

it('gives the others nothing', async () => {
  const { args, env, stop } = await surroundings('pdf-invoice');
  expect({ args, env }).toEqual({ args: [], env: {} });
  await stop();
});
