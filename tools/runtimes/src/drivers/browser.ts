import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import puppeteer from 'puppeteer-core';
import { BEGINS, type Report } from '../inside/protocol.ts';
import { LIMIT } from './bounded.ts';

export interface Browser {
  name: 'chrome' | 'firefox';
  program: string;
  args: string[];
}

/** Runs a module of tests in a page of its own, in a browser of its own. Firefox is driven over WebDriver BiDi. */
export async function runInBrowser(
  { name, program, args }: Browser,
  module: string,
  leftOut: readonly string[],
): Promise<Report> {
  const server = createServer(async ({ url }, response) => {
    // Without these two a page has no SharedArrayBuffer.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.setHeader('Content-Type', url === '/tests.js' ? 'text/javascript' : 'text/html');
    response.end(url === '/tests.js' ? await readFile(module) : '<!doctype html><title>tests</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await puppeteer.launch({
    browser: name,
    executablePath: program,
    args,
    headless: true,
    protocolTimeout: LIMIT,
  });
  let last = '';
  try {
    const page = await browser.newPage();
    page.on('console', (message) => {
      if (message.text().startsWith(BEGINS)) last = message.text().slice(BEGINS.length);
    });
    await page.goto(`http://127.0.0.1:${port}/`);
    const run = `import('/tests.js').then(({ run }) => run(${JSON.stringify(leftOut)})).then(JSON.stringify)`;
    return JSON.parse((await page.evaluate(run)) as string) as Report;
  } catch (cause) {
    throw new Error(`It failed, in or after "${last}": ${cause}`, { cause });
  } finally {
    const program = browser.process();
    await Promise.race([browser.close(), new Promise((resolve) => setTimeout(resolve, 5000))]);
    program?.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
  }
}
