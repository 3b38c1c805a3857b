import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[\\/]$/, '');

export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  license?: string;
  sideEffects?: boolean;
  engines?: Record<string, string>;
  files?: string[];
  exports?: Record<string, string>;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

export interface Package {
  /** Such as `core`, which is the name of its folder too. */
  short: string;
  path: string;
  manifest: Manifest;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The packages that are published, sorted by name. */
export function publishedPackages(root: string = ROOT): Package[] {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .map((short) => ({ short, path: join(root, 'packages', short) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map((found) => ({ ...found, manifest: readManifest(found.path) }))
    .filter(({ manifest }) => !manifest.private);
}

/** What can be imported, by the name it has in an import: `@memio/core/adapter` and the path of its JavaScript. */
export function entryPoints({ path, manifest }: Package): Map<string, string> {
  const modules = Object.entries(manifest.exports ?? {}).filter(([, file]) => file.endsWith('.js'));
  return new Map(modules.map(([name, file]) => [name.replace('.', manifest.name), join(path, file)]));
}
