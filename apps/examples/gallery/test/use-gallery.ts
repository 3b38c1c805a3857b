import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { type OpenGallery, openGallery } from './open-gallery.ts';

/** For `expect.poll`: a browser takes its time on a machine that is busy with other tests. */
export const PATIENT = { timeout: 20_000 };

/**
 * Opens the gallery, with a page of it, for the tests of a file; each of them fails when a page complains, and the last
 * when one has asked for anything that is not the gallery's.
 */
export function useGallery(): () => OpenGallery & { page: Page } {
  let folder: string;
  let gallery: OpenGallery & { page: Page };
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memio-gallery-test-'));
    const opened = await openGallery(folder);
    gallery = { ...opened, page: await opened.open() };
  });
  afterEach(() => expect(gallery.complaints()).toEqual([]));
  afterAll(async () => {
    const { requests, url, close } = gallery;
    await close();
    await rm(folder, { recursive: true, force: true });
    expect(requests.length).toBeGreaterThan(3);
    expect(requests.filter((asked) => !asked.startsWith(url) && !asked.startsWith(`blob:${url}`))).toEqual([]);
  });
  return () => gallery;
}

/** Presses Run and waits for what comes of it. */
export async function pressRun(page: Page, name: string): Promise<Locator> {
  const recipe = page.locator(`#${name}`);
  await recipe.locator('button[data-run]').click();
  await recipe.locator('[role="status"]:is(.done, .failed)').waitFor();
  return recipe;
}
