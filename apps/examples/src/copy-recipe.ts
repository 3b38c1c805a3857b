import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from './catalogue.ts';
import { projectOf } from './copied-project.ts';

/**
 * Copies a recipe into a folder, which is made if need be. Where there is no `package.json`, it becomes a project of its
 * own. What is there already stays as it is: a file in the way is an error, and then nothing has been copied.
 *
 * @returns the names of the files that were written
 */
export async function copyRecipe(recipe: Recipe, folder: string): Promise<string[]> {
  const files: Record<string, string> = { [`${recipe.name}.ts`]: recipe.source };
  if (!(await exists(join(folder, 'package.json')))) Object.assign(files, await projectOf(recipe));

  const written: string[] = [];
  let made: string | undefined;
  let path = folder;
  try {
    made = await mkdir(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      path = join(folder, name);
      await writeFile(path, content, { flag: 'wx' });
      written.push(path);
    }
  } catch (cause) {
    for (const path of written) await rm(path, { force: true });
    if (made) await rm(made, { recursive: true, force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'EEXIST' ? `${path} is there already` : message;
    throw new Error(`Cannot copy ${recipe.name}: ${reason}`, { cause });
  }
  return Object.keys(files);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
