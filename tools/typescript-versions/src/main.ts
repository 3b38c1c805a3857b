import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packPackages, type Tarball } from '@memio/release/pack';
import { installFrom, runIn } from '@memio/release/project';
import { entryPoints, inTemporaryFolder, type Package, publishedPackages, ROOT, readManifest } from '@memio/workspace';
import { compilerOf } from './compilers.ts';

const HERE = join(ROOT, 'tools/typescript-versions');
const ALWAYS = {
  target: 'ES2022',
  moduleDetection: 'force',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  skipDefaultLibCheck: true,
  noEmit: true,
};

interface Mode {
  name: string;
  options: { module: string; moduleResolution: string };
}

const MODES: Mode[] = [
  { name: 'node16', options: { module: 'node16', moduleResolution: 'node16' } },
  { name: 'nodenext', options: { module: 'nodenext', moduleResolution: 'nodenext' } },
  { name: 'bundler', options: { module: 'esnext', moduleResolution: 'bundler' } },
];

interface Program {
  files: string[];
  options: { lib: string[]; types: string[] };
}

/** CommonJS modules can require ESM from TypeScript 5.8 on, and only in this mode. */
const programs = (version: number, { name }: Mode): Program[] => [
  { files: ['web.ts'], options: { lib: ['ES2022', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'], types: [] } },
  {
    files: [
      'node.ts',
      'adapters.ts',
      'all.ts',
      'later.cts',
      ...(name === 'nodenext' && version >= 5.8 ? ['require.cts'] : []),
    ],
    options: { lib: ['ES2022'], types: ['node'] },
  },
];

/**
 * Packs every package, installs the tarballs in a project of their own, and compiles what applications do with them under
 * each TypeScript and each way to find modules; then Node.js requires and imports them.
 */
export const main = (): Promise<number> =>
  inTemporaryFolder(async (folder) => {
    const packages = publishedPackages().filter(({ manifest }) => !manifest.memio?.runner);
    const project = join(folder, 'project');
    await install(project, packages, await packPackages(packages, folder));
    const names = packages.flatMap((one) => [...entryPoints(one).keys()]);
    for (const [file, text] of Object.entries(usesOf(names))) writeFileSync(join(project, file), text);

    const { devDependencies = {} } = readManifest(HERE);
    const versions = Object.keys(devDependencies).filter((name) => name.startsWith('typescript-'));
    let failures = 0;
    for (const version of versions) failures += await compileAll(version, project);

    console.log((await runIn(project, process.execPath, ['run.cjs', ...names])).trim());
    return failures === 0 ? 0 : 1;
  });

/**
 * Modules that use everything of every entry point. `later.cts` is CommonJS that imports with `import()`, under every
 * TypeScript and every Node.js; `require.cts` requires ESM, for which TypeScript 5.8 and Node.js 20.19 are the first.
 */
function usesOf(names: readonly string[]): Record<'all.ts' | 'later.cts' | 'require.cts', string> {
  const each = (line: (name: string, index: number) => string) => names.map(line).join('\n');
  return {
    'all.ts': each((name, index) => `export * as entry${index} from '${name}';`),
    'later.cts': each(
      (name, index) => `export const entry${index} = (): Promise<object> => import('${name}');
export type Entry${index} = typeof import('${name}', { with: { 'resolution-mode': 'import' } });`,
    ),
    'require.cts': each((name, index) => `import entry${index} = require('${name}');\nexport { entry${index} };`),
  };
}

/** With npm, and with what their READMEs tell to install beside them: types of the libraries are not among it. */
async function install(project: string, packages: readonly Package[], tarballs: Tarball[]): Promise<void> {
  mkdirSync(project);
  const ours = tarballs.map(({ name, path }) => [name, path]);
  const peers = packages.flatMap(({ manifest: { peerDependencies = {}, devDependencies = {} } }) =>
    Object.keys(peerDependencies)
      .filter((name) => !name.startsWith('@memio/'))
      .map((name) => [name, devDependencies[name]]),
  );
  const types = ['@types/node', readManifest(HERE).devDependencies?.['@types/node']];
  const manifest = {
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([...ours, ...peers, types]),
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  cpSync(join(HERE, 'uses'), project, { recursive: true });
  await installFrom(tarballs, project);
}

/** @returns how many programs do not compile that should */
async function compileAll(version: string, project: string): Promise<number> {
  const compile = compilerOf(version);
  const failures: string[] = [];
  let compiled = 0;
  for (const mode of MODES)
    for (const { files, options } of programs(Number(version.split('-')[1]), mode)) {
      const diagnostics = await compile(project, files, { ...ALWAYS, ...mode.options, ...options });
      if (diagnostics) failures.push(`${version}, ${mode.name}:\n${diagnostics}`);
      else compiled++;
    }
  console.log(`${version}: ${compiled} of ${compiled + failures.length} programs compile`);
  for (const failure of failures) console.error(failure);
  return failures.length;
}
