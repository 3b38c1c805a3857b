import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serve } from '@hono/node-server';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import main, { createApp } from './form-upload.ts';

const LIMIT = 300_000;
const CONTENT = Uint8Array.from({ length: 200_003 }, (_, index) => (index * 13 + (index >> 8)) & 255);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let server: Server;
let url: string;
const saved = new Map<string, BytesIO>();

beforeAll(async () => {
  const app = createApp(LIMIT, (name, io) => {
    if (name === 'fails') throw new Error('the disk is full');
    saved.set(name, io);
  });
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/files`;
});
afterEach(() => {
  saved.clear();
  vi.restoreAllMocks();
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

const formOf = (bytes: Uint8Array<ArrayBuffer>, name: string, field = 'file') => {
  const form = new FormData();
  form.set('note', 'before');
  form.set(field, new BytesIO(bytes).blob('application/octet-stream'), name);
  return form;
};
const post = (body: BodyInit, headers: Record<string, string> = {}) => fetch(url, { method: 'POST', body, headers });

describe('a form', () => {
  it('brings every byte of its file, its name and its type', async () => {
    const response = await post(formOf(CONTENT, 'Übersicht "1".bin'));
    expect([response.status, await response.text()]).toEqual([
      201,
      'Übersicht "1".bin has 200003 bytes of application/octet-stream',
    ]);
    const io = saved.get('Übersicht "1".bin')!;
    expect(io.tell()).toBe(0);
    expect(sha256(io.read())).toBe(sha256(CONTENT));
  });

  it('may bring an empty file', async () => {
    expect((await post(formOf(new Uint8Array(), 'empty.txt'))).status).toBe(201);
    expect(saved.get('empty.txt')!.size).toBe(0);
  });

  it('of more than the limit is refused with 413', async () => {
    const response = await post(formOf(new Uint8Array(5_000_000), 'large.bin'));
    expect(response.status).toBe(413);
    expect(await response.text()).toMatch(/^Cannot read 5000\d{3} bytes from the source: maxBytes is 300000$/);
    expect(saved.size).toBe(0);
  });

  it.each<[string, () => Promise<Response>]>([
    ['has its file in another field', () => post(formOf(CONTENT, 'a.bin', 'other'))],
    ['has text in the field', () => post(new URLSearchParams({ file: 'text' }))],
    ['is none', () => post('{}', { 'content-type': 'application/json' })],
    ['is empty', () => fetch(url, { method: 'POST' })],
    ['ends in the middle', () => post('--x\r\nContent-Disp', { 'content-type': 'multipart/form-data; boundary=x' })],
  ])('that %s is refused with 400', async (_what, ask) => {
    expect((await ask()).status).toBe(400);
    expect(saved.size).toBe(0);
  });

  it('that cannot be saved is an error of the server', async () => {
    const response = await post(formOf(CONTENT, 'fails'));
    expect([response.status, await response.text()]).toEqual([500, 'the disk is full']);
  });
});

describe('a raw body', () => {
  it('is sent from a view, and from a stream without a length', async () => {
    const io = new BytesIO(CONTENT);
    using body = io.getbuffer();
    expect((await fetch(`${url}/view.bin`, { method: 'PUT', body })).status).toBe(201);
    const streamed: RequestInit & { duplex: 'half' } = { method: 'PUT', body: io.stream(), duplex: 'half' };
    expect((await fetch(`${url}/stream.bin`, streamed)).status).toBe(201);
    for (const name of ['view.bin', 'stream.bin']) expect(sha256(saved.get(name)!.getvalue())).toBe(sha256(CONTENT));
  });

  it('may be empty, and as large as the limit', async () => {
    for (const size of [0, LIMIT]) {
      expect((await fetch(`${url}/a.bin`, { method: 'PUT', body: new Uint8Array(size) })).status).toBe(201);
      expect(saved.get('a.bin')!.size).toBe(size);
    }
  });

  it('of more than the limit is refused with 413, also when it does not say its length', async () => {
    const io = new BytesIO(new Uint8Array(LIMIT + 1));
    using body = io.getbuffer();
    expect((await fetch(`${url}/a.bin`, { method: 'PUT', body })).status).toBe(413);
    const streamed: RequestInit & { duplex: 'half' } = { method: 'PUT', body: io.stream(), duplex: 'half' };
    expect((await fetch(`${url}/a.bin`, streamed)).status).toBe(413);
    expect(saved.size).toBe(0);
  });

  it('that is cut off is not saved', async () => {
    const asked = request(`${url}/a.bin`, { method: 'PUT', headers: { 'content-length': 1000 } });
    asked.on('error', () => {});
    await new Promise<void>((resolve) => asked.write('half', () => resolve()));
    await new Promise((resolve) => setTimeout(resolve, 50));
    asked.destroy();
    expect((await fetch(`${url}/b.bin`, { method: 'PUT', body: b`b` })).status).toBe(201);
    expect([...saved.keys()]).toEqual(['b.bin']);
  });
});

describeWith('curl', 'uploads are not made with curl')('curl', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memio-upload-'));
    await writeFile(join(folder, 'data.bin'), CONTENT);
    await writeFile(join(folder, 'large.bin'), new Uint8Array(5_000_000));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const curl = async (...args: string[]) =>
    (await promisify(execFile)('curl', ['-sS', '--max-time', '10', ...args], { cwd: folder })).stdout;

  it.each([
    [
      '-F',
      () => curl('-F', 'note=before', '-F', 'file=@data.bin;type=image/png', url),
      'data.bin has 200003 bytes of image/png',
    ],
    ['-T', () => curl('-T', 'data.bin', `${url}/`), 'data.bin has 200003 bytes'],
  ])('%s uploads every byte', async (_option, ask, answer) => {
    expect(await ask()).toBe(answer);
    expect(sha256(saved.get('data.bin')!.getvalue())).toBe(sha256(CONTENT));
  });

  it('sees the 413', async () => {
    expect(await curl('-F', 'file=@large.bin', '-w', ' %{http_code}', url)).toMatch(/maxBytes is 300000 413$/);
  });
});

describe('main', () => {
  it('uploads twice what fits, and tells of what does not', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const files = await main();
    expect(Object.entries(files).map(([name, io]) => [name, io.text().split('\n').length])).toEqual([
      ['rain.csv', 5],
      ['copy.csv', 5],
    ]);
    expect(log.mock.calls.flat()).toEqual([
      '201 rain.csv has 34 bytes of text/csv',
      '201 copy.csv has 34 bytes',
      '413 Cannot read 100001 bytes from the source: maxBytes is 100000',
    ]);
  });
});
