import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { b } from '@memio/core';
import { type SpooledBytesIO, saveTo } from '@memio/node';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { exportTables } from './spooled-export.ts';

const MiB = 2 ** 20;
const folder = mkdtempSync(join(tmpdir(), 'memio-export-'));
let archive: SpooledBytesIO;
let log: string[];

beforeAll(async () => {
  vi.stubEnv('TMPDIR', folder);
  const result = await runMain(() => main('48'));
  archive = result.made['export.zip'] as SpooledBytesIO;
  log = result.log;
});
afterAll(() => {
  archive.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('an export that outgrows memory', () => {
  it('holds every row of every table, as fflate reads it', () => {
    const files = unzipSync(archive.getvalue());
    expect(Object.keys(files)).toEqual(['orders.csv', 'customers.csv', 'payments.csv', 'events.csv']);
    for (const [name, content] of Object.entries(files)) {
      expect(content.length).toBe(12 * MiB);
      const last = new TextDecoder().decode(content.subarray(-64));
      expect(last).toBe(`${`${name.slice(0, -4)},${(12 * MiB) / 64 - 1},`.padEnd(63, 'x')}\n`);
    }
  });

  it('is on disk, ready to be read', () => {
    expect(archive.rolled).toBe(true);
    expect(archive.tell()).toBe(0);
    expect(log).toEqual([expect.stringMatching(/^4 tables, a ZIP of 48 MiB; the most memory used is \d+ MiB$/)]);
  });

  it('stays in memory when it is small', async () => {
    using small = await exportTables({ 'a.csv': [b`1\n`, b`2\n`], 'b.csv': [] });
    expect(small).toMatchObject({ rolled: false });
    const files = unzipSync(small.read());
    expect(files).toEqual({ 'a.csv': Uint8Array.from(b`1\n2\n`), 'b.csv': new Uint8Array() });
  });

  it('fails with what a table fails with, and leaves no file behind', async () => {
    const before = readdirSync(folder);
    function* broken(): Generator<Uint8Array> {
      yield new Uint8Array(9 * MiB);
      throw new Error('connection lost');
    }
    await expect(exportTables({ 'a.csv': broken() })).rejects.toThrow('connection lost');
    expect(readdirSync(folder)).toEqual(before);
  });

  it.each(['0', '-1', 'much'])('refuses %s MiB', async (size) => {
    await expect(main(size)).rejects.toThrow(`Cannot export ${size} MiB: expected a number above 0`);
  });
});

describeWith('unzip', 'the spooled archive is not tested by Info-ZIP')('unzip -t', () => {
  it('finds no error', async () => {
    const path = join(folder, 'export.zip');
    await saveTo(archive, path);
    expect(execFileSync('unzip', ['-t', path], { encoding: 'utf8' })).toContain('No errors detected');
  });
});
