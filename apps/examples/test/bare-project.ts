import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LIMITS = { timeout: 120_000, maxBuffer: 16 * 2 ** 20 };

/** Runs a program to its end. @returns what it printed; fails, with all that was printed, if the exit code is not 0 */
async function run(program: string, args: string[], cwd: string, env: object = {}): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { ...LIMITS, cwd, env: { ...outside(), ...env } })).stdout;
  } catch (error) {
    // The message has what came on stderr.
    const { message, stdout } = error as { message: string; stdout: string };
    throw new Error(`${message}\n${stdout}`);
  }
}

/** The environment without the ways by which a process started here finds packages and programs of the repository. */
function outside(): NodeJS.ProcessEnv {
  const { NODE_PATH, NODE_OPTIONS, NODE_ENV, INIT_CWD, FORCE_COLOR, PATH = '', ...rest } = process.env;
  const path = PATH.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...rest, PATH: path.join(delimiter), NO_COLOR: '1' };
}

/** Packs packages of the workspace as they would be published. @returns the paths of the tarballs by name */
export async function packPackages(names: readonly string[], folder: string): Promise<Record<string, string>> {
  const filters = names.flatMap((name) => ['--filter', name]);
  const args = ['-y', 'pnpm@12.21.0', '-r', ...filters, 'pack', '--pack-destination', folder, '--json'];
  const packed = JSON.parse(await run('npx', args, ROOT)) as { name: string; filename: string }[];
  return Object.fromEntries(packed.map(({ name, filename }) => [name, filename]));
}

/**
 * Installs a project with npm, `@memio/*` from `tarballs`. What the project does not name itself cannot be imported in
 * it, even when it came along with something else.
 */
export async function install(project: string, tarballs: Record<string, string>): Promise<void> {
  const path = join(project, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as {
    dependencies: Record<string, string>;
    overrides: object;
  };
  const overrides: Record<string, string> = {};
  for (const [name, tarball] of Object.entries(tarballs)) {
    overrides[name] = name in manifest.dependencies ? `$${name}` : `file:${tarball}`;
    if (name in manifest.dependencies) manifest.dependencies[name] = `file:${tarball}`;
  }
  await writeFile(path, JSON.stringify({ ...manifest, overrides }));
  const flags = ['--install-strategy=linked', '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...flags], project);
}

/** Compiles and runs a project. @returns what it printed */
export const start = (project: string, args: string[] = [], env: object = {}): Promise<string> =>
  run('npm', ['start', '--silent', '--', ...args], project, env);

/** Runs the command line of the recipes in `cwd`. @returns what it printed */
export const recipe = (args: string[], cwd: string, env: object = {}): Promise<string> =>
  run(process.execPath, [join(ROOT, 'apps/examples/dist/recipe.js'), ...args], cwd, env);
