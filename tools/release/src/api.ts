import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { entryPoints, inTemporaryFolder, type Package, publishedPackages, ROOT } from '@memio/workspace';
import { Extractor, ExtractorConfig, ExtractorLogLevel, type IConfigFile } from '@microsoft/api-extractor';
import { unannounced } from './api-changes.ts';

const FOLDER = join(ROOT, 'api');

/**
 * Writes `api/*.api.md`, what each entry point of each package exports. With `--check` it fails if they differ, or changed
 * since the last release without a changeset.
 */
export async function main(args: string[]): Promise<number> {
  const check = args.includes('--check');
  const problems = await writeReports(FOLDER, publishedPackages(), check);
  if (check && problems.length === 0)
    for (const name of unannounced(ROOT))
      problems.push(`The API of ${name} differs from its last release: add a changeset that names it`);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${readdirSync(FOLDER).length} API reports match their packages`);
  return problems.length === 0 ? 0 : 1;
}

/** @returns what is wrong; without `check` the reports are written instead */
export function writeReports(folder: string, packages: readonly Package[], check: boolean): Promise<string[]> {
  return inTemporaryFolder(async (temporary) => {
    const problems: string[] = [];
    const names = new Set<string>();
    for (const one of packages)
      for (const [entry, file] of entryPoints(one)) {
        const name = entry.replace(/^@memio\//, '').replaceAll('/', '.');
        names.add(`${name}.api.md`);
        const { apiReportChanged, errorCount } = Extractor.invoke(configOf(one, file, folder, temporary, name), {
          localBuild: !check,
          messageCallback: (message) => {
            // What has changed is reported below.
            message.handled = message.logLevel !== ExtractorLogLevel.Error;
          },
        });
        if (errorCount > 0) problems.push(`Cannot read the API of ${entry}: see above`);
        if (check && apiReportChanged) problems.push(`api/${name}.api.md does not match ${entry}: run pnpm api`);
      }
    for (const name of readdirSync(folder).filter((name) => !names.has(name))) {
      if (check) problems.push(`api/${name} is of no package: run pnpm api`);
      else rmSync(join(folder, name));
    }
    return problems;
  });
}

function configOf(
  { path, manifest }: Package,
  file: string,
  reportFolder: string,
  reportTempFolder: string,
  reportFileName: string,
): ExtractorConfig {
  const declarations = file.replace(/\.js$/, '.d.ts');
  const configObject: IConfigFile = {
    projectFolder: path,
    mainEntryPointFilePath: declarations,
    newlineKind: 'lf',
    apiReport: { enabled: true, reportFolder, reportTempFolder, reportFileName, includeForgottenExports: true },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'es2022',
          lib: ['es2024', 'esnext.disposable', 'dom', 'dom.iterable', 'dom.asynciterable'],
          module: 'nodenext',
          strict: true,
          skipLibCheck: true,
          types: manifest.devDependencies?.['@types/node'] ? ['node'] : [],
        },
        files: [declarations],
      },
    },
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      // Whether members have documentation is checked by the site.
      extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  };
  return ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(path, 'package.json'),
  });
}
