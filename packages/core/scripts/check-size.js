import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** `BytesIO.from` and `writeFrom` load their module on first use: what is there before, and what comes then. */
const AT_ONCE = ['./ingest.js'];
const LATER = ['./bytes-io.js'];

/** What an application pays for an import, minified and gzipped; more than `most` fails the check. */
const IMPORTS = [
  { code: "export { BytesIO } from './dist/index.js'", without: AT_ONCE, most: 4096 },
  { code: "export * from './dist/index.js'", without: AT_ONCE, most: 4096 },
  { code: "export * from './dist/ingest.js'", without: LATER, most: 2560 },
  { code: "export * from './dist/adapter.js'", without: AT_ONCE, most: 5376 },
];

for (const { code, without, most } of IMPORTS) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: process.cwd() },
    bundle: true,
    external: without,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const size = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  console.log(`${code}: ${size} bytes minified and gzipped, at most ${most}`);
  if (size <= most) continue;
  console.error(`That is ${size - most} bytes too large`);
  process.exitCode = 1;
}
