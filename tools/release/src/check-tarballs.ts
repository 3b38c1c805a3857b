import { inTemporaryFolder, publishedPackages } from '@memio/workspace';
import { packPackages } from './pack.ts';
import { checkTarball } from './tarball.ts';

/** Fails if what would be published is not what it should be. */
export const main = (): Promise<number> =>
  inTemporaryFolder(async (folder) => {
    const tarballs = await packPackages(publishedPackages(), folder);
    const problems = tarballs.flatMap(checkTarball);
    for (const problem of problems) console.error(problem);
    const names = tarballs.map(({ name }) => name).join(', ');
    if (problems.length === 0) console.log(`The tarballs have what they should, and nothing else: ${names}`);
    return problems.length === 0 ? 0 : 1;
  });
