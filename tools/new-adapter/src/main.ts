import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, run } from '@memio/workspace';
import { type Adapter, filesOf, withRow } from './files.ts';

const USAGE = 'Usage: pnpm new-adapter LIBRARY --format Gzip [--library-version 1.2.3] [--lowest 1.0.0]';

/** Makes the folder of an adapter: `pnpm new-adapter fflate --format Gzip`. */
export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { format: { type: 'string' }, 'library-version': { type: 'string' }, lowest: { type: 'string' } },
  });
  const [library = '', ...others] = positionals;
  const { format = '' } = values;
  if (!/^(@[\w.-]+\/)?[\w.-]+$/.test(library) || others.length > 0 || !/^[A-Z]\w*$/.test(format)) {
    console.error(USAGE);
    return 2;
  }
  const version = values['library-version'] ?? (await latestOf(library));
  const adapter: Adapter = { library, format, version, lowest: values.lowest ?? version };
  const short = library.replace(/^@/, '').replace('/', '-');
  if (existsSync(join(ROOT, 'packages', short))) throw new Error(`Cannot make packages/${short}: it exists`);

  const contributing = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const files = filesOf(short, adapter, contributing);
  files.set(`packages/${short}/LICENSE`, await readFile(join(ROOT, 'LICENSE'), 'utf8'));
  files.set('README.md', withRow(await readFile(join(ROOT, 'README.md'), 'utf8'), short, adapter));
  for (const [path, text] of files) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true });
    await writeFile(join(ROOT, path), text);
  }
  const biome = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');
  await run(process.execPath, [biome, 'check', '--write', ...files.keys()], { cwd: ROOT });
  console.log(`packages/${short} is there, and named in README.md. Next: CONTRIBUTING.md, "Adding an adapter", step 2`);
  return 0;
}

const latestOf = async (library: string): Promise<string> =>
  (await run('npm', ['view', library, 'version'], { cwd: ROOT })).trim();
