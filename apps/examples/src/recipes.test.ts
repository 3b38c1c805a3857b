import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const { dependencies } = JSON.parse(read('../package.json')) as { dependencies: Record<string, string> };
const HOSTS: Record<string, string> = { '@memio/jszip': 'jszip', '@memio/pdfkit': 'pdfkit', '@memio/pngjs': 'pngjs' };
const recipes = readdirSync(new URL('.', import.meta.url)).filter((name) => /^[a-z-]+\.ts$/.test(name));

describe.each(recipes)('%s can be copied', (file) => {
  const source = read(file);
  const imported = [...source.matchAll(/ from '([^']+)'/g)].map((match) => match[1]!);
  const header = source.slice(0, source.indexOf('\n\n')).split('\n');

  it('imports nothing but published packages and modules of Node.js', () => {
    expect(imported).not.toEqual([]);
    for (const name of imported) expect(name.startsWith('node:') || name in dependencies, name).toBe(true);
    expect(source).not.toMatch(/\bimport\('|require\(/);
  });

  it('says in at most five lines what it does, what to install and how to run it', () => {
    expect(header.length).toBeLessThanOrEqual(5);
    for (const line of header) expect(line).toMatch(/^\/\/ /);
    const install = header
      .find((line) => line.startsWith('// npm install '))!
      .split(' ')
      .slice(3);
    const packages = imported.filter((name) => !name.startsWith('node:'));
    const hosts = packages.flatMap((name) => HOSTS[name] ?? []);
    expect(install.sort()).toEqual([...new Set(['@memio/core', ...packages, ...hosts])].sort());
    expect(header.at(-1)).toMatch(`// node ${file.replace('.ts', '.js')}`);
  });

  it('stands in the README', () => {
    expect(read('../README.md')).toContain(`(src/${file})`);
  });
});
