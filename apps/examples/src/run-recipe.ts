import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { saveTo } from '@memio/node';
import type { RecipeMain } from './recipe-folder.ts';

export interface Run {
  /** The files that were saved, and their sizes in bytes. */
  files: { path: string; bytes: number }[];
  /** What `main` took, without the saving. */
  milliseconds: number;
  /** The most memory that this process has had, in bytes. */
  peak: number;
}

/** Runs the example of a recipe and saves each stream that it made under `folder`, whole or not at all. */
export async function runRecipe(main: RecipeMain, args: string[], folder: string): Promise<Run> {
  const start = performance.now();
  const made = await main(...args);
  const milliseconds = performance.now() - start;
  const files: Run['files'] = [];
  for (const [name, io] of Object.entries(made)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await saveTo(io, path);
    files.push({ path, bytes: io.size });
    io.close();
  }
  return { files, milliseconds, peak: process.resourceUsage().maxRSS * 1024 };
}
