import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '@memio/workspace';

const OPTIONS = {
  strict: true,
  skipLibCheck: true,
  // Examples are plain JavaScript: only types are removed.
  target: 'ESNext',
  verbatimModuleSyntax: true,
  lib: ['ES2024', 'ESNext.Disposable', 'DOM', 'DOM.Iterable', 'DOM.AsyncIterable'],
  module: 'nodenext',
  moduleDetection: 'force',
  rewriteRelativeImportExtensions: true,
  types: ['node'],
  rootDir: ROOT,
  inlineSourceMap: true,
};

const GLOBALS = `declare function $result(line: number, actual: unknown, expected: unknown): void;
declare function $throws(line: number, action: () => unknown, expected: string): Promise<void>;
`;

export interface Diagnostic {
  file: string;
  line: number;
  problem: string;
}

/**
 * Type-checks and compiles every TypeScript file below `source`, and the programs of this package that run them, into
 * `out`. What is wrong is returned, and compiled nevertheless.
 */
export async function compile(source: string, out: string): Promise<Diagnostic[]> {
  writeFileSync(join(source, 'globals.d.ts'), GLOBALS);
  const config = join(source, 'tsconfig.json');
  const program = fileURLToPath(new URL('run-modules.ts', import.meta.url));
  const include = ['**/*.ts', program];
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...OPTIONS, outDir: out }, include }));

  const output = await tsc(['-p', config, '--pretty', 'false']);
  const found = [...output.matchAll(/^(.+)\((\d+),\d+\): error (.+(?:\n +.+)*)/gm)];
  const diagnostics = found.map(([, file, line, problem]) => ({
    file: resolve(ROOT, file!),
    line: Number(line),
    problem: problem!,
  }));
  const foreign = diagnostics.find(({ file }) => !file.startsWith(source));
  if (foreign || (found.length === 0 && output.trim() !== '')) throw new Error(`Cannot compile: ${output}`);
  return diagnostics;
}

/** Where `compile` puts what it makes of a file. */
export function compiled(file: string, out: string): string {
  return join(out, relative(ROOT, file)).replace(/\.ts$/, '.js');
}

function tsc(args: string[]): Promise<string> {
  const manifest = createRequire(import.meta.url).resolve('typescript/package.json');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(dirname(manifest), 'bin/tsc'), ...args],
      { cwd: ROOT, timeout: 60_000 },
      (error, stdout, stderr) => resolve(stdout || stderr || (error?.killed ? 'tsc was too slow' : '')),
    );
  });
}
