import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import contentDisposition from 'content-disposition';
import { extractText } from 'unpdf';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import main, { app, etagOf, parseRange, serveStream } from './pdf-endpoint.ts';

let server: Server;
let url: string;
let whole: Uint8Array;
let etag: string;

beforeAll(async () => {
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/invoices/7`;
  const response = await fetch(url);
  etag = response.headers.get('etag')!;
  whole = await response.bytes();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const get = (headers: Record<string, string>, method = 'GET') =>
  fetch(url, { method, headers: { 'cache-control': 'no-store', ...headers } });

describe('the endpoint on loopback', () => {
  it('sends the whole PDF with its type, length, name and tag', async () => {
    const response = await get({});
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pdf',
      'content-length': `${whole.length}`,
      'accept-ranges': 'bytes',
      'content-disposition': 'inline; filename="Invoice 7.pdf"',
      etag: `"${createHash('sha256').update(whole).digest('hex')}"`,
    });
    expect(await response.bytes()).toEqual(whole);
    expect((await extractText(whole.slice())).text.join()).toContain('Invoice');
  });

  it('makes the same bytes for every request, others for another invoice', async () => {
    expect((await get({})).headers.get('etag')).toBe(etag);
    const other = await fetch(url.replace(/7$/, '8'));
    expect(other.headers.get('etag')).not.toBe(etag);
    await other.body?.cancel();
  });

  it('answers HEAD with the headers of GET, without content, whatever the range', async () => {
    const response = await get({ range: 'bytes=0-9' }, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(`${whole.length}`);
    expect(response.headers.get('etag')).toBe(etag);
    expect(await response.bytes()).toHaveLength(0);
  });

  it.each([
    ['the tag', () => etag],
    ['the tag, marked as weak', () => `W/${etag}`],
    ['one tag of several', () => `"other", ${etag}`],
    ['any', () => '*'],
  ])('answers 304 when the client has %s', async (_what, tags) => {
    for (const method of ['GET', 'HEAD']) {
      const response = await get({ 'if-none-match': tags(), range: 'bytes=0-1' }, method);
      expect([response.status, response.headers.get('etag')]).toEqual([304, etag]);
      expect(await response.bytes()).toHaveLength(0);
    }
  });

  it.each<[string, () => string, number]>([
    ['the tag', () => etag, 206],
    ['one tag of several', () => `"other", ${etag}`, 206],
    ['any', () => '*', 206],
    ['another tag', () => '"other"', 412],
    ['the tag, marked as weak, which says nothing about bytes', () => `W/${etag}`, 412],
    ['no tag', () => 'other', 412],
    ['a star in quotes', () => '"*"', 412],
  ])('takes If-Match with %s', async (_what, tags, status) => {
    const response = await get({ 'if-match': tags(), range: 'bytes=0-9' });
    expect(response.status).toBe(status);
    expect(await response.bytes()).toEqual(status === 206 ? whole.slice(0, 10) : new Uint8Array());
    const both = await get({ 'if-match': '"other"', 'if-none-match': etag });
    expect(both.status).toBe(412);
  });

  it.each([
    ['another tag', '"other"'],
    ['a tag without quotes', 'other'],
    ['a star in quotes', '"*"'],
  ])('sends everything when the client has %s', async (_what, tags) => {
    const response = await get({ 'if-none-match': tags });
    expect(response.status).toBe(200);
    expect(await response.bytes()).toEqual(whole);
  });

  it.each<[string, (size: number) => [number, number]]>([
    ['bytes=0-0', () => [0, 1]],
    ['bytes=10-19', () => [10, 20]],
    ['bytes=500-', (size) => [500, size]],
    ['bytes=-500', (size) => [size - 500, size]],
    ['bytes=-99999999999999999999', (size) => [0, size]],
    ['bytes=10-99999999999999999999', (size) => [10, size]],
    ['Bytes=0-9', () => [0, 10]],
  ])('sends the part %s', async (range, bounds) => {
    const response = await get({ range });
    const [start, end] = bounds(whole.length);
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${whole.length}`);
    expect(response.headers.get('content-length')).toBe(`${end - start}`);
    expect(await response.bytes()).toEqual(whole.slice(start, end));
  });

  it.each(['bytes=1000000-', 'bytes=1000000-1000001', 'bytes=-0'])('answers 416 to %s', async (range) => {
    const response = await get({ range });
    expect(response.status).toBe(416);
    expect(response.headers.get('content-range')).toBe(`bytes */${whole.length}`);
    expect(await response.bytes()).toHaveLength(0);
  });

  it.each(['bytes=', 'bytes=-', 'bytes=9-5', 'bytes=a-b', 'bytes=0-1,4-5', 'lines=0-1', 'bytes 0-1', 'bytes=0x1-2'])(
    'ignores %s and sends everything',
    async (range) => {
      const response = await get({ range });
      expect([response.status, response.headers.get('content-range')]).toEqual([200, null]);
      expect(await response.bytes()).toEqual(whole);
    },
  );

  it.each<[string, () => string, number]>([
    ['the tag', () => etag, 206],
    ['another tag', () => '"other"', 200],
    ['the tag, marked as weak, which says nothing about bytes', () => `W/${etag}`, 200],
    ['a date, of which nothing is known', () => 'Sun, 01 Mar 2026 00:00:00 GMT', 200],
  ])('takes If-Range with %s', async (_what, tag, status) => {
    const response = await get({ range: 'bytes=0-9', 'if-range': tag() });
    expect(response.status).toBe(status);
    expect(await response.bytes()).toEqual(status === 206 ? whole.slice(0, 10) : whole);
  });

  it('resumes a download with two ranges', async () => {
    const half = whole.length >> 1;
    const first = await (await get({ range: `bytes=0-${half - 1}` })).bytes();
    const rest = await (await get({ range: `bytes=${half}-`, 'if-range': etag })).bytes();
    expect(Buffer.concat([first, rest]).equals(whole)).toBe(true);
  });
});

