import { readFile } from 'node:fs/promises';
import { describeWith } from '@memio/testkit';
import { decode } from 'fast-png';
import { unzipSync } from 'fflate';
import type { Locator } from 'playwright-core';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { readRecipes } from '../src/recipe-folder.ts';
import { PATIENT, pressRun, useGallery } from './test/use-gallery.ts';

const recipes = await readRecipes();
const names = recipes.map(({ name }) => name);

describeWith('chromium', 'the recipes are not run in a browser')('the recipes in the gallery', () => {
  const gallery = useGallery();
  /** Presses Run and waits for what comes of it. */
  const run = (name: string) => pressRun(gallery().page, name);

  async function save(file: Locator): Promise<Buffer> {
    const [download] = await Promise.all([
      gallery().page.waitForEvent('download'),
      file.locator('a[download]').click(),
    ]);
    return await readFile(await download.path());
  }

  describe('a recipe', () => {
    const left = new Set(names);

    it.each(recipes)('$name: Run shows what it logs, what it makes, time and memory', async ({ name, runsIn }) => {
      const recipe = await run(name);
      expect(await recipe.locator('.error').allTextContents()).toEqual([]);
      expect(await recipe.locator('[role="status"]').textContent()).toMatch(
        /^Done in [\d.]+ m?s(, one file|, \d+ files)?$/,
      );
      const [time, memory, ran] = await recipe.locator('.facts dd').all();
      expect(await time!.textContent()).toMatch(/^[\d.]+ m?s$/);
      await memory!.filter({ hasText: /^(at most )?[\d.,]+ (kB|MB|bytes)/ }).waitFor();
      expect(await ran!.textContent()).toMatch(runsIn === 'node' ? /local server, Node\.js \d/ : /in this page/);
      expect((await recipe.locator('pre.log').textContent())!.length).toBeGreaterThan(10);
      for (const file of await recipe.locator('.file').all()) await checkFile(file);
      left.delete(name);
    });

    it('has been run, each of them', () => expect([...left]).toEqual([]));

    it.each([
      ['pdf-invoice', ['pdf']],
      ['image-in-memory', ['image', 'image']],
      ['cursor-trap', ['text', 'zip']],
      ['zip-from-files', ['zip']],
      ['sqlite-blob', ['bytes', 'image']],
    ])('%s makes %j', async (name, kinds) => {
      const recipe = gallery().page.locator(`#${name}`);
      if (!(await recipe.locator('.facts').isVisible())) await run(name);
      const shown = await recipe.locator('.file').evaluateAll((files) => files.map((file) => file.dataset['kind']));
      expect(shown).toEqual(kinds);
    });

    it('can be run again', async () => {
      const recipe = await run('pdf-invoice');
      expect(await recipe.locator('.file').count()).toBe(1);
      await checkFile(recipe.locator('.file'));
    });

    it('can be run while another one runs', async () => {
      await gallery().page.locator('#compress-stream button[data-run]').click();
      for (const name of ['cursor-trap', 'http-download', 'compress-stream']) await run(name);
    });
  });

  /** Compares what is shown of a file with what another reader finds in the bytes that Save saves. */
  async function checkFile(file: Locator): Promise<void> {
    const bytes = await save(file);
    const hex = (await file.locator('pre.hex').textContent())!.split('\n')[0]!;
    expect(hex.slice(10, 58).replaceAll(' ', '').split('|')[0]).toBe(bytes.subarray(0, 16).toString('hex'));
    const kind = await file.getAttribute('data-kind');
    if (kind === 'pdf') await checkPdf(file, bytes);
    if (kind === 'zip') {
      const rows = await file
        .locator('tbody tr')
        .evaluateAll((rows) => rows.map((row) => row.children[0]!.textContent));
      expect(rows).toEqual(Object.keys(unzipSync(bytes)));
    }
    if (kind === 'image') {
      const { width, height } = decode(bytes);
      expect(await file.locator('figcaption').textContent()).toBe(`${width} × ${height} pixels`);
      const size = await file
        .locator('img')
        .evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]);
      expect(size).toEqual([width, height]);
    }
    if (kind === 'text') {
      const text = (await file.locator('pre.text').textContent())!.replace(/\n…$/, '');
      expect(text.length).toBeGreaterThan(0);
      expect(bytes.toString().replace('\ufeff', '').startsWith(text)).toBe(true);
    }
  }

  async function checkPdf(file: Locator, bytes: Buffer): Promise<void> {
    const { totalPages, text } = await extractText(await getDocumentProxy(new Uint8Array(bytes)), { mergePages: true });
    expect(text.length).toBeGreaterThan(5);
    const pages = file.locator('canvas');
    expect(await pages.count()).toBe(Math.min(totalPages, 4));
    const [dark, all] = await pages.first().evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let dark = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at]! + data[at + 1]! + data[at + 2]! < 384) dark++;
      return [dark, data.length / 4] as const;
    });
    // Text covers some of a page, and not most of it.
    expect(dark / all).toBeGreaterThan(0.0005);
    expect(dark / all).toBeLessThan(0.5);
  }

  describe('copying', () => {
    const clipboard = () => gallery().page.evaluate(() => navigator.clipboard.readText());

    it('puts the source of each recipe on the clipboard, as it is', async () => {
      for (const { name, source } of recipes) {
        await gallery().page.locator(`#${name} [data-copy="source"]`).click();
        await expect.poll(clipboard, PATIENT).toBe(source);
      }
      expect(
        await gallery()
          .page.locator(`#${names.at(-1)} [role="status"]`)
          .textContent(),
      ).toBe('Copied to the clipboard');
    });

    it.each([
      ['npm', 'npm install'],
      ['pnpm', 'pnpm add'],
      ['yarn', 'yarn add'],
      ['bun', 'bun add'],
    ])('puts the install line of %s on the clipboard, chosen in any recipe', async (manager, add) => {
      await gallery().page.locator('#cursor-trap').getByRole('radio', { name: manager, exact: true }).click();
      const recipe = gallery().page.locator('#pdf-invoice');
      expect(await recipe.getByRole('radio', { name: manager, exact: true }).isChecked()).toBe(true);
      const line = `${add} @memio/core @memio/pdfkit pdfkit`;
      expect(await recipe.locator('.line code:visible').allTextContents()).toEqual([line]);
      await recipe.locator('[data-copy="install"]').click();
      await expect.poll(clipboard, PATIENT).toBe(line);
    });

    it('selects the source when the clipboard is not allowed', async () => {
      const other = await gallery().open();
      await other.evaluate(() => {
        navigator.clipboard.writeText = () => Promise.reject(new Error('no'));
      });
      await other.locator('#cursor-trap [data-copy="source"]').click();
      await other.locator('#cursor-trap [role="status"]', { hasText: 'press Ctrl+C' }).waitFor();
      const selected = await other.evaluate(() => `${getSelection()}`);
      expect(selected.trim()).toBe(recipes.find(({ name }) => name === 'cursor-trap')!.source.trim());
      await other.close();
    });
  });
});
