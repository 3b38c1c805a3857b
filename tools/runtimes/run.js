// Installs what this needs, apart from the main install, and runs src/main.ts: node tools/runtimes/run.js [arguments]
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const install = ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile', '--reporter=silent'];
execFileSync('npx', install, { cwd: here, stdio: 'inherit' });

const { build } = await import('esbuild');
const outfile = join(here, 'out/main.js');
await build({
  entryPoints: [join(here, 'src/main.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
await import(outfile);
