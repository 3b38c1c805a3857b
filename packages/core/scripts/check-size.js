import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What is there before anything is taken in: `BytesIO.from` and `writeFrom` load their module on first use. */
const LATER = ['./ingest.js'];

/** What an application pays for an import, minified and gzipped; more than `most` fails the check. */
const IMPORTS = [
  { name: "import { BytesIO } from '@memio/core'", code: "export { BytesIO } from './dist/index.js'", most: 4096 },
  { name: "import * from '@memio/core'", code: "export * from './dist/index.js'", most: 4096 },
  { name: 'on first use of from()', code: "export * from './dist/ingest.js'", most: 2560 },
  { name: "import * from '@memio/core/adapter'", code: "export * from './dist/adapter.js'", most: 5120 },
];

for (const { name, code, most } of IMPORTS) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    external: LATER,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  console.log(`${name}: ${size} bytes minified and gzipped, at most ${most}`);
  if (size <= most) continue;
  console.error(`${name} is ${size - most} bytes too large`);
  process.exitCode = 1;
}
