import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { BytesIO } from '@memio/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../test/run.ts';
import { readPage } from './page-files.ts';
import { type RunReport, readReport } from './report.ts';
import { runnableRecipes } from './runnable-recipes.ts';
import { type Gallery, type GalleryOptions, startGallery } from './server.ts';

const folder = temporaryFolder();
mkdirSync(join(folder, 'page', 'assets'), { recursive: true });
writeFileSync(join(folder, 'page', 'index.html'), '<title>page</title>');
writeFileSync(join(folder, 'page', 'assets', 'main.js'), 'main()');
writeFileSync(join(folder, 'page', 'assets', 'worker-1.js'), 'work()');
writeFileSync(join(folder, 'secret.txt'), 'secret');

/** The URL of a module whose default export runs `body`; `core` is @memio/core there. */
function recipe(body: string): string {
  const path = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  const core = JSON.stringify(import.meta.resolve('@memio/core'));
  writeFileSync(
    path,
    `import { BytesIO, b } from ${core};\nexport default async function main() { ${body}\nreturn {}; }\n`,
  );
  return pathToFileURL(path).href;
}

let gallery: Gallery;
async function start(options: Partial<GalleryOptions> = {}): Promise<void> {
  const recipes = new Map([['hello', recipe("console.log('Hi', 1); return { 'a.txt': new BytesIO(b`Hello`) };")]]);
  gallery = await startGallery({ page: await readPage(join(folder, 'page')), recipes, port: 0, ...options });
}
const startWith = (body: string, options: Partial<GalleryOptions> = {}) =>
  start({ recipes: new Map([['hello', recipe(body)]]), ...options });
afterEach(() => gallery.stop());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends what `fetch` would not: any path, any Host. */
function send(method: string, path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
  const { port } = new URL(gallery.url);
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path, headers, agent: false };
    const sent = request(options, async (response) =>
      resolve({ status: response.statusCode!, headers: response.headers, body: await buffer(response) }),
    );
    sent.on('error', reject).end();
  });
}
const fromPage = () => ({ origin: gallery.url.slice(0, -1), 'x-memio-gallery': 'run' });
const run = () => send('POST', '/run/hello', fromPage());
/** What a run reports; the cursor of `answer` is at the first file. */
async function report(): Promise<RunReport & { answer: BytesIO }> {
  const { status, body } = await run();
  expect([status, status === 200 ? '' : body.toString()]).toEqual([200, '']);
  const answer = new BytesIO(body);
  return { ...readReport(answer), answer };
}

