import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { readRecipes } from '../../src/recipe-folder.ts';

const RECIPES = new URL('../../src/recipes/', import.meta.url);
const FONTS = fileURLToPath(new URL('../src/run/pdfkit.ts', import.meta.url));
const NAME = 'virtual:browser-recipes';

/**
 * For the worker: `virtual:browser-recipes`, the modules of the recipes that run in browsers, as they are; and a PDFKit
 * that has its fonts, as a user of it would register them.
 */
export function recipeModules(): Plugin {
  return {
    name: 'memio-recipe-modules',
    enforce: 'pre',
    resolveId(id, importer) {
      if (id === NAME) return `\0${NAME}`;
      if (id === 'pdfkit' && importer !== FONTS) return FONTS;
      return undefined;
    },
    async load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const recipes = (await readRecipes()).filter(({ runsIn }) => runsIn === 'browsers');
      const imports = recipes.map(({ name }) => {
        const path = fileURLToPath(new URL(`${name}.ts`, RECIPES));
        return `${JSON.stringify(name)}: () => import(${JSON.stringify(path)})`;
      });
      return `export const recipes = { ${imports.join(', ')} };`;
    },
  };
}
