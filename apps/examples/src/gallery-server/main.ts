// The gallery of the recipes: builds its page and serves it on loopback: `main.js [--port 4173]`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPage } from './build-page.ts';
import { type PageFile, type PageFiles, readPage } from './page-files.ts';
import { runnableRecipes } from './runnable-recipes.ts';
import { startGallery } from './server.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' } } });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`Cannot listen on port ${values.port}: expected a number up to 65535`);
  }
  // The server comes first, so that a port that is taken is told at once.
  const page = new Map<string, PageFile>();
  const gallery = await startGallery({ page, recipes: await runnableRecipes(), port });
  try {
    for (const [path, file] of await makePage()) page.set(path, file);
  } catch (error) {
    await gallery.stop();
    throw error;
  }
  console.log(`The gallery is at ${gallery.url} (Ctrl+C ends it)`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void gallery.stop());
}

async function makePage(): Promise<PageFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'memio-gallery-page-'));
  try {
    await buildPage(folder);
    return await readPage(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main().catch((error: NodeJS.ErrnoException & { port?: number }) => {
  const taken = `port ${error.port} is taken; choose another with --port`;
  console.error(`gallery: ${error.code === 'EADDRINUSE' ? taken : error.message}`);
  process.exitCode = 1;
});
