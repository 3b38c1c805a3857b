import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/**
 * What an application pays for each entry, minified and gzipped; `most` fails the check. The entry is what is there
 * before anything is taken in: `BytesIO.from` and `writeFrom` load their module on first use.
 */
const ENTRIES = [
  { name: '@memio/core', file: 'dist/index.js', most: 4096 },
  { name: '@memio/core, on first use of from()', file: 'dist/ingest.js', most: 2048 },
  { name: '@memio/core/adapter', file: 'dist/adapter.js', most: Number.POSITIVE_INFINITY },
];

for (const { name, file, most } of ENTRIES) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    external: ['./ingest.js'],
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const { contents } = outputFiles[0];
  const size = gzipSync(contents, { level: 9 }).length;
  const bound = Number.isFinite(most) ? ` (at most ${most})` : '';
  console.log(`${name}: ${size} bytes minified and gzipped${bound}, ${contents.length} minified`);
  if (size > most) {
    console.error(`${name} is ${size - most} bytes too large`);
    process.exitCode = 1;
  }
}
