import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type ts from 'typescript-6.0';

const require = createRequire(import.meta.url);

/** Compiles files of a folder. @returns what is wrong, or nothing */
export type Compiler = (project: string, files: string[], options: Record<string, unknown>) => Promise<string>;

/** `name` is that of a dependency, such as `typescript-5.7`. */
export const compilerOf = (name: string): Compiler =>
  Number(name.split('-')[1]!.split('.')[0]) < 7 ? library(name) : program(name);

/** From 7 on, the compiler is a native program. */
function program(name: string): Compiler {
  const tsc = join(dirname(require.resolve(`${name}/package.json`)), 'bin/tsc');
  return (project, files, options) =>
    new Promise((resolve) => {
      const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, [value].flat().join(',')]);
      const args = [tsc, ...flags, ...files];
      execFile(process.execPath, args, { cwd: project, timeout: 120_000 }, (error, stdout) =>
        resolve(error ? stdout || String(error) : ''),
      );
    });
}

/** Up to 6 it is a library: within one process the DOM is parsed once instead of once for every mode. */
function library(name: string): Compiler {
  const compiler = require(name) as typeof ts;
  const parsed = new Map<string, ts.SourceFile | undefined>();
  return async (project, files, flags) => {
    const { options, errors } = compiler.convertCompilerOptionsFromJson(flags, project);
    const host = compiler.createCompilerHost(options);
    host.getCurrentDirectory = () => project;
    const { getSourceFile } = host;
    host.getSourceFile = (name, how, ...rest) => {
      const key = `${name} ${JSON.stringify(how)}`;
      if (!parsed.has(key)) parsed.set(key, getSourceFile(name, how, ...rest));
      return parsed.get(key);
    };
    const rootNames = files.map((file) => join(project, file));
    const found = compiler.getPreEmitDiagnostics(compiler.createProgram({ rootNames, options, host }));
    return compiler.formatDiagnostics([...errors, ...found], host);
  };
}
