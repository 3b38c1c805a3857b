import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Manifest, ROOT, readManifest } from '@memio/workspace';
import { afterAll, describe, expect, it } from 'vitest';
import { checkTarball } from './tarball.ts';

const root = mkdtempSync(join(tmpdir(), 'memio-tarball-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let tarballs = 0;

const SOUND: Record<string, string> = {
  'README.md': '# @memio/x\n',
  'CHANGELOG.md': '# @memio/x\n\n## 1.2.0\n\n### Minor Changes\n\n- New.\n',
  'dist/index.js':
    "import { a } from '@memio/core';\nexport * from './a.js';\nimport { Readable } from 'node:stream';\n",
  'dist/index.d.ts': "import type { B } from 'host/b';\n",
  'dist/index.js.map': '{"sources":["../src/index.ts"]}',
  'src/index.ts': '',
};

/** What is wrong with a package that has these files besides, `undefined` for none of that name. */
function problems(files: Record<string, string | undefined>, manifest: Partial<Manifest> = {}): string[] {
  const folder = join(root, String(tarballs++));
  mkdirSync(folder);
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  for (const [path, text] of Object.entries({ ...SOUND, ...files })) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const sound: Manifest = {
    name: '@memio/x',
    version: '1.2.0',
    license: 'MIT',
    sideEffects: false,
    engines: { ...readManifest(ROOT).engines },
    exports: { '.': './dist/index.js' },
    dependencies: { '@memio/core': '^1.2.0' },
    peerDependencies: { host: '>=1' },
  };
  return checkTarball({ name: '@memio/x', path: '', folder, manifest: { ...sound, ...manifest } });
}

describe('a package', () => {
  it('is sound', () => {
    expect(problems({})).toEqual([]);
  });

  it.each<[string, Record<string, string | undefined>]>([
    ['src/index.test.ts is published', { 'src/index.test.ts': '' }],
    ['tsconfig.json is published', { 'tsconfig.json': '{}' }],
    ['README.md is missing', { 'README.md': undefined }],
    ['CHANGELOG.md is missing', { 'CHANGELOG.md': undefined }],
    ['CHANGELOG.md does not know 1.2.0', { 'CHANGELOG.md': '# @memio/x\n\n## 1.1.0\n' }],
    ['LICENSE is not that of the repository', { LICENSE: 'Do what you like\n' }],
    ['. has no types', { 'dist/index.d.ts': undefined, 'dist/a.d.ts': "import 'host';" }],
    [
      'dist/old.js.map is of ../src/old.ts, which is gone: remove dist and build with --force',
      { 'dist/old.js.map': '{"sources":["../src/old.ts"]}' },
    ],
    ['other is imported, but no dependency', { 'dist/a.js': "export const later = () => import('other/part');\n" }],
    ['host is a dependency, but not imported', { 'dist/index.d.ts': "/** import 'host' */ export {};\n" }],
  ])('is refused: %s', (problem, files) => {
    expect(problems(files)).toEqual([`@memio/x: ${problem}`]);
  });

  it.each<[string, Partial<Manifest>]>([
    ['there is a script postinstall', { scripts: { postinstall: 'node x.js' } }],
    ['the range of @memio/core is workspace:^', { dependencies: { '@memio/core': 'workspace:^' } }],
    ['sideEffects is not false', { sideEffects: true }],
    ['the licence is ISC', { license: 'ISC' }],
    ['./more leads to ./dist/more.mjs, which is missing', { exports: { './more': './dist/more.mjs' } }],
  ])('is refused: %s', (problem, manifest) => {
    expect(problems({}, manifest)).toEqual([`@memio/x: ${problem}`]);
  });
});
