import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Manifest, type Package, pnpm, ROOT, readManifest, run } from '@memio/workspace';

export interface Tarball {
  name: string;
  path: string;
  /** What is in it, unpacked. */
  folder: string;
  /** As published: without `workspace:`. */
  manifest: Manifest;
}

/** Packs packages into a folder, as they would be published, and unpacks them beside that. In the order given. */
export async function packPackages(packages: readonly Package[], folder: string): Promise<Tarball[]> {
  const filters = packages.flatMap(({ manifest }) => ['--filter', manifest.name]);
  const args = ['-r', ...filters, 'pack', '--pack-destination', folder, '--json'];
  const packed = JSON.parse(await pnpm(args, { cwd: ROOT })) as { name: string; filename: string }[];
  const paths = new Map(packed.map(({ name, filename }) => [name, filename]));
  return Promise.all(
    packages.map(async ({ short, manifest: { name } }) => {
      const path = paths.get(name);
      if (!path) throw new Error(`Cannot find the tarball of ${name}: pnpm packed ${[...paths.keys()].join(', ')}`);
      const unpacked = join(folder, short);
      await mkdir(unpacked);
      await run('tar', ['-xzf', path, '--strip-components=1', '-C', unpacked], { cwd: folder });
      return { name, path, folder: unpacked, manifest: readManifest(unpacked) };
    }),
  );
}
