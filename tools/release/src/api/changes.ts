import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, readManifest } from '../workspace.ts';

/**
 * The packages whose API report differs from that of their last release, and that no changeset names. A release is the
 * last commit that changed the package's version, or added the package.
 */
export function unannounced(root: string): string[] {
  if (git(root, 'rev-parse', '--is-shallow-repository').trim() === 'true')
    throw new Error('Cannot tell what the last release had: the clone is shallow, run git fetch --unshallow');

  const announced = namesInChangesets(root);
  return publishedPackages(root)
    .filter(({ short, path, manifest }) => {
      const report = `api/${short}.md`;
      const versionAt = (commit: string) => show(root, commit, `packages/${short}/package.json`, '"version": "(.+)"');
      // While a release is made, its changesets are gone already.
      const released = versionAt('HEAD');
      if (released !== undefined && released !== readManifest(path).version) return false;
      const release = lastRelease(root, short);
      const before = release && show(root, release, report, '([^]*)');
      return before !== readFileSync(join(root, report), 'utf8') && !announced.has(manifest.name);
    })
    .map(({ manifest }) => manifest.name);
}

const git = (root: string, ...args: string[]): string =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: 'pipe' });

/** `undefined` for a package that was never committed. */
function lastRelease(root: string, short: string): string | undefined {
  const commits = git(root, 'log', '-1', '--format=%H', '-G', '^  "version":', '--', `packages/${short}/package.json`);
  return commits.trim() || undefined;
}

/** What a pattern finds in a file as it was at a commit; `undefined` if the file or the pattern is not there. */
function show(root: string, commit: string, path: string, pattern: string): string | undefined {
  if (git(root, 'ls-tree', commit, '--', path) === '') return undefined;
  return new RegExp(pattern).exec(git(root, 'show', `${commit}:${path}`))?.[1];
}

function namesInChangesets(root: string): Set<string> {
  const folder = join(root, '.changeset');
  const files = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const heads = files.map((name) => readFileSync(join(folder, name), 'utf8').split(/^---$/m)[1] ?? '');
  return new Set(heads.flatMap((head) => [...head.matchAll(/^["']?(@?[^"':]+)["']?:/gm)].map(([, name]) => name!)));
}
