import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFences } from '@memio/docs/fence';
import { installFrom, runIn } from '@memio/release/project';
import { ROOT } from '@memio/workspace';
import { inject } from 'vitest';

const GUIDE = 'docs/guides/tools.md';
const shown = readFences(GUIDE, readFileSync(join(ROOT, GUIDE), 'utf8')).flatMap(({ project, code }) => {
  const [name, file] = project?.split('/') ?? [];
  return name && file ? [{ name, file, code }] : [];
});

/** The projects that the guide shows. */
export const NAMES: ReadonlySet<string> = new Set(shown.map(({ name }) => name));

/**
 * Makes a project of the files that the guide shows for it.
 *
 * @param dependencies with their versions; `@memio/*` without, which are the packed packages
 */
export async function makeProject(name: string, folder: string, dependencies: Record<string, string>): Promise<void> {
  await mkdir(folder);
  for (const one of shown) if (one.name === name) await writeFile(join(folder, one.file), `${one.code}\n`);
  const type = /commonjs/.test(name) ? 'commonjs' : 'module';
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type, dependencies }));
  await installFrom(inject('tarballs'), folder);
}

/** Runs a command line that the guide shows. @returns what it printed */
export const runShown = (folder: string, file: string): Promise<string> => runIn(folder, 'sh', ['-ex', file]);
