import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../test/run.ts';
import { parseRecipe } from './catalogue.ts';
import { copyRecipe } from './copy-recipe.ts';

const folder = temporaryFolder();
const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const versionIn = (path: string, name: string): string | undefined => {
  const { dependencies, devDependencies } = JSON.parse(read(path));
  return { ...dependencies, ...devDependencies }[name];
};

const recipe = parseRecipe(
  'a-recipe',
  '// Title: what.\n// npm install ws @memio/jszip @aws-sdk/client-s3\n// Runs in Node.js.\n\nexport {};\n',
);
const FILES = ['a-recipe.ts', 'package.json', 'start.ts', 'tsconfig.json'];

/** A new folder with these files in it, each of which says `mine`. */
function folderWith(name: string, ...files: string[]): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const file of files) writeFileSync(join(path, file), 'mine');
  return path;
}

describe('copyRecipe', () => {
  it('makes a folder that is not there a project, with the versions that we use', async () => {
    const copy = join(folder, 'new', 'deep');
    expect((await copyRecipe(recipe, copy)).toSorted()).toEqual(FILES);
    expect(readdirSync(copy).sort()).toEqual(FILES);
    expect(readFileSync(join(copy, 'a-recipe.ts'), 'utf8')).toBe(recipe.source);
    expect(JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))).toEqual({
      private: true,
      type: 'module',
      scripts: { start: 'tsc && node dist/start.js' },
      dependencies: {
        '@aws-sdk/client-s3': versionIn('../package.json', '@aws-sdk/client-s3'),
        '@memio/jszip': `^${JSON.parse(read('../../../packages/jszip/package.json')).version}`,
        ws: versionIn('../package.json', 'ws'),
      },
      devDependencies: {
        '@types/node': versionIn('../../../package.json', '@types/node'),
        '@types/ws': versionIn('../package.json', '@types/ws'),
        typescript: versionIn('../../../package.json', 'typescript'),
      },
    });
    const { compilerOptions } = JSON.parse(readFileSync(join(copy, 'tsconfig.json'), 'utf8'));
    expect(compilerOptions).toMatchObject({ strict: true, noUncheckedIndexedAccess: true, module: 'nodenext' });
    expect(readFileSync(join(copy, 'start.ts'), 'utf8')).toContain("import main from './a-recipe.ts';");
  });

  it('adds the recipe, and nothing else, to a project', async () => {
    const copy = folderWith('project', 'package.json', 'tsconfig.json');
    expect(await copyRecipe(recipe, copy)).toEqual(['a-recipe.ts']);
    expect(readdirSync(copy).sort()).toEqual(['a-recipe.ts', 'package.json', 'tsconfig.json']);
    expect(readFileSync(join(copy, 'package.json'), 'utf8')).toBe('mine');
  });

  it.each([
    ['a-recipe.ts', ['a-recipe.ts', 'package.json']],
    ['a-recipe.ts', ['a-recipe.ts', 'notes.txt']],
    ['tsconfig.json', ['tsconfig.json']],
    ['start.ts', ['start.ts']],
  ])('does not overwrite %s in a folder with %j, and copies nothing', async (taken, files) => {
    const copy = folderWith(`taken-${files.join('-')}`, ...files);
    const message = `Cannot copy a-recipe: ${join(copy, taken)} is there already`;
    await expect(copyRecipe(recipe, copy)).rejects.toThrow(message);
    expect(readdirSync(copy).sort()).toEqual(files);
    for (const file of files) expect(readFileSync(join(copy, file), 'utf8')).toBe('mine');
  });

  it('refuses a folder that is a file, and leaves it', async () => {
    const path = join(folderWith('with-file', 'file'), 'file');
    await expect(copyRecipe(recipe, path)).rejects.toThrow(`Cannot copy a-recipe: ${path} is there already`);
    await expect(copyRecipe(recipe, join(path, 'below'))).rejects.toThrow(/^Cannot copy a-recipe: ENOTDIR/);
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('copies nothing, and makes no folder, when it cannot tell a version', async () => {
    const unknown = { ...recipe, install: ['no-such-package'] };
    const copy = join(folder, 'never');
    await expect(copyRecipe(unknown, copy)).rejects.toThrow('Cannot tell the version of no-such-package');
    expect(readdirSync(folder)).not.toContain('never');
  });
});
