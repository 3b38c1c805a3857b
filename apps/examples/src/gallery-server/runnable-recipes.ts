import { readRecipes } from '../recipe-folder.ts';

/** The recipes that need Node.js, and the URL of what was built of each; the others run in the page. */
export async function runnableRecipes(): Promise<Map<string, string>> {
  const recipes = (await readRecipes()).filter(({ runsIn }) => runsIn === 'node');
  // From src as well as from dist.
  return new Map(recipes.map(({ name }) => [name, new URL(`../../dist/recipes/${name}.js`, import.meta.url).href]));
}
