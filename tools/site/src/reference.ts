import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '@memio/workspace';
import { Application, normalizePath, type TypeDocOptions } from 'typedoc';
import { type Entry, entries } from './entries.ts';

/** Everything that typedoc warns of ends the build. */
export class Complaint extends Error {}

export const COMMON: Partial<TypeDocOptions> = {
  basePath: ROOT,
  disableGit: true,
  disableSources: true,
  excludeExternals: true,
  excludePrivate: true,
  // The build has just checked the same sources.
  skipErrorChecking: true,
  treatWarningsAsErrors: true,
  logLevel: 'Warn',
};

/** Converts the TSDoc of every package to typedoc's JSON, in `folder`. */
export async function convertPackages(folder: string): Promise<string[]> {
  const files: string[] = [];
  const all = entries();
  for (const [number, entry] of all.entries()) {
    const module = await convert(entry);
    const file = join(folder, `${number}.json`);
    if (!module) continue;
    await writeFile(file, JSON.stringify(module));
    files.push(file);
  }
  if (files.length < all.length) throw new Complaint('Cannot document the packages: see above');
  return files;
}

async function convert({ name, home, source, documented }: Entry): Promise<unknown> {
  const app = await Application.bootstrap({
    ...COMMON,
    name,
    entryPoints: [join(home, source)],
    tsconfig: join(home, 'tsconfig.build.json'),
    readme: source === 'src/index.ts' ? join(home, 'README.md') : 'none',
    requiredToBeDocumented: [...documented],
    // Links from one package to another are looked at when all of them are there. What is named and not exported is in
    // the API reports.
    validation: { invalidLink: false, invalidPath: false, notExported: false, notDocumented: true },
  });
  app.options.packageDir = normalizePath(home);
  const project = await app.convert();
  if (project) app.validate(project);
  if (!project || app.logger.hasErrors() || app.logger.hasWarnings()) return;
  return app.serializer.projectToObject(project, normalizePath(ROOT));
}
