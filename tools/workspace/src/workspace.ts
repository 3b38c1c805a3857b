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
  exports?: Record<string, string | { default: string }>;
  /** What the tools of this repository have to know of a package. */
  memio?: {
    /** Budgets, see `tools/release/src/check-sizes.ts`. */
    maxSize?: Record<string, number>;
    /** Why the package cannot be used at all where there is no Node.js, as a clause. */
    needsNode?: string;
    /** Whether its API may change in any version: its members need no documentation. */
    internal?: boolean;
    /** The test runner that the package works in, and nowhere else. */
    runner?: 'vitest';
  };
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

/** The packages that are published. What others need comes before them; otherwise they are sorted by name. */
export function publishedPackages(root: string = ROOT): Package[] {
  return dependenciesFirst(allPackages(root).filter(({ manifest }) => !manifest.private));
}

/** Every folder below `packages`, sorted by name. */
export function allPackages(root: string = ROOT): Package[] {
  return readdirSync(join(root, 'packages'))
    .toSorted()
    .map((short) => ({ short, path: join(root, 'packages', short) }))
    .filter(({ path }) => existsSync(join(path, 'package.json')))
    .map((found) => ({ ...found, manifest: readManifest(found.path) }));
}

/** Those without an adapted library come before the adapters, and what is needed before what needs it. */
export function dependenciesFirst<Item extends { manifest: Manifest }>(items: readonly Item[]): Item[] {
  const sorted = new Set<Item>();
  const add = (item: Item): void => {
    const { dependencies, peerDependencies } = item.manifest;
    const needed = { ...dependencies, ...peerDependencies };
    for (const one of items) if (one !== item && one.manifest.name in needed) add(one);
    sorted.add(item);
  };
  for (const item of items) if (!isAdapter(item.manifest)) add(item);
  for (const item of items) add(item);
  return [...sorted];
}

/** Whether a package adapts a library, which is then its peer. */
export function isAdapter({ peerDependencies = {} }: Manifest): boolean {
  return Object.keys(peerDependencies).some((name) => !name.startsWith('@memio/'));
}

/** What can be imported, by the name it has in an import: `@memio/core/adapter` and the path of its JavaScript. */
export function entryPoints({ path, manifest }: Package): Map<string, string> {
  const files = Object.entries(manifest.exports ?? {}).map(([name, to]) => [name, pathOf(to)] as const);
  const modules = files.filter(([, file]) => file.endsWith('.js'));
  return new Map(modules.map(([name, file]) => [name.replace('.', manifest.name), join(path, file)]));
}

/** What Node.js imports, of one line of `exports`. */
export const pathOf = (exported: string | { default: string }): string =>
  typeof exported === 'string' ? exported : exported.default;
