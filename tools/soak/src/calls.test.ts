import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CALLS, removeTemporary } from './calls.ts';

const PACKAGES = join(import.meta.dirname, '../../../packages');
/** What other packages are made of or tested with: their functions are called by way of those. */
const INDIRECT = ['conformance', 'formats'];

/** The functions of a package, by name; of classes those that are constructed. */
async function functionsOf(folder: string): Promise<string[]> {
  const exported: Record<string, unknown> = await import(`@memio/${folder}`);
  return Object.entries(exported)
    .filter(
      ([name, value]) =>
        typeof value === 'function' && !/Error$|^UnsupportedOperation$|^BytesView$|^is|^(Zip|Tar)/.test(name),
    )
    .map(([name]) => `${folder} ${name}`);
}

const folders = readdirSync(PACKAGES).filter((folder) => {
  if (INDIRECT.includes(folder)) return false;
  try {
    return JSON.parse(readFileSync(join(PACKAGES, folder, 'package.json'), 'utf8')).name === `@memio/${folder}`;
  } catch {
    return false;
  }
});

describe('Every function of every package is soaked', () => {
  afterAll(removeTemporary);

  it.each(folders)('%s', async (folder) => {
    expect(Object.keys(CALLS), 'the calls of tools/soak/src/calls.ts').toEqual(
      expect.arrayContaining(await functionsOf(folder)),
    );
  });

  it.each(Object.keys(CALLS))('%s runs', async (name) => {
    const call = await CALLS[name]!();
    await call();
    await call();
  });
});
