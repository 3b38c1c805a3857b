import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Manifest, readManifest } from '../workspace.ts';

export interface Installed {
  name: string;
  version: string;
  /** As its package.json says it; `undefined` if that says nothing. */
  licence: string | undefined;
}

type Needs = (manifest: Manifest) => Record<string, string>;

/** What some folders need, and what that needs in turn, as far as it is installed here, by name and version. */
export function installedFor(folders: readonly string[], needs: Needs): Map<string, Installed> {
  const found = new Map<string, Installed>();
  const visit = (folder: string, needed: Record<string, string>): void => {
    for (const name of Object.keys(needed)) {
      const path = find(name, folder);
      if (!path) continue; // for another platform, or an optional peer
      const manifest = readManifest(path);
      const key = `${manifest.name}@${manifest.version}`;
      if (found.has(key) || manifest.name.startsWith('@memio/')) continue;
      found.set(key, { name: manifest.name, version: manifest.version, licence: licenceOf(manifest) });
      visit(path, { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies });
    }
  };
  for (const folder of folders) visit(folder, needs(readManifest(folder)));
  return found;
}

/** Where Node.js would find a package for a module in a folder. */
function find(name: string, folder: string): string | undefined {
  for (let here = folder; ; here = dirname(here)) {
    const path = join(here, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return realpathSync(path);
    if (dirname(here) === here) return undefined;
  }
}

/** Old packages have an object, or a list of them. */
function licenceOf(manifest: object): string | undefined {
  const { license, licenses } = manifest as { license?: unknown; licenses?: unknown };
  const given = [license ?? licenses].flat().filter((one) => one !== undefined);
  const names = given.map((one) => (typeof one === 'string' ? one : (one as { type?: string }).type));
  return names.length === 0 ? undefined : names.join(' OR ');
}
