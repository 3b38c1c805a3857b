import { join } from 'node:path';
import { inTemporaryFolder, publishedPackages, ROOT, run } from '@memio/workspace';
import { packPackages, type Tarball } from './pack.ts';
import { checkTarball } from './tarball.ts';

/** Fails if what would be published is not what it should be: by our rules, by publint and by Are The Types Wrong. */
export const main = (): Promise<number> =>
  inTemporaryFolder(async (folder) => {
    const tarballs = await packPackages(publishedPackages(), folder);
    const found = await Promise.all(tarballs.map(async (one) => [...checkTarball(one), ...(await linted(one))]));
    const problems = found.flat();
    for (const problem of problems) console.error(problem);
    const names = tarballs.map(({ name }) => name).join(', ');
    if (problems.length === 0) console.log(`The tarballs have what they should, and nothing else: ${names}`);
    return problems.length === 0 ? 0 : 1;
  });

async function linted({ name, path }: Tarball): Promise<string[]> {
  const linters = [
    ['publint/src/cli.js', '--strict', path],
    ['@arethetypeswrong/cli/dist/index.js', path, '--profile', 'esm-only'],
  ] as const;
  const outcomes = linters.map(([program, ...args]) =>
    run(process.execPath, [join(ROOT, 'tools/release/node_modules', program), ...args], { cwd: ROOT }).then(
      () => [],
      (error: Error) => [`${name}: ${error.message}`],
    ),
  );
  return (await Promise.all(outcomes)).flat();
}
