/**
 * An application has one copy of `@memio/core`, whichever package it updates: a `BytesIO` of one copy is not a `BytesIO` of
 * another, neither for TypeScript nor for `instanceof`.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { nextVersion } from '@memio/release/next-version';
import { packPackages, type Tarball } from '@memio/release/pack';
import { runIn } from '@memio/release/project';
import { type Registry, startRegistry } from '@memio/release/registry';
import { publishedPackages, ROOT, readManifest } from '@memio/workspace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NOW = readManifest(join(ROOT, 'packages/core')).version;
const PATCH = nextVersion(NOW, 'patch');
const MINOR = nextVersion(NOW, 'minor');
const NAMES = ['@memio/core', '@memio/formats', '@memio/node', '@memio/jszip'];

const OTHERS = ['jszip@3.10.2', '@types/node@20.19.43'];

/** Passes a stream between packages. */
const PROGRAM = `import { BytesIO } from '@memio/core';
import { readZip, writeZip } from '@memio/jszip';
import { SpooledBytesIO } from '@memio/node';
const made: BytesIO = await writeZip({ 'a.txt': 'Hello' }, { into: new BytesIO() });
made.seek(0);
const [file]: BytesIO[] = [...(await readZip(made)).values()];
const spooled: BytesIO = await writeZip({ 'b.txt': file! }, { into: new SpooledBytesIO() });
console.log(made instanceof BytesIO, file!.text(), spooled.size > 0);
`;

const folder = await mkdtemp(join(tmpdir(), 'memio-one-copy-'));
let registry: Registry;
beforeAll(async () => {
  const packages = publishedPackages().filter(({ manifest }) => NAMES.includes(manifest.name));
  const [tarballs] = await Promise.all([
    packPackages(packages, folder),
    startRegistry(ROOT, join(folder, 'registry')).then((started) => (registry = started)),
  ]);
  await writeFile(join(folder, '.npmrc'), registry.npmrc);
  for (const version of [NOW, PATCH, MINOR]) await Promise.all(tarballs.map((one) => publish(one, version)));
});
afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Publishes a packed package, as this version or as it would be after a release. */
async function publish({ folder: packed, manifest }: Tarball, version: string): Promise<void> {
  const copy = join(folder, `${manifest.name.replace('/', '-')}-${version}`);
  await cp(packed, copy, { recursive: true });
  const text = JSON.stringify(manifest, (key, value) =>
    key === 'version' || key.startsWith('@memio/') ? value.replace(/\d+\.\d+\.\d+$/, version) : value,
  );
  await writeFile(join(copy, 'package.json'), text);
  await runIn(folder, 'npm', ['publish', copy]);
}

const MANAGERS = {
  npm: ['npm', 'install', '--prefer-offline', '--no-audit', '--no-fund'],
  pnpm: ['npx', '-y', 'pnpm@12.21.0', 'add', '--prefer-offline', '--reporter=append-only'],
} as const;

describe.concurrent.each(Object.entries(MANAGERS))('with %s', (manager, [program, ...args]) => {
  const current = [`@memio/core@${NOW}`, `@memio/node@${NOW}`, `@memio/jszip@${NOW}`, ...OTHERS];

  /** A project with some packages. */
  async function project(name: string, packages = current) {
    const path = join(folder, `${manager}-${name}`);
    await mkdir(path);
    await writeFile(join(path, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await writeFile(join(path, '.npmrc'), registry.npmrc);
    await writeFile(join(path, 'program.ts'), PROGRAM);
    const add = (...packages: string[]) => runIn(path, program, [...args, ...packages]);
    await add(...packages);
    return { path, add };
  }

  it('installs one copy, and passes streams between packages', async () => {
    const { path } = await project('same');
    expect(coresOf(path)).toEqual([NOW]);
    expect(await compileAndRun(path)).toBe('true Hello true\n');
  });

  it('installs core with an adapter', async () => {
    const { path } = await project('alone', [`@memio/jszip@${NOW}`, ...OTHERS]);
    expect(coresOf(path)).toHaveLength(1);
    const program = "import { writeZip } from '@memio/jszip'; console.log((await writeZip({ a: 'x' })).size > 0)";
    expect(await runIn(path, process.execPath, ['--input-type=module', '--eval', program])).toBe('true\n');
  });

  it('takes a patch of one package alone', async () => {
    const { path, add } = await project('patch');
    await add(`@memio/jszip@${PATCH}`);
    expect(coresOf(path)).toHaveLength(1);
    expect(await compileAndRun(path)).toBe('true Hello true\n');
  });

  it('reports that a minor version of one package needs another core, and keeps one copy', async () => {
    const { path, add } = await project('minor');
    const printed = await add(`@memio/jszip@${MINOR}`).catch(String);
    expect(printed).toMatch(/peer @memio\/core@"\^.+" from @memio\/jszip|Issues with peer dependencies/);
    expect(coresOf(path)).toEqual([NOW]);
    expect(await compileAndRun(path)).toBe('true Hello true\n');
  });

  it('updates all packages together', async () => {
    const { path, add } = await project('all');
    await add(`@memio/core@${MINOR}`, `@memio/node@${MINOR}`, `@memio/jszip@${MINOR}`);
    expect(coresOf(path)).toEqual([MINOR]);
    expect(await compileAndRun(path)).toBe('true Hello true\n');
  });
});

/** The versions of all copies of core that the packages of a project import. */
function coresOf(project: string): string[] {
  const folders = new Set<string>();
  const visit = (folder: string): void => {
    const { dependencies, peerDependencies } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      if (!name.startsWith('@memio/')) continue;
      const found = dirname(createRequire(join(folder, 'package.json')).resolve(`${name}/package.json`));
      if (folders.has(found)) continue;
      folders.add(found);
      visit(found);
    }
  };
  visit(project);
  return [...folders].map(readManifest).flatMap(({ name, version }) => (name === '@memio/core' ? version : []));
}

async function compileAndRun(project: string): Promise<string> {
  const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck', '--types', 'node'];
  await runIn(project, process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...options, 'program.ts']);
  return runIn(project, process.execPath, ['program.js']);
}
