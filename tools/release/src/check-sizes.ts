import { relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entryPoints, publishedPackages, ROOT } from './workspace.ts';

/**
 * What an application pays for an import, in bytes, minified and gzipped: the package's own code, without that of its
 * dependencies. `@memio/core` loads `ingest.js` when `from` or `writeFrom` is first called; it is counted by itself.
 */
const BUDGETS: Record<string, number> = {
  '@memio/core': 4096,
  '@memio/core { BytesIO }': 4096,
  '@memio/core, on the first from()': 2560,
  '@memio/core/adapter': 5376,
  '@memio/formats': 5632,
  '@memio/jszip': 8448,
  '@memio/node': 5632,
  '@memio/pdfkit': 4352,
  '@memio/pngjs': 2048,
  '@memio/sharp': 1792,
};

/** Fails if an entry point is larger than its budget, or has none. */
export async function main(): Promise<number> {
  let failures = 0;
  for (const [name, code, external] of imports()) {
    const size = await sizeOf(code, external);
    const most = BUDGETS[name] ?? 0;
    const verdict = size <= most ? `at most ${most}` : `TOO LARGE, at most ${most}`;
    console.log(`${name.padEnd(36)} ${String(size).padStart(6)} bytes minified and gzipped, ${verdict}`);
    if (size > most) failures++;
  }
  return failures === 0 ? 0 : 1;
}

/** Their names, what an application would write, and the modules that are not counted. */
function imports(): [name: string, code: string, external: string[]][] {
  const all = publishedPackages().flatMap((one) => [...entryPoints(one)]);
  const found = all.map(([name, file]): [string, string, string[]] => [name, `export * from '${path(file)}'`, LATER]);
  const core = 'packages/core/dist';
  found.push(['@memio/core { BytesIO }', `export { BytesIO } from './${core}/index.js'`, LATER]);
  found.push(['@memio/core, on the first from()', `export * from './${core}/ingest.js'`, ['./bytes-io.js']]);
  return found.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

const LATER = ['./ingest.js'];

const path = (file: string): string => `./${relative(ROOT, file).split(sep).join('/')}`;

async function sizeOf(code: string, external: string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    external,
    packages: 'external',
    platform: 'neutral',
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}
