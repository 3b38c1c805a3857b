import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '@memio/workspace';
import { checkSite } from './built-links.ts';
import { writePages } from './pages.ts';
import { writeRecipes } from './recipes.ts';
import { Complaint, convertPackages } from './reference.ts';

/** The site, ready for any static host, and for `file:`. */
const OUT = join(ROOT, 'tools/site/out');

export async function main(): Promise<number> {
  // typedoc writes paths from the current folder into its JSON.
  process.chdir(ROOT);
  // Below the root: typedoc finds no documents that have no folder in common but `/`.
  await mkdir(join(ROOT, 'tools/site/dist'), { recursive: true });
  const work = await mkdtemp(join(ROOT, 'tools/site/dist/work-'));
  try {
    const recipes = await writeRecipes(join(work, 'recipes'));
    await writePages(await convertPackages(work), recipes, OUT);
    const { pages, links, problems } = await checkSite(OUT);
    if (problems.length > 0) throw new Complaint(`Broken links:\n${problems.join('\n')}`);
    console.log(`${pages} pages with ${links} links, all of which lead somewhere: ${join(OUT, 'index.html')}`);
    return 0;
  } catch (error) {
    if (!(error instanceof Complaint)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    await rm(work, { recursive: true });
  }
}