describeWith('curl', 'ranges are not asked for by curl')('curl', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memio-pdf-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const curl = async (...args: string[]) =>
    (await promisify(execFile)('curl', ['-sS', '--max-time', '10', ...args, url])).stdout;

  it('resumes a download that stopped after 700 bytes', async () => {
    const file = join(folder, 'invoice.pdf');
    await curl('-o', file, '-r', '0-699');
    expect(await readFile(file)).toHaveLength(700);
    expect(await curl('-o', file, '-C', '-', '-w', '%{http_code}')).toBe('206');
    expect((await readFile(file)).equals(whole)).toBe(true);
  });

  it('sees the same headers with HEAD as with GET', async () => {
    const headers = (text: string) =>
      text.split('\r\n').filter((line) => !/^(date|keep-alive|connection):/i.test(line));
    expect(headers(await curl('-I'))).toEqual(headers(await curl('-D', '-', '-o', join(folder, 'again.pdf'))));
  });
});

describe('serveStream', () => {
  const ask = (io: BytesIO, name: string, headers = {}) =>
    serveStream(new Request('http://localhost/', { headers }), io, 'text/plain', name, '"1"');

  it('leaves nothing held: the stream may change and close while the answer is read', async () => {
    const io = new BytesIO(b`Hello, bytes`);
    const response = ask(io, 'a.txt');
    io.write(b`J`);
    io.close();
    expect(await response.text()).toBe('Hello, bytes');
  });

  it('keeps a name in its header, whatever is in it', () => {
    for (const name of ['a"\r\nx: yü.txt', "it's (1).pdf", 'Счёт №7.pdf', 'x\ud800.pdf']) {
      const header = ask(new BytesIO(), name).headers.get('content-disposition')!;
      const { type, parameters } = contentDisposition.parse(header);
      expect([type, parameters['filename']]).toEqual(['inline', name.toWellFormed()]);
    }
  });

  it('has no range of an empty stream', () => {
    expect(ask(new BytesIO(), 'a.txt').status).toBe(200);
    expect(ask(new BytesIO(), 'a.txt', { range: 'bytes=0-' }).status).toBe(416);
    expect(parseRange(null, 0)).toBeUndefined();
  });

  it('tags bytes, not streams', async () => {
    const tags = await Promise.all([etagOf(new BytesIO(b`a`)), etagOf(new BytesIO(b`a`)), etagOf(new BytesIO(b`b`))]);
    expect(new Set(tags).size).toBe(2);
  });
});

describe('main', () => {
  it('shows the four answers', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const files = await main();
    expect(log.mock.calls.map(([line]) => Number.parseInt(line, 10))).toEqual([200, 304, 206, 416]);
    log.mockRestore();
    expect(files['range.bin']!.getvalue()).toEqual(files['invoice.pdf']!.getvalue().slice(-500));
    expect((await extractText(files['invoice.pdf']!.getvalue())).totalPages).toBe(1);
  });
});
