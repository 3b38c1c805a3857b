import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '@memio/workspace';

export interface Document {
  /** From the root of the repository. */
  path: string;
  text: string;
}

/** Every Markdown document of the repository that somebody writes, except the changesets. */
export function readDocuments(): Document[] {
  return read(ROOT, (path) => path.endsWith('.md') && !path.endsWith('.api.md'));
}

/** Every source of a package, except its tests. */
export function readSources(): Document[] {
  return read(join(ROOT, 'packages'), (path) => /\/src\/.*\.ts$/.test(path) && !/\.test(-d)?\.ts$/.test(path));
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
