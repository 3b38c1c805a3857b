import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

export interface Document {
  /** From the root of the repository. */
  path: string;
  text: string;
}

/** Every Markdown document of the repository, except the changesets. */
export function readDocuments(): Document[] {
  return read(ROOT, (path) => path.endsWith('.md'));
}

/** Every source of a package, except its tests. */
export function readSources(): Document[] {
  return read(join(ROOT, 'packages'), (path) => /\/src\/.*\.ts$/.test(path) && !/\.test(-d)?\.ts$/.test(path));
}

/** Where the packages of the workspace are, from the root of the repository. */
export function packageFolders(): string[] {
  return ['packages', 'apps', 'tools'].flatMap((group) =>
    readdirSync(join(ROOT, group))
      .map((name) => `${group}/${name}`)
      .filter((path) => existsSync(join(ROOT, path, 'package.json'))),
  );
}

const SKIPPED = new Set(['node_modules', 'dist', 'out', 'coverage']);

function read(folder: string, wanted: (path: string) => boolean): Document[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name) || entry.name.startsWith('.')) return [];
    const file = join(folder, entry.name);
    if (entry.isDirectory()) return read(file, wanted);
    const path = relative(ROOT, file).split(sep).join('/');
    return wanted(path) ? [{ path, text: readFileSync(file, 'utf8') }] : [];
  });
}
