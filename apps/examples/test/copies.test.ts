import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages, type Tarball } from '@memio/release/pack';
import { publishedPackages } from '@memio/workspace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecipe } from '../src/catalogue.ts';
import { copyRecipe } from '../src/copy-recipe.ts';
import { readRecipes } from '../src/recipe-folder.ts';
import { surroundings } from '../src/surroundings.ts';
import { install, recipe as runCli, start } from './bare-project.ts';
import { expectKind } from './file-kind.ts';

const recipes = await readRecipes();

const folder = mkdtempSync(join(tmpdir(), 'memio-copies-'));
let tarballs: Tarball[];
beforeAll(async () => {
  tarballs = await packPackages(publishedPackages(), folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.concurrent('a recipe copied into a folder of its own, with the packages that it names', () => {
  it.each(recipes.map(({ name }) => name))('compiles and works: %s', async (name) => {
    const copy = join(folder, name);
    await runCli([name, '--copy', copy], folder);
    await install(copy, tarballs);
    const { args, env, stop } = await surroundings(name);
    try {
      const printed = await start(copy, args, env);
      const here = join(folder, `${name}-here`);
      mkdirSync(here);
      await runCli([name, ...args], here, env);

      const files = filesIn(join(copy, 'out'));
      expect(files, 'the files that it makes here').toEqual(filesIn(join(here, 'out')));
      for (const file of files) {
        const bytes = readFileSync(join(copy, 'out', file));
        expectKind(file, bytes);
        expect(printed).toContain(`${join('out', file)}: ${bytes.length} bytes\n`);
      }
      expect(printed).not.toBe('');
    } finally {
      await stop();
    }
  });
});

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

describe.concurrent('a recipe that cannot be copied', () => {
  const body = 'export default async function main(): Promise<Record<string, BytesIO>> {';
  const core = "import { BytesIO } from '@memio/core';";

  it.each<[string, install: string, imports: string, main: string, complaint: RegExp]>([
    [
      'imports a package that it does not name',
      '@memio/core',
      "import { zipSync } from 'fflate';",
      'return { "a.zip": new BytesIO(zipSync({})) };',
      /TS2307: Cannot find module 'fflate'/,
    ],
    [
      'imports the host of an adapter, which came along with it',
      '@memio/core @memio/jszip',
      "import JSZip from 'jszip';",
      'console.log(JSZip.version); return {};',
      /TS2307: Cannot find module 'jszip'/,
    ],
    [
      'imports a file of the repository',
      '@memio/core',
      "import { nearest } from '../nearest.ts';",
      'console.log(nearest("a", [])); return {};',
      /TS2307: Cannot find module '\.\.\/nearest\.ts'/,
    ],
    [
      'loads at run time what it does not name',
      '@memio/core',
      '',
      'console.log(await import(["ff", "late"].join(""))); return {};',
      /ERR_MODULE_NOT_FOUND/,
    ],
    [
      'reads a file of the repository',
      '@memio/core',
      "import { readFileSync } from 'node:fs';",
      'return { "a.csv": new BytesIO(readFileSync(new URL("../data/seattle-weather.csv", import.meta.url))) };',
      /ENOENT/,
    ],
    [
      'takes what may be missing as given',
      '@memio/core',
      '',
      'return { "a.txt": new BytesIO([new Uint8Array(1)][0].slice()) };',
      /TS2532: Object is possibly 'undefined'/,
    ],
  ])('%s: that is found', async (what, packages, imports, main, complaint) => {
    const source = `// Wrong: ${what}.\n// npm install ${packages}\n// Runs in Node.js.\n\n${imports}\n${core}\n${body}\n${main}\n}\n`;
    const name = what.replaceAll(/\W/g, '-');
    const copy = join(folder, name);
    await copyRecipe(parseRecipe(name, source), copy);
    await install(copy, tarballs);
    await expect(start(copy)).rejects.toThrow(complaint);
  });
});
