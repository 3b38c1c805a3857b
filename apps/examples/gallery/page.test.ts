import { gzipSync } from 'node:zlib';
import { describeWith } from '@memio/testkit';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecipes } from '../src/recipe-folder.ts';
import { PATIENT, pressRun, useGallery } from './test/use-gallery.ts';

const recipes = await readRecipes();

describeWith('chromium', 'the page of the gallery is not tested')('the gallery', () => {
  const gallery = useGallery();

  describe('the stream', () => {
    let stream: Page;
    beforeAll(async () => {
      stream = await gallery().open();
    });
    afterAll(() => stream.close());

    /** Presses Tab until what is found has the focus, as whoever has no mouse would. */
    async function tabTo(selector: string): Promise<void> {
      for (let presses = 0; presses < 60; presses++) {
        await stream.keyboard.press('Tab');
        if (await stream.evaluate((selector) => document.activeElement!.matches(selector), selector)) return;
      }
      throw new Error(`${selector} cannot be reached with the keyboard`);
    }
    const cells = () => stream.locator('.cell.byte b').allTextContents();
    const lastCall = () => stream.locator('#calls li').last().locator('code, samp').allTextContents();
    const drawn = () => stream.locator('#cells').getAttribute('aria-label');
    /** Which cell the cursor is drawn before. */
    const cursor = () =>
      stream.evaluate(async () => {
        const bar = document.querySelector('.cursor')!;
        await Promise.all(bar.getAnimations().map(({ finished }) => finished));
        const left = (element: Element) => element.getBoundingClientRect().left;
        const cells = [...document.querySelectorAll('.cell')];
        return cells.findIndex((cell) => Math.abs(left(cell) - left(bar)) < 4);
      });

    it('teaches the cursor trap, a step with each press of a key', async () => {
      await tabTo('#walk-next');
      const steps: [call: string[], cursor: number][] = [];
      for (let step = 0; step < 5; step++) {
        await stream.keyboard.press('Enter');
        steps.push([await lastCall(), await cursor()]);
      }
      expect(steps).toEqual([
        [["io.write(b'Hello')", '5'], 5],
        [['io.read()', "b''"], 5],
        [['io.seek(0)', '0'], 0],
        [['io.read()', "b'Hello'"], 5],
        [['io.getvalue()', "b'Hello'"], 5],
      ]);
      expect(await stream.locator('.was-read').count()).toBe(5);
      expect(await stream.locator('#walk-next').textContent()).toBe('Start again');
      await stream.keyboard.press('Enter');
      expect([await cells(), await cursor()]).toEqual([[], 0]);
    });

    it('shows what a view locks, and the error that says so', async () => {
      await stream.reload();
      await tabTo('input[value="cursor-trap"]');
      await stream.keyboard.press('ArrowRight');
      expect(await cells()).toEqual([...'hello']);
      await tabTo('#walk-next');
      await stream.keyboard.press('Space');
      expect(await stream.locator('.cell.viewed').count()).toBe(5);
      await stream.keyboard.press('Space');
      expect(await cells()).toEqual([...'Jello']);
      await stream.keyboard.press('Space');
      expect(await lastCall()).toEqual([
        "io.write(b'!')",
        expect.stringMatching(/^BufferError: Cannot grow to 6 bytes while getbuffer\(\) holds the content/),
      ]);
      expect(await drawn()).toBe("5 bytes, b'Jello'. The cursor is at 5, at the end; a view is out.");
      await stream.keyboard.press('Space');
      expect(await stream.locator('.cell.viewed').count()).toBe(0);
      await stream.keyboard.press('Space');
      expect(await cells()).toEqual([...'Jello!']);
    });

    it('is called with the keyboard alone, and shows bytes, cursor and view', async () => {
      await stream.reload();
      await tabTo('input[name="data"]');
      await stream.keyboard.type('Hello!\\x00\\n');
      await stream.keyboard.press('Enter');
      expect(await lastCall()).toEqual(["io.write(b'Hello!\\x00\\n')", '8']);
      expect(await cells()).toEqual([...'Hello!', '\\x00', '\\n']);
      expect(await stream.locator('.cell.byte i').allTextContents()).toEqual([
        '48',
        '65',
        '6c',
        '6c',
        '6f',
        '21',
        '00',
        '0a',
      ]);
      expect(await cursor()).toBe(8);

      await tabTo('input[name="offset"]');
      await stream.keyboard.type('2');
      await stream.keyboard.press('Enter');
      expect([await lastCall(), await cursor()]).toEqual([['io.seek(2)', '2'], 2]);

      await tabTo('form[data-call="read"] input');
      await stream.keyboard.type('3');
      await stream.keyboard.press('Enter');
      expect([await lastCall(), await cursor()]).toEqual([['io.read(3)', "b'llo'"], 5]);
      expect(await stream.locator('.cell.was-read b').allTextContents()).toEqual([...'llo']);

      await tabTo('form[data-call="getbuffer"] button');
      await stream.keyboard.press('Enter');
      expect(await stream.locator('.cell.viewed').count()).toBe(8);
      expect(await stream.locator('#views').textContent()).toBe('1');

      await tabTo('form[data-call="release"] button');
      await stream.keyboard.press('Enter');
      expect(await stream.locator('.cell.viewed').count()).toBe(0);
    });

    it('draws the gap behind the end, and says what is too far to draw', async () => {
      await stream.reload();
      const seek = async (offset: string) => {
        await stream.locator('input[name="offset"]').fill(offset);
        await stream.locator('form[data-call="seek"] button').click();
      };
      await seek('3');
      expect([await stream.locator('.cell.gap').count(), await cursor()]).toEqual([3, 3]);
      await seek('1000');
      expect(await stream.locator('.cursor.beyond').count()).toBe(1);
      expect(await drawn()).toBe("0 bytes, b''. The cursor is at 1000, behind the end; no view is out.");
      await seek('x');
      expect((await lastCall())[1]).toMatch(/^TypeError: Cannot seek to NaN/);
    });

    it('does not move things for who asked for less motion', async () => {
      const durations = () =>
        stream
          .locator('.cursor, .cell div')
          .evaluateAll((all) => all.map((one) => getComputedStyle(one).transitionDuration));
      await stream.emulateMedia({ reducedMotion: 'no-preference' });
      expect(await durations()).toContain('0.35s');
      await stream.emulateMedia({ reducedMotion: 'reduce' });
      expect(new Set(await durations())).toEqual(new Set(['0s']));
    });
  });

  describe('the page', () => {
    /** Recipes that make a PDF, an image, a ZIP, text and other bytes; the last one on the server. */
    const EVERY_KIND = ['pdf-invoice', 'sqlite-blob', 'cursor-trap', 'http-download'];

    /** Lays the page out anew; what may be open is. */
    async function show(colorScheme: 'light' | 'dark', width: number): Promise<void> {
      const { page } = gallery();
      for (const name of EVERY_KIND) {
        if (!(await page.locator(`#${name} .facts`).isVisible())) await pressRun(page, name);
      }
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      await page.locator('details').evaluateAll((all) => {
        for (const details of all) (details as HTMLDetailsElement).open = true;
      });
    }

    it.each([
      ['light', 1280],
      ['dark', 390],
    ] as const)(
      'has no violation that axe finds: %s, %i pixels wide',
      async (colorScheme, width) => {
        await show(colorScheme, width);
        await gallery().page.evaluate(axe.source);
        const { violations, passes } = await gallery().page.evaluate(() =>
          (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] }),
        );
        const found = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
        );
        expect(found).toEqual([]);
        expect(passes.map(({ id }) => id)).toContain('color-contrast');
      },
      60_000,
    );

    it.each([320, 390, 768, 1280])('has nothing to scroll sideways, %i pixels wide', async (width) => {
      await show('light', width);
      expect(await gallery().page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    });

    it('is dark where the user likes it dark', async () => {
      const light = () =>
        gallery().page.evaluate(() => {
          const [paper, text] = [
            getComputedStyle(document.documentElement).backgroundColor,
            getComputedStyle(document.body).color,
          ];
          return [paper, text].map((colour) => Number(/\d+/.exec(colour)![0]) > 127);
        });
      await gallery().page.emulateMedia({ colorScheme: 'light' });
      expect(await light()).toEqual([true, false]);
      await gallery().page.emulateMedia({ colorScheme: 'dark' });
      expect(await light()).toEqual([false, true]);
    });

    it('shows the recipes to who has no scripts', async () => {
      const html = new TextDecoder().decode(gallery().files.get('/')!.bytes);
      for (const { name } of recipes) expect(html).toContain(`id="${name}"`);
    });

    it('loads little script before anything is run', async () => {
      const fresh = await gallery().open();
      const loaded = await fresh.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
      );
      const scripts = loaded.filter((path) => path.endsWith('.js'));
      const size = scripts.reduce((sum, path) => sum + gzipSync(gallery().files.get(path)!.bytes).length, 0);
      expect(scripts.length).toBeGreaterThan(0);
      expect(size).toBeLessThan(15_000);
      await fresh.close();
    });

    it('says that the server is gone', async () => {
      const lonely = await gallery().open();
      await lonely.route('**/run/**', (route) => route.abort());
      await lonely.locator('#http-download button[data-run]').click();
      await lonely.locator('#http-download .failed', { hasText: 'The local server does not answer' }).waitFor();
      expect(gallery().complaints()).toEqual(['Failed to load resource: net::ERR_FAILED']);
      await lonely.close();
    });

    it('says that a recipe failed, and why', async () => {
      const broken = await gallery().open();
      await broken.route('**/assets/cursor-trap-*.js', (route) => route.abort());
      await broken.locator('#cursor-trap button[data-run]').click();
      await broken.locator('#cursor-trap .failed', { hasText: 'It failed' }).waitFor();
      expect(await broken.locator('#cursor-trap .error').textContent()).toMatch(/^TypeError: Failed to fetch/);
      await broken.close();
    });

    it('ends a recipe that does not end', async () => {
      const waiting = await gallery().open();
      await waiting.clock.install();
      await waiting.route('**/assets/cursor-trap-*.js', () => {});
      await waiting.locator('#cursor-trap button[data-run]').click();
      await expect.poll(() => waiting.workers().length, PATIENT).toBe(1);
      await waiting.clock.fastForward(31_000);
      await waiting.locator('#cursor-trap .failed', { hasText: 'it ran longer than 30 s' }).waitFor();
      await expect.poll(() => waiting.workers().length, PATIENT).toBe(0);
      await waiting.close();
    });
  });
});
