import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeWith } from '@memio/testkit';
import { entryPoints, publishedPackages, ROOT } from '@memio/workspace';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkCommands, checkInstalls, checkMentions, readWorkspace } from './commands.ts';
import { readDocuments, readSources } from './documents.ts';
import { Examination } from './examine.ts';
import { type Fence, readExamples, readFences } from './fence.ts';

const workspace = readWorkspace();
const documents = readDocuments();
const fences = documents.flatMap(({ path, text }) => readFences(path, text));
const examples = readSources().flatMap(({ path, text }) => readExamples(path, text));
const all = [...fences, ...examples];
const publicNames = new Map<string, string[]>();
for (const one of publishedPackages())
  for (const [name, file] of entryPoints(one))
    publicNames.set(name, Object.keys(await import(/* @vite-ignore */ pathToFileURL(file).href)));

const examination = new Examination(all, (document) => {
  const own = [...publicNames].filter(([name]) => name.split('/')[1] === document.split('/')[1]);
  return { ...Object.fromEntries(own), '@memio/core': publicNames.get('@memio/core')! };
});
let failures = new Map<Fence, string[]>();
beforeAll(async () => {
  failures = await examination.failures();
}, 120_000);
afterAll(() => examination.dispose());

const paths = [...new Set(all.map(({ document }) => document))];

describe.each(paths)('%s', (path) => {
  for (const fence of all.filter(({ document, language }) => document === path && language !== 'python'))
    it(`keeps what line ${fence.line} promises (${fence.language})`, () => {
      const commands =
        fence.language === 'sh' && !fence.notRun && !fence.project ? checkCommands(fence, workspace) : [];
      expect([...failures.get(fence)!, ...commands]).toEqual([]);
    });
});

describeWith('python3', 'the Python of the documents is not run')('Python', () => {
  for (const fence of fences.filter(({ language }) => language === 'python'))
    it(`keeps what line ${fence.line} of ${fence.document} promises`, () => {
      expect(failures.get(fence)).toEqual([]);
    });
});

describe.each(documents.map(({ path, text }) => [path, text] as const))('%s', (path, text) => {
  it('installs what its fences import', () => {
    expect(
      checkInstalls(
        fences.filter(({ document }) => document === path),
        workspace,
      ),
    ).toEqual([]);
  });

  it('mentions scripts that there are', () => {
    expect(checkMentions(path, text, workspace)).toEqual([]);
  });
});

for (const { fence, file } of examination.tests())
  describe(`the test in ${fence.document}:${fence.line}`, async () => {
    await import(file);
  });

it('leaves out nothing but this', () => {
  const left = all.filter(({ notRun }) => notRun);
  expect(left.map(({ document, notRun }) => `${document}: ${notRun}`)).toEqual([
    'CONTRIBUTING.md: a picture of the folders',
  ]);
});

it('shows files of projects only where tools/projects and tools/interop use them', () => {
  const shown = all.filter(({ project }) => project).map(({ document }) => document);
  expect([...new Set(shown)]).toEqual(['docs/guides/send-it.md', 'docs/guides/tools.md']);
});

it('names every tool in the picture of the folders, and no folder that is not there', () => {
  const [picture] = fences.filter(({ document }) => document === 'CONTRIBUTING.md');
  const named = picture!.code.split('\n').map((line) => line.split(' ', 1)[0]!);
  const tools = readdirSync(join(ROOT, 'tools'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(tools.map(({ name }) => `tools/${name}`).filter((path) => !named.includes(path))).toEqual([]);
  expect(named.filter((path) => !path.endsWith('/*') && !existsSync(join(ROOT, path)))).toEqual([]);
});

it('names every package in the README', () => {
  const { text } = documents.find(({ path }) => path === 'README.md')!;
  const missing = publishedPackages().filter(
    ({ short, manifest }) => !text.includes(`[\`${manifest.name}\`](packages/${short})`),
  );
  expect(missing.map(({ manifest }) => manifest.name)).toEqual([]);
});
