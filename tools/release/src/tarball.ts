import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { pathOf, ROOT, readManifest } from '@memio/workspace';
import ts from 'typescript-6.0';
import type { Tarball } from './pack.ts';

/** npm runs these on the machine of whoever installs the package. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare'];
/** What a package consists of; tests, sources of tests and settings have no place in it. */
const ALLOWED = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/[\w/-]+\.(d\.ts|js)(\.map)?|src\/[\w/-]+\.ts)$/;

/** What is wrong with a package as its users get it, one line each. */
export function checkTarball({ name, folder, manifest }: Tarball): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  const problems: string[] = [];
  const expect = (holds: boolean, problem: string) => void (holds || problems.push(`${name}: ${problem}`));

  for (const path of files) expect(ALLOWED.test(path), `${path} is published`);
  const documents = ['README.md', 'LICENSE', ...(manifest.version === '0.0.0' ? [] : ['CHANGELOG.md'])];
  for (const path of documents) expect(files.includes(path), `${path} is missing`);
  expect(read('LICENSE') === readFileSync(join(ROOT, 'LICENSE'), 'utf8'), 'LICENSE is not that of the repository');
  if (files.includes('CHANGELOG.md'))
    expect(
      read('CHANGELOG.md').includes(`\n## ${manifest.version}\n`),
      `CHANGELOG.md does not know ${manifest.version}`,
    );

  const { node } = readManifest(ROOT).engines ?? {};
  expect(manifest.license === 'MIT', `the licence is ${manifest.license}`);
  expect(manifest.engines?.['node'] === node, `engines.node is not ${node}`);
  expect(manifest.sideEffects === false, 'sideEffects is not false');
  for (const script of INSTALL_SCRIPTS) expect(!manifest.scripts?.[script], `there is a script ${script}`);

  for (const [entry, exported] of Object.entries(manifest.exports ?? {})) {
    const path = pathOf(exported);
    expect(typeof exported === 'string', `${entry} has conditions: ${JSON.stringify(exported)}`);
    expect(existsSync(join(folder, path)), `${entry} leads to ${path}, which is missing`);
    if (path.endsWith('.js')) expect(existsSync(join(folder, typesOf(path))), `${entry} has no types`);
  }
  for (const path of files.filter((path) => path.endsWith('.map')))
    for (const source of (JSON.parse(read(path)) as { sources: string[] }).sources)
      expect(
        existsSync(join(folder, dirname(path), source)),
        `${path} is of ${source}, which is gone: remove dist and build with --force`,
      );

  const ranges = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  for (const [needed, range] of Object.entries(ranges))
    expect(!range.includes(':'), `the range of ${needed} is ${range}`);
  const imported = new Set(
    files.filter((path) => /^dist\/.*(\.js|\.d\.ts)$/.test(path)).flatMap((path) => packagesIn(read(path))),
  );
  for (const needed of imported) expect(needed in ranges, `${needed} is imported, but no dependency`);
  for (const needed of Object.keys(ranges)) expect(imported.has(needed), `${needed} is a dependency, but not imported`);
  return problems;
}

const typesOf = (path: string): string => path.replace(/\.js$/, '.d.ts');

/** The packages that a module imports, at once or later. */
function packagesIn(code: string): string[] {
  return ts
    .preProcessFile(code)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
}
