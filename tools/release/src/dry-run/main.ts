import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  copyTree,
  inTemporaryFolder,
  type Manifest,
  type Package,
  pnpm,
  publishedPackages,
  ROOT,
  run,
} from '@memio/workspace';
import { largestBump, nextVersion } from '../next-version.ts';
import { type Registry, startRegistry } from './registry.ts';

/** It uses three packages and makes a file. */
const RECIPE = 'zip-in-memory';

/**
 * Rehearses a release in a copy of the tree: versions, builds, packs, publishes to a registry on this machine, installs
 * from there in a project of its own, and runs a recipe in it. The tree itself stays as it is.
 */
export const main = (): Promise<number> =>
  inTemporaryFolder(async (folder) => {
    const tree = join(folder, 'tree');
    const project = join(folder, 'project');
    await step('copy the tree', () => copyTree(ROOT, tree));
    await step('install', () => pnpm(['install', '--frozen-lockfile', '--prefer-offline'], { cwd: tree }));
    const packages = await step('version', () => version(tree));
    const registry = await step('start a registry', () => startRegistry(tree, join(folder, 'registry')));
    try {
      await writeFile(join(tree, '.npmrc'), registry.npmrc);
      const release = ['run', 'release', '--tag', `v${packages[0]!.manifest.version}`];
      await step('build, pack, publish', () => pnpm(release, { cwd: tree, timeout: 600_000 }));
      const there = await step('look at what is there', () =>
        Promise.all(packages.map((one) => findIn(registry, one))),
      );
      await step('publish again, which changes nothing', () => pnpm(release, { cwd: tree }));
      await step(`copy ${RECIPE}`, () => pnpm(['run', 'recipe', RECIPE, '--copy', project], { cwd: tree }));
      await writeFile(join(project, '.npmrc'), registry.npmrc);
      await step('install it', () => install(project, there));
      await step('run it', () => start(project));
    } finally {
      await registry[Symbol.asyncDispose]();
    }
    console.log(`${packages.map(({ manifest }) => `${manifest.name} ${manifest.version}`).join(', ')} can be released`);
    return 0;
  });

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const start = Date.now();
  const result = await work();
  console.log(`${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}

/** @returns the packages with their new versions */
async function version(tree: string): Promise<Package[]> {
  const before = publishedPackages(tree);
  const changesets = readdirSync(join(tree, '.changeset')).filter((name) => name.endsWith('.md'));
  const bump = largestBump(changesets.map((name) => readFileSync(join(tree, '.changeset', name), 'utf8')));
  await pnpm(['run', 'release:version'], { cwd: tree });

  const after = publishedPackages(tree);
  const versions = new Set(after.map(({ manifest }) => manifest.version));
  if (versions.size !== 1) throw new Error(`Packages go together, but have the versions ${[...versions].join(', ')}`);
  const old = before.find(({ manifest }) => manifest.name === '@memio/core')!.manifest.version;
  const expected = bump ? nextVersion(old, bump) : old;
  if (!versions.has(expected)) throw new Error(`The version after ${old} is ${[...versions]}, not ${expected}`);
  for (const { path } of after) console.log(`\n${readFileSync(join(path, 'CHANGELOG.md'), 'utf8').trim()}\n`);
  return after;
}

interface Published {
  versions: Record<string, Manifest & { dist: { tarball: string; integrity: string } }>;
}

interface Found {
  name: string;
  version: string;
  integrity: string;
}

/** What the registry has of a package: it is whole, and needs packages of the same release. */
async function findIn({ url }: Registry, { manifest: { name, version } }: Package): Promise<Found> {
  const response = await fetch(`${url}${name.replace('/', '%2f')}`, { signal: AbortSignal.timeout(10_000) });
  const found = ((await response.json()) as Published).versions?.[version];
  if (!found) throw new Error(`The registry has no ${name} ${version}`);
  const tarball = await fetch(found.dist.tarball, { signal: AbortSignal.timeout(10_000) });
  const hash = createHash('sha512').update(new Uint8Array(await tarball.arrayBuffer()));
  if (`sha512-${hash.digest('base64')}` !== found.dist.integrity) throw new Error(`${name} is damaged in the registry`);
  for (const [needed, range] of Object.entries({ ...found.dependencies, ...found.peerDependencies }))
    if (needed.startsWith('@memio/') && !['^', '~'].some((operator) => range === `${operator}${version}`))
      throw new Error(`${name} ${version} needs ${needed} ${range}`);
  return { name, version, integrity: found.dist.integrity };
}

interface Lockfile {
  packages: Record<string, { version: string; integrity?: string }>;
}

/** Installs with npm, which is to take what was published a moment ago. */
async function install(project: string, published: Found[]): Promise<void> {
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: project });
  const lockfile = JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')) as Lockfile;
  const ours = Object.entries(lockfile.packages).filter(([path]) => path.includes('node_modules/@memio/'));
  if (ours.length === 0) throw new Error(`${RECIPE} installed no package of ours`);
  for (const [path, { version, integrity }] of ours) {
    const expected = published.find(({ name }) => path.endsWith(`/${name}`));
    if (version !== expected?.version || integrity !== expected.integrity)
      throw new Error(`${path} is ${version}, but not the one that was published`);
  }
}

async function start(project: string): Promise<void> {
  const output = await run('npm', ['start', '--silent'], { cwd: project, timeout: 60_000 });
  const made = readdirSync(join(project, 'out'));
  if (made.length === 0) throw new Error(`${RECIPE} made nothing:\n${output}`);
  for (const name of made)
    if ((await stat(join(project, 'out', name))).size === 0) throw new Error(`${RECIPE} made an empty ${name}`);
}
