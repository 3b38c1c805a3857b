/** Every file of docs/guides/send-it.md is run, and what it sends is compared. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import type { BytesIO } from '@memio/core';
import { readFences } from '@memio/docs/fence';
import { readZip } from '@memio/jszip';
import { describeWith, requireProgram } from '@memio/testkit';
import { ROOT } from '@memio/workspace';
import contentDisposition from 'content-disposition';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf, throughMail, throughS3, throughWebSocket } from './clients.ts';
import { written } from './handed.ts';
import { bodyOf, received, withServer } from './loopback.ts';
import { nestApp } from './servers.ts';

/** The files of the guide, as modules. */
// biome-ignore lint/suspicious/noExplicitAny: they are JavaScript
let shown: Record<string, any>;
let folder: string;

beforeAll(async () => {
  // Inside of this package, where the libraries are found.
  const out = join(ROOT, 'tools/interop/out');
  await mkdir(out, { recursive: true });
  folder = await mkdtemp(join(out, 'send-it-'));
  const guide = 'docs/guides/send-it.md';
  const files = readFences(guide, await readFile(join(ROOT, guide), 'utf8')).filter(({ project }) => project);
  const names = files.map(({ project }) => project!.replace('send-it/', ''));
  for (const [index, { code }] of files.entries()) await writeFile(join(folder, names[index]!), code);
  const load = (name: string) => import(/* @vite-ignore */ join(folder, name));
  shown = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name.replace('.mjs', ''), await load(name)])),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const BYTES = new TextEncoder().encode('größer\n');
const isPdf = (bytes: Uint8Array) => /^%PDF-[\s\S]*%%EOF\n$/.test(Buffer.from(bytes).toString('latin1'));
const PDF = expect.toSatisfy(isPdf, 'a whole PDF');

describe('a server', () => {
  const servers: Record<string, () => Promise<RequestListener | Server>> = {
    express: async () => shown['express'].app,
    koa: async () => shown['koa'].app.callback(),
    fastify: async () => (await shown['fastify'].app.ready()).server,
    hono: async () => getRequestListener(shown['hono'].app.fetch) as RequestListener,
    nest: async () => {
      const files = new shown['nest'].FilesController();
      const routes = { 'invoice.pdf': () => files.invoice(), 'export.zip': () => files.archive() };
      return (await nestApp(routes)).getHttpServer();
    },
    http: async () => shown['http'].app,
    web: async () =>
      getRequestListener(({ url }) =>
        url.endsWith('.pdf') ? shown['web'].GET() : shown['web'].streamed(),
      ) as RequestListener,
  };

  it.each(Object.keys(servers))('answers with a PDF and a ZIP: %s', async (name) => {
    await withServer(await servers[name]!(), async (url) => {
      const pdf = await fetch(`${url}invoice.pdf`);
      expect([pdf.status, pdf.headers.get('content-type')]).toEqual([200, 'application/pdf']);
      if (name !== 'nest') expect(pdf.headers.get('content-disposition')).toBe('inline; filename="invoice.pdf"');
      expect(new Uint8Array(await pdf.arrayBuffer())).toEqual(PDF);

      const zip = await fetch(`${url}export.zip`);
      expect([zip.status, zip.headers.get('content-type')]).toEqual([200, 'application/zip']);
      expect((await readZip(zip)).get('a.txt')!.text()).toBe('Hello');
    });
  });

  it('is AWS Lambda, with base64', async () => {
    const { body, isBase64Encoded } = JSON.parse(JSON.stringify(await shown['base64'].handler()));
    expect(isBase64Encoded).toBe(true);
    expect(Buffer.from(body, 'base64')).toEqual(PDF);
  });
});

it('a data URL has the whole file', async () => {
  const response = await fetch(await shown['base64'].dataUrl());
  expect(response.headers.get('content-type')).toBe('application/pdf');
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(PDF);
});

describe('a client', () => {
  it.each(['fetch', 'undici', 'axios', 'got', 'node-fetch'])('sends a body: %s', async (name) => {
    expect(await received((url) => shown['clients'].clients[name](url, written(BYTES)))).toEqual(Buffer.from(BYTES));
  });

  it.each(['fetch', 'form-data'])('sends a form: %s', async (name) => {
    const sent = await received(
      (url) => shown['clients'].forms[name](url, written(BYTES)),
      async (request) => fileOf(await bodyOf(request), request.headers['content-type']!, 'file'),
    );
    expect(sent).toEqual(BYTES);
  });

  it('sends a message, a mail and an object', async () => {
    const { sendMessage, sendMail, putObject } = shown['others'];
    const io: BytesIO = written(BYTES);
    expect(await throughWebSocket((socket) => sendMessage(socket, io))).toEqual(Buffer.from(BYTES));
    expect(await throughMail((transport) => sendMail(transport, io))).toEqual(Buffer.from(BYTES));
    expect(await throughS3((client) => putObject(client, io))).toEqual(BYTES);
  });
});

describe('the name of a file', () => {
  it.each([
    "it's.pdf",
    'a (1).pdf',
    'say "hi".pdf',
    'a;b,c=d%20.pdf',
    'Счёт №7.pdf',
    '請求書.pdf',
    'naïve.pdf',
    'x\ud800y.pdf',
  ])('survives a parser: %j', (name) => {
    const header = shown['headers'].headersOf(name, 'application/pdf')['content-disposition'];
    new Headers({ 'content-disposition': header });
    expect(contentDisposition.parse(header)).toEqual({
      type: 'attachment',
      parameters: expect.objectContaining({ filename: name.toWellFormed() }),
    });
  });
});

describeWith('chromium', 'whether a browser saves a stream is not known')('a browser', () => {
  it('saves a stream under its name', async () => {
    const entry = join(folder, 'page.js');
    const code = `import { BytesIO } from '@memio/core'; import { saveAs } from './save-as.mjs';
      saveAs(new BytesIO(new Uint8Array([1, 2, 255])), 'größer.bin', 'application/octet-stream');`;
    await writeFile(entry, code);
    const lib = { entry, formats: ['iife' as const], name: 'page', fileName: 'page' };
    const built = await build({ configFile: false, logLevel: 'error', build: { write: false, lib } });
    const [{ output }] = built as unknown as [{ output: [{ code: string }] }];
    const page: RequestListener = (_, response) =>
      response
        .setHeader('content-type', 'text/html; charset=utf-8')
        .end(`<!doctype html><script>${output[0].code}</script>`);

    const browser = await chromium.launch({ executablePath: requireProgram('chromium'), args: ['--no-sandbox'] });
    try {
      await withServer(createServer(page), async (url) => {
        const tab = await browser.newPage();
        const [download] = await Promise.all([tab.waitForEvent('download'), tab.goto(url)]);
        expect(download.suggestedFilename()).toBe('größer.bin');
        expect(await readFile(await download.path())).toEqual(Buffer.from([1, 2, 255]));
      });
    } finally {
      await browser.close();
    }
  });
});
