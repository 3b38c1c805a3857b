import { dependenciesFirst, inTemporaryFolder, publishedPackages, ROOT, run } from '@memio/workspace';
import { packPackages, type Tarball } from './pack.ts';
import { checkTarball } from './tarball.ts';

/**
 * Packs every package, checks the tarballs, and publishes those whose version is not in the registry yet: what failed
 * halfway is finished by doing it again. `--tag v1.2.3` fails if that is not the version. Everything else (registry,
 * credentials, provenance) is npm's configuration.
 */
export async function main(args: string[]): Promise<number> {
  const packages = publishedPackages();
  const tag = args[args.indexOf('--tag') + 1];
  for (const { manifest } of packages) {
    if (manifest.version === '0.0.0') throw new Error(`Cannot publish ${manifest.name}: it has no version yet`);
    if (args.includes('--tag') && tag !== `v${manifest.version}`)
      throw new Error(`Cannot publish ${manifest.name} ${manifest.version} as ${tag}: the versions differ`);
  }
  await inTemporaryFolder(async (folder) => {
    const tarballs = await packPackages(packages, folder);
    const problems = tarballs.flatMap(checkTarball);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    // Whoever installs a package while others are still on their way finds what it needs.
    for (const tarball of dependenciesFirst(tarballs)) await publish(tarball);
  });
  return 0;
}

async function publish({ name, manifest: { version }, path }: Tarball): Promise<void> {
  if (await isPublished(name, version)) return console.log(`${name} ${version} is published already`);
  await run('npm', ['publish', path, '--access', 'public'], { cwd: ROOT });
  console.log(`${name} ${version}`);
}

async function isPublished(name: string, version: string): Promise<boolean> {
  try {
    const versions = JSON.parse(await run('npm', ['view', name, 'versions', '--json'], { cwd: ROOT })) as unknown;
    return [versions].flat().includes(version);
  } catch (error) {
    if (/\bE404\b/.test(String(error))) return false;
    throw error;
  }
}
