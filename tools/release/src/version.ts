import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, ROOT, run } from '@memio/workspace';

/**
 * Makes versions and changelogs of the changesets.
 *
 * Changesets releases a major version of each package whose peer leaves its range. Below 1.0 every minor version of
 * `@memio/core` leaves `^0.x`, and all packages share one version: one minor changeset would release 1.0.0. So changesets
 * does not see these peers. Their ranges, `workspace:^` and `workspace:~`, contain no version that it could update.
 */
export async function main(): Promise<number> {
  const manifests = publishedPackages().map(({ path }) => {
    const file = join(path, 'package.json');
    return { file, text: readFileSync(file, 'utf8') };
  });
  try {
    for (const { file, text } of manifests) write(file, withPeers(JSON.parse(text), {}));
    console.log(await program('@changesets/cli/bin.js', 'version'));
  } finally {
    for (const { file, text } of manifests)
      write(file, withPeers(JSON.parse(readFileSync(file, 'utf8')), JSON.parse(text).peerDependencies));
  }
  await program('@biomejs/biome/bin/biome', 'format', '--write', 'packages');
  return 0;
}

/** Not through pnpm, which would first install what the manifests without peers say. */
const program = (path: string, ...args: string[]): Promise<string> =>
  run(process.execPath, [join(ROOT, 'node_modules', path), ...args], { cwd: ROOT });

/** The manifest with other peers, its properties in the same order. */
const withPeers = (manifest: object, peerDependencies: object | undefined): object =>
  'peerDependencies' in manifest ? { ...manifest, peerDependencies } : manifest;

const write = (file: string, manifest: object): void =>
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
