import { fileURLToPath } from 'node:url';
import { build } from 'vite';

// From src as well as from dist.
const GALLERY = fileURLToPath(new URL('../../gallery/', import.meta.url));

/** Builds the page of the gallery into `folder`, which is emptied first. */
export async function buildPage(folder: string): Promise<void> {
  await build({
    root: GALLERY,
    configFile: `${GALLERY}vite.config.ts`,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  });
}
