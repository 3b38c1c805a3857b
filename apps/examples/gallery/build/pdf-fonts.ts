import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const FONTS = join(dirname(createRequire(import.meta.url).resolve('pdfjs-dist/package.json')), 'standard_fonts');

/** Puts the fonts beside the page that pdf.js draws text with whose font is not in the PDF. */
export function pdfFonts(): Plugin {
  return {
    name: 'memio-pdf-fonts',
    generateBundle() {
      for (const file of readdirSync(FONTS)) {
        this.emitFile({ type: 'asset', fileName: `pdf-fonts/${file}`, source: readFileSync(join(FONTS, file)) });
      }
    },
  };
}
