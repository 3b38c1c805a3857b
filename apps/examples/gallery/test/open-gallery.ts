import { requireProgram } from '@memio/testkit';
import { chromium, type Page } from 'playwright-core';
import { buildPage } from '../../src/gallery-server/build-page.ts';
import { type PageFiles, readPage } from '../../src/gallery-server/page-files.ts';
import { runnableRecipes } from '../../src/gallery-server/runnable-recipes.ts';
import { startGallery } from '../../src/gallery-server/server.ts';

/** A gallery that is served, and a browser that shows it. */
export interface OpenGallery {
  url: string;
  files: PageFiles;
  /** A page of the gallery, with its script at work. */
  open(): Promise<Page>;
  /** The addresses that pages have asked for. */
  requests: string[];
  /** What pages complained of since this was asked last: messages of the console, and errors that nobody caught. */
  complaints(): string[];
  close(): Promise<void>;
}

const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-sync', ...QUIET];
// Nothing but loopback has an address; and memory is measured at once, not after the next garbage collection.
const OFFLINE = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1';
const EAGER = '--enable-blink-features=ForceEagerMeasureMemory';

/** Builds the page into `folder`, serves it, and starts Chromium. */
export async function openGallery(folder: string): Promise<OpenGallery> {
  const [browser, recipes] = await Promise.all([
    chromium.launch({ executablePath: requireProgram('chromium'), args: [...ARGS, OFFLINE, EAGER] }),
    runnableRecipes(),
    buildPage(folder),
  ]);
  const files = await readPage(folder);
  const { url, stop } = await startGallery({ page: files, recipes, port: 0 });
  const viewport = { width: 1280, height: 900 };
  // A page that scrolls smoothly to each button keeps tests waiting.
  const context = await browser.newContext({ viewport, colorScheme: 'light', reducedMotion: 'reduce' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url });

  const requests: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  context.on('console', (message) => complaints.push(message.text()));
  context.on('weberror', (error) => complaints.push(error.error().message));
  return {
    url,
    files,
    requests,
    complaints: () => complaints.splice(0),
    async open() {
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await page.goto(url);
      await page.locator('#cells .cell').first().waitFor();
      return page;
    },
    async close() {
      await browser.close();
      await stop();
    },
  };
}
