import type { Plugin } from 'vite';
import { readRecipes } from '../../src/recipe-folder.ts';
import { navigation, recipeSections } from './recipe-sections.ts';

/** Fills the recipes, their source highlighted, into the page while it is built: a reader needs no script for them. */
export function recipePage(): Plugin {
  return {
    name: 'memio-recipe-page',
    transformIndexHtml: {
      order: 'pre',
      async handler(page) {
        const recipes = await readRecipes();
        return page
          .replace('<!-- navigation -->', () => navigation(recipes).text)
          .replace('<!-- recipes -->', () => recipeSections(recipes).text);
      },
    },
  };
}
