import { join } from 'node:path';
import type { Tarball } from '@memio/release/pack';
import { installFrom, runIn } from '@memio/release/project';
import { ROOT } from '@memio/workspace';

/** Installs a project in which nothing can be imported that it does not name, even when that is installed as well. */
export const install = (project: string, tarballs: readonly Tarball[]): Promise<void> =>
  installFrom(tarballs, project, ['--install-strategy=linked']);

/** Compiles and runs a project. @returns what it printed */
export const start = (project: string, args: string[] = [], env: Record<string, string> = {}): Promise<string> =>
  runIn(project, 'npm', ['start', '--silent', '--', ...args], { env });

/** Runs the command line of the recipes in `cwd`. @returns what it printed */
export const recipe = (args: string[], cwd: string, env: Record<string, string> = {}): Promise<string> =>
  runIn(cwd, process.execPath, [join(ROOT, 'apps/examples/dist/recipe.js'), ...args], { env });
