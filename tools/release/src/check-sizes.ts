import { relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { entryPoints, publishedPackages, ROOT } from '@memio/workspace';
import { build } from 'esbuild';

/**
 * Fails if what an application pays for an import is more than the package's budget: its own code, without that of its
 * dependencies, minified and gzipped. The budgets are in each `package.json`, in bytes: `memio.maxSize` by entry point or
 * by what is imported from the main one, such as `{ BytesIO }`.
 */
export async function main(): Promise<number> {
  let failures = 0;
  for (const one of publishedPackages()) {
    const { name, memio } = one.manifest;
    const budgets = new Map(Object.entries(memio?.maxSize ?? {}));
    const entries = entryPoints(one);
    for (const entry of entries.keys()) {
      const key = entry.replace(name, '.');
      if (!budgets.has(key)) budgets.set(key, 0);
    }
    for (const [key, most] of budgets) {
      const file = entries.get(key.startsWith('.') ? key.replace('.', name) : name);
      if (file === undefined) throw new Error(`Cannot measure ${name} ${key}: there is no such entry point`);
      const imported = key.startsWith('.') ? '*' : key;
      const size = await sizeOf(`export ${imported} from './${relative(ROOT, file).split(sep).join('/')}'`);
      const verdict =
        size <= most ? `at most ${most}` : `TOO LARGE, at most ${most}: see memio.maxSize in package.json`;
      console.log(`${`${name} ${key}`.padEnd(28)} ${String(size).padStart(6)} bytes minified and gzipped, ${verdict}`);
      if (size > most) failures++;
    }
  }
  return failures === 0 ? 0 : 1;
}

async function sizeOf(code: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    packages: 'external',
    platform: 'neutral',
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
}
