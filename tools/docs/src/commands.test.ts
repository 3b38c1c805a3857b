import { describe, expect, it } from 'vitest';
import { checkCommands, checkInstalls, checkMentions, type Workspace } from './commands.ts';
import { type Fence, readFences } from './fence.ts';

const workspace: Workspace = {
  root: { name: 'memio', packageManager: 'pnpm@1.2.3', scripts: { test: 'vitest' } },
  packages: new Map([
    ['@memio/core', { name: '@memio/core' }],
    ['@memio/jszip', { name: '@memio/jszip', peerDependencies: { jszip: '^3' } }],
  ]),
  locked: new Set(['jszip']),
};

const fences = (...codes: [language: string, code: string][]): Fence[] =>
  readFences('a.md', codes.map(([language, code]) => `\`\`\`${language}\n${code}\n\`\`\``).join('\n'));

describe('checkCommands()', () => {
  it.each<[command: string, problems: string[]]>([
    ['npm install @memio/core jszip   # or: pnpm add @memio/core jszip', []],
    ['# nothing\n', []],
    ['npx -y pnpm@1.2.3 test', []],
    ['node tools/docs/dist/commands.js [folder]', []],
    ['npm install no-such', ['a.md:2: no package of this repository is, or depends on, no-such']],
    ['npm install jszip # or: pnpm add @memio/core', ['a.md:2: the two commands install different packages']],
    ['\nnode no/such.js', ['a.md:3: there is no source of no/such.js']],
    ['rm -r .', [expect.stringContaining('a.md:2: nobody checks `rm -r .`')]],
  ])('%j', (command, problems) => {
    const [fence] = fences(['sh', command]);
    expect(checkCommands(fence!, workspace)).toEqual(problems);
  });
});

describe('checkMentions()', () => {
  it.each<[text: string, problems: string[]]>([
    ['run `npx -y pnpm@1.2.3 test`, or `… test --watch`', []],
    ['\nrun `npx -y pnpm@1.2.3 bench`', ['a.md:2: there is no script bench']],
    ['run `… bench`', ['a.md:1: there is no script bench']],
    ['run `npx -y pnpm@1.2.4 test`', ['a.md:1: pnpm@1.2.4 is not pnpm@1.2.3']],
  ])('%j', (text, problems) => {
    expect(checkMentions('a.md', text, workspace)).toEqual(problems);
  });
});

describe('checkInstalls()', () => {
  const imports = "import { b } from '@memio/core/adapter';\nimport 'node:fs';\nimport JSZip from 'jszip';";

  it('finds what a fence imports and no command installs', () => {
    expect(checkInstalls(fences(['sh', 'npm install @memio/core'], ['ts', imports]), workspace)).toEqual([
      'a.md:5: jszip is imported, and not installed',
    ]);
  });

  it('lets a fence install more', () => {
    const more = `// npm install jszip\n${imports}`;
    expect(checkInstalls(fences(['sh', 'npm install @memio/core'], ['ts', more]), workspace)).toEqual([]);
  });

  it('finds a peer that is not installed', () => {
    expect(checkInstalls(fences(['sh', 'npm install @memio/jszip']), workspace)).toEqual([
      'a.md: jszip, a peer of @memio/jszip, is not installed',
    ]);
  });

  it('has nothing to say where nothing is installed', () => {
    expect(checkInstalls(fences(['ts', imports]), workspace)).toEqual([]);
  });
});
