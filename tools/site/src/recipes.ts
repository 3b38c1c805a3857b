import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ROOT } from '@memio/workspace';

const EXAMPLES = join(ROOT, 'apps/examples/src');

/** The title of a recipe is what its first line says up to the colon. */
const TITLE = /^\/\/ ([^:\n]+): /;

/**
 * Writes a page for each recipe into `folder`, and for the program of the demo: its source, whose first lines say what it
 * does.
 *
 * @returns the path of the source of each page
 */
export async function writeRecipes(folder: string): Promise<Map<string, string>> {
  await mkdir(folder, { recursive: true });
  const names = await readdir(join(EXAMPLES, 'recipes'));
  const recipes = names.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const sources = new Map<string, string>();
  for (const path of [...recipes.map((name) => join('recipes', name)), 'report-bundle.ts']) {
    const source = join(EXAMPLES, path);
    const code = await readFile(source, 'utf8');
    const title = TITLE.exec(code)?.[1] ?? basename(path);
    const page = join(folder, basename(path).replace(/ts$/, 'md'));
    await writeFile(page, `# ${title}\n\n\`\`\`ts\n${code}\`\`\`\n`);
    sources.set(page, source);
  }
  return sources;
}
