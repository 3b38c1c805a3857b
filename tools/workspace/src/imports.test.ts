import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'memio-imports-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let trees = 0;

/** What the linter of this repository reports for a tree of these files: rules and files. */
async function lint(files: Record<string, string>): Promise<string[]> {
  const tree = join(folder, String(trees++));
  mkdirSync(tree);
  cpSync(join(ROOT, 'biome.json'), join(tree, 'biome.json'));
  cpSync(join(ROOT, 'tools/workspace/no-import-type.grit'), join(tree, 'tools/workspace/no-import-type.grit'));
  symlinkSync(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  const args = [biome, 'lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', 'packages'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: tree }).catch(
    (error: { stdout: string }) => error,
  );
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string } }[] };
  return diagnostics.map(({ category, location }) => `${category.split('/').at(-1)} ${location.path}`).sort();
}

describe('a circular import is an error', () => {
  it.each<[string, string, string]>([
    [
      'of values',
      "import { b } from './b.ts';\nexport const a = b;",
      "import { a } from './a.ts';\nexport const b = a;",
    ],
    [
      'of types',
      "import type { B } from './b.ts';\nexport type A = B;",
      "import type { A } from './a.ts';\nexport type B = A;",
    ],
    ['through export from', "export * from './b.ts';", "export type { A } from './a.ts';"],
    [
      'through import()',
      "export const a = () => import('./b.ts');",
      "import { a } from './a.ts';\nexport const b = a;",
    ],
  ])('%s', async (_, a, b) => {
    const found = await lint({ 'packages/pngjs/src/a.ts': a, 'packages/pngjs/src/b.ts': b });
    expect(found).toEqual(['noImportCycles packages/pngjs/src/a.ts', 'noImportCycles packages/pngjs/src/b.ts']);
  });

  it('over three files', async () => {
    const next = { a: 'b', b: 'c', c: 'a' };
    const files = Object.entries(next).map(([name, to]) => [
      `packages/pngjs/src/${name}.ts`,
      `export * from './${to}.ts';`,
    ]);
    expect(await lint(Object.fromEntries(files))).toHaveLength(3);
  });

  it('and a type cannot hide one in import()', async () => {
    const path = 'packages/pngjs/src/a.ts';
    expect(await lint({ [path]: "export type A = import('./b.ts').B;" })).toEqual([`plugin ${path}`]);
  });
});

describe('an import against the direction examples -> adapters -> formats -> core, node -> core is an error', () => {
  it.each<[from: string, to: string]>([
    ['core/src/a.ts', '@memio/formats'],
    ['core/src/a.ts', '@memio/core'],
    ['core/src/a.test.ts', '@memio/pngjs'],
    ['formats/src/a.ts', '@memio/node'],
    ['formats/src/deep/a.ts', '@memio/jszip/deep'],
    ['node/src/a.ts', '@memio/formats'],
    ['node/src/a.test.ts', '@memio/jszip'],
    ['conformance/src/a.ts', '@memio/pngjs'],
    ['pngjs/src/a.ts', '@memio/sharp'],
    ['an-adapter-to-come/src/a.ts', '@memio/node'],
    ['pngjs/src/a.ts', '@memio/examples'],
    ['pngjs/src/a.ts', '../../core/src/index.ts'],
    ['pngjs/src/deep/a.ts', '../../../core/src/index.ts'],
  ])('%s imports %s', async (from, to) => {
    const statements = {
      import: `import '${to}';`,
      reexport: `export type { A } from '${to}';`,
      dynamic: `export const a = () => import('${to}');`,
    };
    const files = Object.entries(statements).map(([name, text]) => [
      `packages/${from.replace('a.', `${name}.`)}`,
      text,
    ]);
    const expected = files.map(([path]) => `noRestrictedImports ${path}`).sort();
    expect(await lint(Object.fromEntries(files))).toEqual(expected);
  });

  it('while one in the direction is not', async () => {
    const found = await lint({
      'packages/core/src/a.test.ts': "import '@memio/testkit/python';",
      'packages/formats/src/a.ts': "import '@memio/core/adapter';",
      'packages/node/src/a.ts': "import '@memio/core';",
      'packages/busboy/src/a.ts': "import '@memio/node';",
      'packages/pngjs/src/a.ts': "import '@memio/core/adapter';\nimport '@memio/formats/png';\nimport 'pngjs';",
      'packages/pngjs/src/a.test.ts': "import '@memio/conformance';\nimport './a.ts';",
    });
    expect(found).toEqual([]);
  });
});
