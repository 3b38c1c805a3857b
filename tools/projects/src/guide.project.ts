/** Every file and every command of docs/guides/tools.md is used. */
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runIn } from '@memio/release/project';
import { describeWith, requireProgram } from '@memio/testkit';
import { ROOT } from '@memio/workspace';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProject, NAMES, runShown } from './guide.ts';
import { serveFolder } from './serve-folder.ts';

const root = await mkdtemp(join(tmpdir(), 'memio-projects-'));
afterAll(() => rm(root, { recursive: true, force: true }));

it('uses every project of the guide', () => {
  const used = ['commonjs', 'typescript-commonjs', 'jest-esm', 'jest-commonjs', 'vite', 'service-worker', 'esbuild'];
  expect([...NAMES]).toEqual(used);
});

describe.concurrent('CommonJS', () => {
  it('is loaded with require()', async () => {
    const folder = join(root, 'commonjs');
    await makeProject('commonjs', folder, { '@memio/core': '', '@memio/jszip': '', jszip: '3.10.2' });
    expect(await runIn(folder, process.execPath, ['app.cjs'])).toBe('true true\n');
  });

  it.each(['5.9.3'])('is compiled by TypeScript %s, which finds subpaths by typesVersions', async (typescript) => {
    const folder = join(root, `typescript-${typescript}`);
    const ours = { '@memio/core': '', '@memio/jszip': '', '@memio/node': '' };
    const types = { typescript, '@types/node': '20.19.43' };
    await makeProject('typescript-commonjs', folder, { ...ours, jszip: '3.10.2', ...types });
    expect(await runShown(folder, 'build.sh')).toBe('true 0\n');
  });
});

describe.concurrent('jest', () => {
  it.each(['jest-esm', 'jest-commonjs'])('runs the tests of %s', async (name) => {
    const folder = join(root, name);
    const ours = { '@memio/core': '', '@memio/jszip': '', jszip: '3.10.2' };
    await makeProject(name, folder, { ...ours, jest: '30.5.2', '@babel/plugin-transform-modules-commonjs': '8.1.2' });
    // jest prints its report on stderr, and ends with another code if a test fails or there is none.
    await runShown(folder, 'test.sh');
  });
});

describeWith('chromium', 'workers of bundlers are not run')('a page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: requireProgram('chromium'), args: ['--no-sandbox'] });
  });
  afterAll(() => browser?.close());

  /** What the page of a folder says when it is ready. */
  async function titleOf(folder: string): Promise<string> {
    const { url, close } = await serveFolder(folder);
    const page = await browser.newPage();
    try {
      await page.goto(url);
      await page.waitForFunction("document.title !== 'waiting'", undefined, { timeout: 20_000 });
      return await page.title();
    } finally {
      await page.close();
      close();
    }
  }

  it.concurrent.each(['5.4.9', '6.4.6', '7.3.8'])('has a worker built by Vite %s', async (vite) => {
    const folder = join(root, `vite-${vite}`);
    await makeProject('vite', folder, { '@memio/core': '', vite });
    await runIn(folder, 'npx', ['vite', 'build']);
    expect(await titleOf(join(folder, 'dist'))).toBe('from a worker');
  });

  it.concurrent('has a service worker', async () => {
    const folder = join(root, 'service-worker');
    await makeProject('service-worker', folder, { '@memio/core': '' });
    expect(await titleOf(folder)).toBe('from a service worker');
  });
});

describe.concurrent('PDFKit bundled by esbuild for AWS Lambda', () => {
  const project = (async () => {
    const folder = join(root, 'esbuild');
    await makeProject('esbuild', folder, {
      '@memio/core': '',
      '@memio/pdfkit': '',
      pdfkit: '0.20.2',
      esbuild: '0.28.2',
    });
    const fonts = join(ROOT, 'packages/pdfkit/node_modules/@fontsource/dejavu-sans/files');
    await cp(join(fonts, 'dejavu-sans-latin-400-normal.woff'), join(folder, 'font.woff'));
    return folder;
  })();

  it.each(['external', 'whole'])('%s', async (name) => {
    const folder = await project;
    await runShown(folder, `${name}.sh`);
    // Where it is deployed there is nothing but what the guide says.
    const deployed = join(root, `deployed-${name}`);
    await cp(join(folder, name), deployed, { recursive: true });
    if (name === 'external') {
      await cp(join(folder, 'node_modules'), join(deployed, 'node_modules'), { recursive: true });
      for (const bundled of ['@memio', 'esbuild'])
        await rm(join(deployed, 'node_modules', bundled), { recursive: true });
    }
    expect((await readdir(deployed)).filter((file) => file.startsWith('handler')).length).toBe(2);
    for (const file of ['handler.mjs', 'handler.cjs']) {
      const program = `import * as bundle from './${file}';
        const { statusCode, isBase64Encoded, body } = await (bundle.handler ?? bundle.default.handler)();
        const pdf = Buffer.from(body, 'base64').toString('latin1');
        console.log(statusCode, isBase64Encoded, pdf.slice(0, 5), pdf.slice(-6).trim());`;
      const printed = await runIn(deployed, process.execPath, ['--input-type=module', '--eval', program]);
      expect(printed).toBe('200 true %PDF- %%EOF\n');
    }
  });
});
