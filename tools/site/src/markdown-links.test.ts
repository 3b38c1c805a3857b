import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '@memio/workspace';
import { afterAll, describe, expect, it } from 'vitest';
import { checkDocument, findDocuments } from './markdown-links.ts';

const documents = findDocuments();

it('finds the documents', () => {
  expect(documents).toEqual(
    expect.arrayContaining([
      'README.md',
      'CONTRIBUTING.md',
      'packages/core/README.md',
      'apps/examples/README.md',
      'docs/guides/memory.md',
    ]),
  );
  expect(documents.filter((path) => path.includes('node_modules'))).toEqual([]);
});

it.each(documents)('%s has no broken link', async (path) => {
  expect(checkDocument(path, await readFile(join(ROOT, path), 'utf8'))).toEqual([]);
});

describe('checkDocument()', () => {
  const root = mkdtempSync(join(tmpdir(), 'memio-links-'));
  mkdirSync(join(root, 'docs/guides'), { recursive: true });
  writeFileSync(
    join(root, 'README.md'),
    '# Title\n\n## Which `method`, and why?\n\n## Twice\n\n```sh\n# no heading\n```\n\n## Twice\n',
  );
  afterAll(() => rmSync(root, { recursive: true }));

  it.each<[text: string, problems: string[]]>([
    ['[a](../README.md), [b](../README.md#title), [c](guides), <https://example.com/>', []],
    ['[a](../README.md#which-method-and-why) [b](../README.md#twice) [c](../README.md#twice-1)', []],
    ['## Here\n[a](#here)', []],
    ['`[a](no.md)`, `` [a](no.md) ` ``\n```\n[a](no.md)\n```\n    [a](no.md)', []],
    ['\n[`a`](no.md)', ['docs/a.md:2: there is no such file: no.md']],
    [
      '![a](no.svg) <a href="no.html">',
      ['docs/a.md:1: there is no such file: no.svg', 'docs/a.md:1: there is no such file: no.html'],
    ],
    ['[a]: no.md', ['docs/a.md:1: there is no such file: no.md']],
    ['[a](../README.md#no-heading)', ['docs/a.md:1: there is no such heading: ../README.md#no-heading']],
    ['[a](#no)', ['docs/a.md:1: there is no such heading: #no']],
    ['[a](guides#no)', ['docs/a.md:1: there is no such heading: guides#no']],
    ['[a]()', ['docs/a.md:1: leads nowhere: ']],
    ['[a](../../x.md)', ['docs/a.md:1: leads out of the repository: ../../x.md']],
    ['[a](/etc/passwd)', ['docs/a.md:1: leads out of the repository: /etc/passwd']],
    ['[a](http://example.com)', ['docs/a.md:1: is no https: address: http://example.com']],
    ['[a](https://)', ['docs/a.md:1: is no https: address: https://']],
  ])('%j', (text, problems) => {
    expect(checkDocument('docs/a.md', text, root)).toEqual(problems);
  });
});
