import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, ROOT } from '../workspace.ts';
import { allows, DEVELOPMENT, EXCEPTIONS, PRODUCTION } from './allowed.ts';
import { type Installed, installedFor } from './installed.ts';

/** Lists the licences of what is installed, and fails if one is not allowed. `--all` names every package. */
export function main(args: string[]): number {
  const published = publishedPackages().map(({ path }) => path);
  const production = installedFor(published, ({ dependencies, peerDependencies }) => ({
    ...dependencies,
    ...peerDependencies,
  }));
  const everything = installedFor(workspace(), ({ dependencies, devDependencies }) => ({
    ...dependencies,
    ...devDependencies,
  }));
  const development = new Map([...everything].filter(([key]) => !production.has(key)));

  const problems = [
    ...list('Production: what comes with a package or is installed beside it', production, PRODUCTION, true),
    ...list('Development: everything else', development, DEVELOPMENT, args.includes('--all')),
  ];
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

function workspace(): string[] {
  const folders = ['packages', 'apps', 'tools'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => join(ROOT, group, name)),
  );
  return [ROOT, ...folders.filter((folder) => existsSync(join(folder, 'package.json')))];
}

/** @returns what is not allowed */
function list(title: string, packages: Map<string, Installed>, allowed: ReadonlySet<string>, names: boolean): string[] {
  console.log(`${title}: ${packages.size}`);
  const told = ({ licence }: Installed) => licence ?? 'not told';
  for (const licence of [...new Set([...packages.values()].map(told))].toSorted()) {
    const some = [...packages].filter(([, one]) => told(one) === licence).map(([key]) => key);
    console.log(`  ${licence}: ${names ? some.toSorted().join(', ') : some.length}`);
  }
  const refused = [...packages].filter(([, one]) => !allows(allowed, one.licence ?? ''));
  return refused.flatMap(([key, { name, licence }]) => {
    const exception = EXCEPTIONS.find((one) => one.name.test(name) && one.licence === licence);
    if (exception) console.log(`  ${key} is allowed: ${exception.reason}`);
    return exception ? [] : [`The licence of ${key} is not allowed: ${licence ?? 'its package.json tells none'}`];
  });
}
