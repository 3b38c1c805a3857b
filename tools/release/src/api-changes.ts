import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, type Package, publishedPackages } from '@memio/workspace';

/**
 * The packages whose API reports or ranges differ from those of their last release, and that no changeset names. A release
 * is the last commit that changed the package's version, or added the package.
 */
export function unannounced(root: string): string[] {
  if (git(root, 'rev-parse', '--is-shallow-repository').trim() === 'true')
    throw new Error('Cannot tell what the last release had: the clone is shallow, run git fetch --unshallow');

  const announced = namesInChangesets(root);
  return publishedPackages(root)
    .filter((one) => {
      const { name, version } = one.manifest;
      // While a release is made, its changesets are gone already.
      const committed = manifestAt(root, 'HEAD', one);
      if (committed && committed.version !== version) return false;
      const release = lastRelease(root, one);
      return announced.has(name) ? false : !release || surfaceAt(root, release, one) !== surfaceNow(root, one);
    })
    .map(({ manifest }) => manifest.name);
}

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: 'pipe' });

/** `undefined` for a package that was never committed. */
function lastRelease(root: string, { short }: Package): string | undefined {
  const commits = git(root, 'log', '-1', '--format=%H', '-G', '^  "version":', '--', `packages/${short}/package.json`);
  return commits.trim() || undefined;
}

function manifestAt(root: string, commit: string, { short }: Package): Manifest | undefined {
  const path = `packages/${short}/package.json`;
  if (git(root, 'ls-tree', commit, '--', path) === '') return undefined;
  return JSON.parse(git(root, 'show', `${commit}:${path}`)) as Manifest;
}

function surfaceAt(root: string, commit: string, one: Package): string {
  const reports = git(root, 'ls-tree', '--name-only', commit, 'api/')
    .split('\n')
    .filter((path) => isReport(path, one));
  return surface(
    manifestAt(root, commit, one)!,
    reports.map((path) => git(root, 'show', `${commit}:${path}`)),
  );
}

function surfaceNow(root: string, one: Package): string {
  const reports = readdirSync(join(root, 'api'))
    .filter((name) => isReport(`api/${name}`, one))
    .sort();
  return surface(
    one.manifest,
    reports.map((name) => readFileSync(join(root, 'api', name), 'utf8')),
  );
}

const isReport = (path: string, { short }: Package): boolean => path.startsWith(`api/${short}.`);

/** What users of a package have to know: its API, and what it runs on. */
const surface = ({ engines, dependencies, peerDependencies }: Manifest, reports: readonly string[]): string =>
  JSON.stringify([engines, dependencies, peerDependencies, reports]);

function namesInChangesets(root: string): Set<string> {
  const folder = join(root, '.changeset');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const heads = files.map((name) => readFileSync(join(folder, name), 'utf8').split(/^---$/m)[1] ?? '');
  return new Set(heads.flatMap((head) => [...head.matchAll(/^["']?(@?[^"':]+)["']?:/gm)].map(([, name]) => name!)));
}
