import { fileURLToPath } from 'node:url';
import { defineConfig, type UserConfig } from 'vite';
import { pdfFonts } from './build/pdf-fonts.ts';
import { recipeModules } from './build/recipe-modules.ts';
import { recipePage } from './build/recipe-page.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const config: UserConfig = defineConfig({
  base: './',
  plugins: [recipePage(), pdfFonts()],
  worker: { format: 'es', plugins: () => [recipeModules()] },
  resolve: {
    // What the documentation of pngjs tells browsers to import.
    alias: [{ find: /^pngjs$/, replacement: 'pngjs/browser.js' }],
  },
  build: {
    // The policy of the page allows neither data: nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { input: here('index.html') },
  },
});

export default config;
