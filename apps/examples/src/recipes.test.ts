import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRecipes } from './recipe-folder.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const manifestOf = (path: string) =>
  JSON.parse(read(`${path}/package.json`)) as Record<string, Record<string, string> | undefined>;

const dependencies = Object.keys(manifestOf('..')['dependencies']!);
/** What has to be installed beside an adapter. */
const hostsOf = (name: string): string[] =>
  name.startsWith('@memio/')
    ? Object.keys(manifestOf(`../../../packages/${name.slice(7)}`)['peerDependencies'] ?? {})
    : [];
const NODE_ONLY = /^(node:|@aws-sdk\/|@memio\/node$|nodemailer$|smtp-server$|ws$)/;
/** `@scope/name` of `@scope/name/path`. */
const packageOf = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0];

const recipes = await readRecipes();

it('there are recipes', () => {
  expect(recipes.length).toBeGreaterThan(5);
});

describe.each(recipes)('the recipe $name can be copied', ({ name, source, install, runsIn }) => {
  // A file of a package, such as a font, is resolved.
  const specifiers = [...source.matchAll(/\bfrom '([^']+)'|^import '([^']+)'|\bresolve\(\s*'([^']+)'/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3]!,
  );
  const packages = specifiers.filter((specifier) => !specifier.startsWith('node:')).map(packageOf);

  it('imports nothing but published packages and modules of Node.js', () => {
    expect(specifiers).not.toEqual([]);
    for (const name of packages) expect(dependencies, `the dependencies of the examples`).toContain(name);
    expect(source).not.toMatch(/\bimport\(|\brequire\(/);
  });

  it('says in at most five lines what it does, what to install and where it runs', () => {
    expect(source.slice(0, source.indexOf('\n\n')).split('\n').length).toBeLessThanOrEqual(5);
    const hosts = packages.flatMap(hostsOf);
    expect(install.toSorted()).toEqual([...new Set(['@memio/core', ...packages, ...hosts])].sort());
  });

  it('says that it runs in browsers only if what it imports does', () => {
    if (runsIn === 'browsers') expect(specifiers.filter((specifier) => NODE_ONLY.test(specifier))).toEqual([]);
  });

  it('is short, and runs nothing before it is told to', () => {
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(75);
    expect(source).toMatch(/^export default async function main\(/m);
    expect(source).not.toMatch(/process\.(exit|argv)/);
    // A recipe that starts itself as a worker may ask whether it is one.
    expect(source).not.toMatch(/^(?!if \((!isMainThread|workerData)\b)(await|if|for|try)\b/m);
  });

  it('has a test', () => {
    expect(read(`recipes/${name}.test.ts`)).toContain(`'./${name}.ts'`);
  });
});

describe('the README', () => {
  it('has a row for each recipe, in the words of its header', () => {
    const rows = recipes.map(({ name, summary, install, runsIn }) =>
      [
        `[\`${name}\`](src/recipes/${name}.ts)`,
        summary,
        install.map((name) => `\`${name}\``).join(' '),
        runsIn === 'browsers' ? 'browsers, Node.js' : 'Node.js',
      ].join(' | '),
    );
    const there = [...read('../README.md').matchAll(/^\| (\[`[^`]+`\]\(src\/recipes\/.+?) +\|$/gm)];
    expect(there.map(([, row]) => row!.replaceAll(/ +\| /g, ' | '))).toEqual(rows);
  });
});
