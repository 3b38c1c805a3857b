import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { b } from '@memio/core';
import type { ZipSource } from '@memio/jszip';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import { Hono } from 'hono';
import { afterEach, describe, expect, it, vi } from 'vitest';
import main, { app, rows, zipResponse } from './zip-download.ts';

const servers: Server[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen(app: Hono): Promise<string> {
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/export.zip`;
}

const listenWith = (entries: () => ZipSource) =>
  listen(new Hono().get('/export.zip', () => zipResponse('export.zip', entries())));

const ask = (url: string) => new Promise<IncomingMessage>((resolve, reject) => get(url, resolve).on('error', reject));

const noise = (length: number) => new Uint8Array(randomBytes(length));
const text = (table: string, pages: number) => {
  const lines = Array.from({ length: pages * 100 }, (_, row) => `${table},${row},${(row * 37) % 1000}\n`);
  return `table,row,amount\n${lines.join('')}`;
};

describe('the download on loopback', () => {
  it('starts before the last entry is begun, and is whole', async () => {
    let begun = false;
    let received = 0;
    let go = () => {};
    const seen = new Promise<void>((resolve) => {
      go = resolve;
    });
    const url = await listenWith(() => ({
      'a.csv': rows('a', 2),
      'waits.txt': (async function* () {
        await seen; // ends only when the client has bytes of the archive
        yield b`seen`;
      })(),
      'last.csv': (async function* () {
        begun = true;
        yield* rows('last', 1);
      })(),
    }));
    const response = await ask(url);
    expect(response.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="export.zip"',
      'transfer-encoding': 'chunked',
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) {
      if (received === 0) {
        expect((chunk as Buffer).subarray(0, 4)).toEqual(Buffer.from('PK\x03\x04'));
        expect(begun).toBe(false);
        go();
      }
      received += (chunk as Buffer).length;
      chunks.push(chunk as Buffer);
    }
    const files = unzipSync(Buffer.concat(chunks));
    expect(Object.keys(files)).toEqual(['a.csv', 'waits.txt', 'last.csv']);
    expect(new TextDecoder().decode(files['a.csv'])).toBe(text('a', 2));
    expect(new TextDecoder().decode(files['waits.txt'])).toBe('seen');
    expect(new TextDecoder().decode(files['last.csv'])).toBe(text('last', 1));
  });

  it('stops what it makes when the client goes away, and begins nothing else', async () => {
    const events: string[] = [];
    const url = await listenWith(() => ({
      'endless.bin': (async function* () {
        try {
          for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 1));
            yield noise(60_000);
          }
        } finally {
          events.push('stopped');
        }
      })(),
      'next.bin': (async function* () {
        events.push('next');
        yield noise(1);
      })(),
    }));
    const response = await ask(url);
    await new Promise((resolve) => response.once('data', resolve));
    response.destroy();
    await vi.waitFor(() => expect(events).toEqual(['stopped']), 5000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(events).toEqual(['stopped']);
  });

  it('begins no more entries than a client takes that does not read', async () => {
    let begun = 0;
    const entries = Array.from({ length: 200 }, (_, index) => {
      const content = async function* () {
        begun++;
        yield noise(2 ** 20);
      };
      return [`${index}.bin`, content()] as const;
    });
    const response = await ask(await listenWith(() => entries));
    let before = -1;
    const isStill = () => {
      const still = begun === before;
      before = begun;
      expect(still).toBe(true);
    };
    await vi.waitFor(isStill, { timeout: 10_000, interval: 300 });
    // What fits into the buffers of the two sockets, on whatever system.
    expect(begun).toBeLessThan(64);
    response.destroy();
  });

  it('breaks the connection off when an entry fails, so that no client takes it for whole', async () => {
    const complained = vi.spyOn(console, 'error').mockImplementation(() => {});
    const url = await listenWith(() => ({
      'a.csv': rows('a', 1),
      'fails.csv': (async function* () {
        yield noise(200_000);
        throw new Error('the database went away');
      })(),
    }));
    await expect(
      fetch(url).then((response) => {
        expect(response.status).toBe(200);
        return response.arrayBuffer();
      }),
    ).rejects.toThrow();
    await expect(
      (async () => {
        for await (const _ of await ask(url));
      })(),
    ).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(complained.mock.calls.flat().map(String).join()).toContain('the database went away');
  });

  it('refuses names that lead out of the archive before anything is sent', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await fetch(await listenWith(() => ({ '../a': 'a' })))).status).toBe(500);
  });
});

describeWith('unzip', 'the download is not tested by Info-ZIP')('unzip -t', () => {
  it('finds no error in what was downloaded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'memio-zip-'));
    try {
      const path = join(folder, 'export.zip');
      writeFileSync(path, Buffer.from(await (await fetch(await listen(app))).arrayBuffer()));
      expect(execFileSync('unzip', ['-t', path], { encoding: 'utf8' })).toContain('No errors detected');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('main', () => {
  it('gets the first chunk long before the last', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { 'export.zip': zip } = await main();
    const files = unzipSync(zip!.getvalue());
    expect(Object.keys(files)).toEqual(['README.txt', 'orders.csv', 'customers.csv', 'payments.csv']);
    expect(new TextDecoder().decode(files['payments.csv'])).toBe(text('payments', 8));
    const [, first, last] = /first of \d+ chunks came after (\d+) ms, the last after (\d+) ms$/.exec(
      log.mock.calls[0]![0],
    )!;
    expect(Number(last)).toBeGreaterThanOrEqual(450);
    expect(Number(first)).toBeLessThan(Number(last) - 400);
  });
});
