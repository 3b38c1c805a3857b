import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportTables } from './spooled-export.ts';

const MiB = 2 ** 20;
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memio-export-'));
  path = join(folder, 'export.zip');
  expect(await exportTables(48 * MiB, path)).toMatchObject({ archive: expect.any(Number) });
});
afterAll(() => rm(folder, { recursive: true }));

describe('an export that outgrows memory', () => {
  it('holds every row of every table, as fflate reads it', async () => {
    const files = unzipSync(await readFile(path));
    expect(Object.keys(files)).toEqual(['orders.csv', 'customers.csv', 'payments.csv', 'events.csv']);
    for (const [name, content] of Object.entries(files)) {
      expect(content.length).toBe(12 * MiB);
      const last = new TextDecoder().decode(content.subarray(-64));
      expect(last).toBe(`${`${name.slice(0, -4)},${(12 * MiB) / 64 - 1},`.padEnd(63, 'x')}\n`);
    }
  });
});

describeWith('unzip', 'the spooled archive is not tested by Info-ZIP')('unzip -t', () => {
  it('finds no error', () => {
    expect(execFileSync('unzip', ['-t', path], { encoding: 'utf8' })).toContain('No errors detected');
  });
});
