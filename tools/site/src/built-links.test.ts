import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSite } from './built-links.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memio-built-'));
  await mkdir(join(folder, 'docs'));
  await writeFile(join(folder, 'style.css'), '');
  await writeFile(join(folder, 'a.md'), '');
  await writeFile(join(folder, 'docs/b c.html'), '<h2 id="a&amp;b">B</h2><a name="old" href="../index.html">home</a>');
});
afterEach(() => rm(folder, { recursive: true }));

const check = async (html: string) => {
  await writeFile(join(folder, 'index.html'), html);
  return checkSite(folder);
};

it('follows links to files and fragments', async () => {
  const html =
    '<link href="style.css"/><img src="data:image/png;base64,AA=="><h1 id="top">A</h1><a class="x" href="#top">top</a>' +
    '<a href="docs/b%20c.html#a&amp;b">b</a><a href="docs/b%20c.html#old">b</a><a href="https://example.com/">c</a>';
  expect(await check(html)).toEqual({ pages: 2, links: 7, problems: [] });
});

it.each<[html: string, problem: string]>([
  ['<a href="no.html">a</a>', 'index.html: there is no such file: no.html'],
  ['<a href="a.md">a</a>', 'index.html: is a document that is no page of the site: a.md'],
  ['<a\n  href="#no">a</a>', 'index.html: there is no #no on index.html: #no'],
  ['<a href="docs/b%20c.html#no">a</a>', 'index.html: there is no #no on docs/b c.html: docs/b%20c.html#no'],
  ['<a href="../x.html">a</a>', 'index.html: leads out of the site: ../x.html'],
  ['<a href="http://example.com/">a</a>', 'index.html: is no https: address: http://example.com/'],
  [
    '<script src="https://example.com/a.js"></script>',
    'index.html: is loaded from elsewhere: https://example.com/a.js',
  ],
  [
    '<link rel="x" href="https://example.com/a.css"/>',
    'index.html: is loaded from elsewhere: https://example.com/a.css',
  ],
])('finds what is wrong with %s', async (html, problem) => {
  expect((await check(html)).problems).toEqual([problem]);
});
