import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Target } from './bundle.ts';

/**
 * What is left to the tests of the packages, since it is the same in every runtime or says nothing of one: comparisons
 * with other programs, other versions of the host libraries, files of Debian's, a file system that is full.
 */
const SAME_EVERYWHERE =
  /\.large\.test|\/oracle\/spooled-temporary-file|core\/src\/oracle\/oracle|programs\.test|lowest\.test|peer-range|spooled-disk|corpus\.test/;

/** Files of tests that need more of Node.js than a page has. */
const NEEDS_NODE: readonly (readonly [file: RegExp, needs: string])[] = [[/ingest-server\.test/, 'a server']];

/** The test files of a package that can be run, and those that cannot, with what they need. */
export function testsOf(name: string, target: Target): { files: string[]; absent: Map<string, string> } {
  const folder = join('packages', name, 'src');
  const all = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => join(folder, file))
    .filter((file) => !SAME_EVERYWHERE.test(file))
    .sort();
  const absent = new Map<string, string>();
  if (target === 'web') {
    for (const file of all) {
      const [, needs] = NEEDS_NODE.find(([pattern]) => pattern.test(file)) ?? [];
      if (needs !== undefined) absent.set(file, needs);
    }
  }
  return { files: all.filter((file) => !absent.has(file)), absent };
}
