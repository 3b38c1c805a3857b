import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const here = dirname(fileURLToPath(import.meta.url));

const { devDependencies } = JSON.parse(readFileSync(`${here}/package.json`, 'utf8'));
const versions = Object.keys(devDependencies).filter((name) => name.startsWith('typescript-'));
const modes = [
  { name: 'node16', project: 'tsconfig.json', options: { module: 'node16', moduleResolution: 'node16' } },
  { name: 'nodenext', project: 'tsconfig.json', options: { module: 'nodenext', moduleResolution: 'nodenext' } },
  { name: 'bundler', project: 'tsconfig.json', options: { module: 'esnext', moduleResolution: 'bundler' } },
  { name: 'without the DOM', project: 'tsconfig.node.json', options: {} },
];

/** From 7 on, the compiler is a native program. */
function program(version) {
  const tsc = `${dirname(require.resolve(`${version}/package.json`))}/bin/tsc`;
  return ({ project, options }) =>
    new Promise((resolve) => {
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
      execFile(process.execPath, [tsc, '-p', project, ...flags], { cwd: here }, (error, stdout) =>
        resolve(error ? stdout || String(error) : ''),
      );
    });
}

/** Up to 6 it is a library: within one process the DOM is parsed once instead of once for every mode. */
function library(version) {
  const ts = require(version);
  const parsed = new Map();
  return ({ project, options: flags }) => {
    const { options: overrides } = ts.convertCompilerOptionsFromJson(flags, here);
    const { fileNames, options, errors } = ts.getParsedCommandLineOfConfigFile(`${here}/${project}`, overrides, {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => errors.push(diagnostic),
    });
    const host = ts.createCompilerHost(options);
    const { getSourceFile } = host;
    host.getSourceFile = (name, how, ...rest) => {
      const key = `${name} ${JSON.stringify(how)}`;
      if (!parsed.has(key)) parsed.set(key, getSourceFile(name, how, ...rest));
      return parsed.get(key);
    };
    const found = ts.getPreEmitDiagnostics(ts.createProgram(fileNames, options, host));
    return ts.formatDiagnostics([...errors, ...found], host);
  };
}

for (const version of versions) {
  const compile = Number(version.split('-')[1].split('.')[0]) < 7 ? library(version) : program(version);
  const failures = await Promise.all(
    modes.map(async (mode) => {
      const diagnostics = await compile(mode);
      return diagnostics && `${version}, ${mode.name}:\n${diagnostics}`;
    }),
  );
  const failed = failures.filter(Boolean);
  console.log(`${version}: ${modes.length - failed.length} of ${modes.length} modes compile`);
  for (const failure of failed) console.error(failure);
  if (failed.length > 0) process.exitCode = 1;
}
