import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allPackages, type Package } from '@memio/workspace';

/** Fills a `node_modules` with the packages of the workspace, and what their users install beside them. */
export function linkPackages(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, path] of linked(allPackages())) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    symlinkSync(path, join(folder, name), 'junction');
  }
}

function linked(packages: readonly Package[]): Map<string, string> {
  const found = new Map(packages.map(({ manifest, path }) => [manifest.name, path]));
  for (const { path, manifest } of packages) {
    const peers = Object.keys(manifest.peerDependencies ?? {});
    for (const name of [...peers, ...peers.map((peer) => `@types/${peer}`)]) {
      const installed = join(path, 'node_modules', name);
      if (!found.has(name) && existsSync(installed)) found.set(name, realpathSync(installed));
    }
  }
  return found;
}
