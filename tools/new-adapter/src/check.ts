import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyTree, inTemporaryFolder, pnpm, ROOT, run } from '@memio/workspace';

/** The example of CONTRIBUTING.md. */
const ARGS = ['fflate', '--format', 'Gzip', '--library-version', '0.8.3'];
const NAME = '@memio/fflate';

/**
 * Adds the adapter of CONTRIBUTING.md in a copy of the repository, by what CONTRIBUTING.md says and nothing else. Fails
 * unless it passes every check, and appears wherever packages are named.
 */
export const main = (): Promise<number> =>
  inTemporaryFolder(async (folder) => {
    const tree = join(folder, 'tree');
    const script = (...args: string[]) => pnpm(['run', ...args], { cwd: tree, timeout: 600_000 });
    const tool = (path: string) => run(process.execPath, ['tools/run-typescript.js', path], { cwd: tree });
    const problems: string[] = [];
    const expect = (found: boolean, where: string) => void (found || problems.push(`${NAME} is missing: ${where}`));
    const text = (path: string) => readFile(join(tree, path), 'utf8');

    await step('copy the repository', () => copyTree(ROOT, tree));
    await step('install', () => pnpm(['install', '--frozen-lockfile', '--prefer-offline'], { cwd: tree }));
    await step(`new-adapter ${ARGS.join(' ')}`, () => script('new-adapter', ...ARGS));
    await step('install', () => pnpm(['install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: tree }));
    await step('build', () => script('build'));
    await step('lint', () => script('lint'));
    await step('typecheck', () => script('typecheck'));

    await step('api', () => script('api'));
    expect(existsSync(join(tree, 'api/fflate.api.md')), 'the API reports');
    await step('api --check', () => script('api', '--check'));

    const sizes = await step('sizes', () => tool('tools/release/src/check-sizes.ts'));
    expect(sizes.includes(`${NAME} .`), 'the sizes');
    const tarballs = await step('tarballs', () => tool('tools/release/src/check-tarballs.ts'));
    expect(tarballs.includes(NAME), 'the tarballs');
    const licences = await step('licences', () => script('check:licences'));
    expect(/^MIT: /m.test(licences), 'the licences');
    const compilers = await step('TypeScript versions', () => tool('tools/typescript-versions/src/main.ts'));
    expect(compilers.includes(NAME), 'what is compiled with each TypeScript');

    await step('site', () => script('site'));
    expect(existsSync(join(tree, 'tools/site/out/modules/_memio_fflate.html')), 'the API reference');
    expect((await text('tools/site/out/index.html')).includes(NAME), 'the first page of the site');
    const runtimes = (await import(join(tree, 'tools/runtimes/src/packages.ts'))) as { PACKAGES: readonly string[] };
    expect(runtimes.PACKAGES.includes('fflate'), 'the runtimes');

    const vitest = [
      join(tree, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=json',
      '--outputFile=results.json',
    ];
    const suites = ['packages/fflate', 'tools/docs', 'tools/release', 'tools/workspace'];
    await step('test', () => run(process.execPath, [...vitest, ...suites], { cwd: tree }));
    const results = await text('results.json');
    for (const file of ['packages/fflate/src/contract.test.ts', 'packages/fflate/src/lowest.test.ts'])
      expect(results.includes(file), `the tests, ${file}`);
    expect(results.includes('packages/fflate/README.md'), 'the examples of the documents');

    for (const problem of problems) console.error(problem);
    if (problems.length === 0) console.log(`${NAME} passes every check and appears everywhere`);
    return problems.length === 0 ? 0 : 1;
  });

async function step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const start = Date.now();
  const result = await work();
  console.log(`${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
  return result;
}
