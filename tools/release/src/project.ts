import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type Manifest, type RunOptions, run } from '@memio/workspace';
import type { Tarball } from './pack.ts';

/** Runs a program in a project outside of the repository, whose packages and programs it does not find. */
export const runIn = (
  project: string,
  program: string,
  args: string[],
  options: Partial<RunOptions> = {},
): Promise<string> =>
  run(program, args, { timeout: 120_000, ...options, cwd: project, env: { ...OUTSIDE, ...options.env } });

const OUTSIDE = {
  NODE_PATH: undefined,
  NODE_OPTIONS: undefined,
  NODE_ENV: undefined,
  INIT_CWD: undefined,
  FORCE_COLOR: undefined,
  PATH: process.env['PATH']
    ?.split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter),
};

/** Installs a project with npm. Wherever `@memio/*` is needed, it comes from the tarballs. */
export async function installFrom(tarballs: readonly Tarball[], project: string, flags: string[] = []): Promise<void> {
  const path = join(project, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const dependencies = { ...manifest.dependencies };
  const overrides: Record<string, string> = {};
  for (const { name, path: tarball } of tarballs) {
    overrides[name] = name in dependencies ? `$${name}` : `file:${tarball}`;
    if (name in dependencies) dependencies[name] = `file:${tarball}`;
  }
  await writeFile(path, JSON.stringify({ ...manifest, dependencies, overrides }));
  await runIn(project, 'npm', ['install', ...flags, '--prefer-offline', '--no-audit', '--no-fund']);
}
