import { readdir, readFile } from 'node:fs/promises';
import type { BytesIO } from '@memio/core';
import { parseRecipe, type Recipe } from './catalogue.ts';

/** What a recipe exports by default: runs it on an example, and gives what that made, by file name. */
export type RecipeMain = (...args: string[]) => Promise<Record<string, BytesIO>>;

// From src as well as from dist.
const SOURCES = new URL('../src/recipes/', import.meta.url);
const BUILT = new URL('../dist/recipes/', import.meta.url);

/** All recipes, by name. */
export async function readRecipes(): Promise<Recipe[]> {
  const files = (await readdir(SOURCES)).filter((file) => /^[a-z0-9-]+\.ts$/.test(file)).sort();
  return await Promise.all(
    files.map(async (file) => parseRecipe(file.slice(0, -3), await readFile(new URL(file, SOURCES), 'utf8'))),
  );
}

/** The program of a recipe, as it was built. */
export async function loadMain({ name }: Pick<Recipe, 'name'>): Promise<RecipeMain> {
  const module = (await import(new URL(`${name}.js`, BUILT).href)) as { default: RecipeMain };
  return module.default;
}
