import { readFile } from 'node:fs/promises';
import type { Recipe } from './catalogue.ts';

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const read = async (path: string): Promise<Manifest> =>
  JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')) as Manifest;

/** The packages of a recipe with the versions that we use; its own, and those that compile it. */
export async function packagesOf({
  install,
}: Recipe): Promise<{ dependencies: Record<string, string>; devDependencies: Record<string, string> }> {
  const [ours, root] = [await read('../package.json'), await read('../../../package.json')];
  const versions = { ...root.devDependencies, ...ours.devDependencies, ...ours.dependencies };
  const versionOf = async (name: string): Promise<string> => {
    const [, workspace] = /^@memio\/(.+)$/.exec(name) ?? [];
    if (workspace) return `^${(await read(`../../../packages/${workspace}/package.json`)).version}`;
    if (!versions[name]) throw new Error(`Cannot tell the version of ${name}: it is not a dependency of the examples`);
    return versions[name];
  };
  const withVersions = async (names: readonly string[]) =>
    Object.fromEntries(await Promise.all(names.toSorted().map(async (name) => [name, await versionOf(name)] as const)));

  const types = install.map((name) => `@types/${name.replace(/^@(.+)\//, '$1__')}`).filter((name) => name in versions);
  return {
    dependencies: await withVersions(install),
    devDependencies: await withVersions([...types, '@types/node', 'typescript']),
  };
}

/** The files that make a folder with a recipe a project of its own. */
export async function projectOf(recipe: Recipe): Promise<Record<string, string>> {
  const manifest = {
    private: true,
    type: 'module',
    scripts: { start: 'tsc && node dist/start.js' },
    ...(await packagesOf(recipe)),
  };
  const options = { compilerOptions: COMPILER_OPTIONS };
  return {
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'tsconfig.json': `${JSON.stringify(options, undefined, 2)}\n`,
    'start.ts': startOf(recipe.name),
  };
}

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  module: 'nodenext',
  types: ['node'],
  strict: true,
  noUncheckedIndexedAccess: true,
  rewriteRelativeImportExtensions: true,
  outDir: 'dist',
};

const startOf = (
  name: string,
): string => `// Runs the recipe and saves what it makes: npm start, or npm start -- arguments
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BytesIO } from '@memio/core';
import main from './${name}.ts';

const run: (...args: string[]) => Promise<Record<string, BytesIO>> = main;
const made = await run(...process.argv.slice(2));
await mkdir('out', { recursive: true });
for (const [file, io] of Object.entries(made)) {
  const path = join('out', file);
  await writeFile(path, io.stream());
  console.log(\`\${path}: \${io.size} bytes\`);
}
`;