describe('the files of the page', () => {
  beforeEach(() => start());

  it.each([
    ['/', 'text/html; charset=utf-8', '<title>page</title>'],
    ['/assets/main.js', 'text/javascript; charset=utf-8', 'main()'],
  ])('serves %s', async (path, type, content) => {
    const { status, headers, body } = await send('GET', path);
    expect([status, headers['content-type'], body.toString()]).toEqual([200, type, content]);
    expect((await send('HEAD', path)).body.length).toBe(0);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..\\..\\secret.txt',
    `/${join(folder, 'secret.txt')}`,
    '/secret.txt',
    '/assets/',
    '//assets/main.js',
    'file:///etc/passwd',
  ])('serves nothing for %s', async (path) => {
    expect((await send('GET', path)).status).toBe(404);
  });

  it('sends a strict policy with every answer', async () => {
    for (const path of ['/', '/assets/main.js', '/nothing']) {
      const { headers } = await send('GET', path);
      const policy = `${headers['content-security-policy']}`.split('; ');
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).toContain("style-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy.join()).not.toMatch(/unsafe|\*|data:|http/);
      expect(headers).toMatchObject({
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('allows WebAssembly in the worker of the recipes, and there alone', async () => {
    const { headers } = await send('GET', '/assets/worker-1.js');
    expect(headers['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval';");
  });
});

describe('who may ask', () => {
  beforeEach(() => start());

  it('listens on loopback only', async () => {
    const { port, hostname } = new URL(gallery.url);
    expect(hostname).toBe('127.0.0.1');
    // Linux has all of 127/8 on loopback: a server that listens everywhere would take this one.
    const socket = connect(Number(port), '127.0.0.2');
    await expect(new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject))).rejects.toThrow();
  });

  it.each(['evil.example', 'evil.example:PORT', '127.0.0.1', '127.0.0.1:1', '127.0.0.1.evil.example:PORT'])(
    'refuses the host %s',
    async (name) => {
      const host = name.replace('PORT', new URL(gallery.url).port);
      for (const [method, path] of [['GET', '/'] as const, ['POST', '/run/hello'] as const]) {
        expect((await send(method, path, { ...fromPage(), host, origin: `http://${host}` })).status).toBe(403);
      }
    },
  );

  it.each(['localhost:PORT', '[::1]:PORT'])('serves the host %s', async (name) => {
    expect((await send('GET', '/', { host: name.replace('PORT', new URL(gallery.url).port) })).status).toBe(200);
  });

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['a sandboxed page', { origin: 'null' }],
    ['no origin', { origin: undefined }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
    ['a form: without the header of the page', { 'x-memio-gallery': undefined }],
  ])('runs nothing for %s', async (_what, changed) => {
    const headers = Object.entries({ ...fromPage(), ...changed }).filter(([, value]) => value !== undefined);
    const { status, body } = await send('POST', '/run/hello', Object.fromEntries(headers));
    expect(status).toBe(403);
    expect(body.toString()).not.toContain('Hello');
  });

  it('does not let another origin ask whether it may', async () => {
    const { status, headers } = await send('OPTIONS', '/run/hello', { origin: 'https://evil.example' });
    expect(status).toBe(403);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    ['GET', '/run/hello', 405],
    ['PUT', '/run/hello', 405],
    ['POST', '/', 405],
    ['POST', '/run/unknown', 404],
    ['POST', '/run/constructor', 404],
    ['POST', '/run/../hello', 405],
    ['POST', '/run/hello?file=/etc/passwd', 405],
    ['POST', '/run/%68ello', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await send(method, path, fromPage())).status).toBe(status);
  });
});

describe('a run', () => {
  it('answers with the log, the files, the time and the memory', async () => {
    await start();
    const { answer, ...said } = await report();
    expect(said).toMatchObject({
      log: ['Hi 1'],
      files: [{ name: 'a.txt', size: 5 }],
      runtime: `Node.js ${process.versions.node}`,
    });
    expect(said.error).toBeUndefined();
    expect(said.milliseconds).toBeGreaterThan(0);
    expect(said.peak).toBeGreaterThan(10e6);
    expect(new TextDecoder().decode(answer.read())).toBe('Hello');
  });

  it('says what a recipe threw, and what it had logged', async () => {
    await startWith("console.log('before'); new BytesIO().seek(-1);");
    const { log, error, files } = await report();
    expect({ log, error, files }).toEqual({
      log: ['before'],
      error: 'RangeError: Cannot seek to -1: position must be >= 0 (ERR_MEMIO_RANGE)',
      files: [],
    });
  });

  it('measures the memory of the recipe', async () => {
    await startWith('const io = new BytesIO(new Uint8Array(2e8).fill(1)); console.log(io.size);');
    expect((await report()).peak).toBeGreaterThan(2e8);
    await gallery.stop();
    await start();
    expect((await report()).peak).toBeLessThan(2e8);
  });

  it('has an empty folder that is deleted, and none of our environment', async () => {
    vi.stubEnv('MEMIO_SECRET', 'secret');
    const names = 'console.log(process.cwd(), (await import("node:fs")).readdirSync(".").length)';
    await startWith(`${names}; console.log(Object.keys(process.env).join())`);
    const { log } = await report();
    expect(log).toEqual([expect.stringMatching(/ 0$/), 'PATH']);
    expect(existsSync(log[0]!.split(' ')[0]!)).toBe(false);
    vi.unstubAllEnvs();
  });

  it('says why a recipe could not be loaded', async () => {
    await start({ recipes: new Map([['hello', pathToFileURL(join(folder, 'nothing.mjs')).href]]) });
    const { status, body } = await run();
    expect([status, body.toString()]).toEqual([500, expect.stringMatching(/^Error .*Cannot find module/)]);
  });

  it('is ended when it makes too much', async () => {
    await startWith("return { 'a.bin': new BytesIO(new Uint8Array(200_000)) };", { maxBytes: 100_000 });
    const { status, body } = await run();
    expect([status, body.toString()]).toEqual([500, 'The recipe was ended: it made over 100000 bytes\n']);
  });
});

describe('a run that never ends', () => {
  const pidFile = join(folder, 'pid');
  const write = `(await import("node:fs")).writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))`;
  const endless = `${write}; await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  const alive = () => {
    try {
      return process.kill(Number(readFileSync(pidFile, 'utf8')), 0);
    } catch {
      return false;
    }
  };
  const started = () => vi.waitFor(() => expect(alive()).toBe(true), { timeout: 10_000 });
  const ended = () => vi.waitFor(() => expect(alive()).toBe(false), { timeout: 10_000 });

  it('is killed at the deadline', async () => {
    await startWith(endless, { deadline: 2000 });
    const running = run();
    await started();
    const { status, body } = await running;
    expect([status, body.toString()]).toEqual([504, 'The recipe was ended: it ran longer than 2 s\n']);
    await ended();
  });

  it('is killed when the page goes away', async () => {
    await startWith(endless);
    const { port } = new URL(gallery.url);
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/run/hello', headers: fromPage() });
    sent.on('error', () => {}).end();
    await started();
    sent.destroy();
    await ended();
  });

  it('is killed when the server ends', async () => {
    await startWith(endless);
    const running = run().catch((error: Error) => error);
    await started();
    await gallery.stop();
    expect(alive()).toBe(false);
    expect(await running).toBeInstanceOf(Error);
  });

  it('leaves no room for more than three others', async () => {
    await startWith(endless);
    const running = [1, 2, 3, 4].map(() => run().catch(() => undefined));
    await started();
    expect((await run()).status).toBe(503);
    await gallery.stop();
    await Promise.all(running);
  });
});

it('runs the recipes that need Node.js, and no others', async () => {
  await start();
  const recipes = await runnableRecipes();
  expect([...recipes.keys()]).toContain('object-storage');
  expect([...recipes.keys()]).not.toContain('cursor-trap');
  for (const url of recipes.values()) expect(existsSync(new URL(url)), url).toBe(true);
});
