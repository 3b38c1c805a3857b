import { createHash } from 'node:crypto';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { download, serve } from './http-download.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function serveWith(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const ignore = () => {};

describe('http-download', () => {
  it('gets every byte that the server sends, in chunks, with progress', async () => {
    const server = await serve();
    stops.push(server.stop);
    const progress: [number, number | undefined][] = [];
    const stream = await download(server.url, (received, expected) => progress.push([received, expected]));
    const expected = await new Promise<Buffer>((resolve, reject) =>
      get(server.url, (response) => resolve(buffer(response))).on('error', reject),
    );
    expect(Buffer.compare(stream.getvalue(), expected)).toBe(0);
    expect(stream.tell()).toBe(0);
    expect(progress.length).toBeGreaterThan(4);
    expect(progress.at(-1)).toEqual([expected.length, expected.length]);
    expect(progress.map(([received]) => received)).toEqual(
      progress.map(([received]) => received).sort((a, c) => a - c),
    );
  });

  it('stops its server', async () => {
    const server = await serve();
    await download(server.url, ignore);
    server.stop();
    await expect(fetch(server.url)).rejects.toThrow();
  });

  const sha256 = (content: string) => createHash('sha256').update(content).digest('hex');
  it.each<[string, RequestListener, object]>([
    [
      'an answer that is not a success',
      (_request, response) => response.writeHead(404).end('no'),
      { code: 'ERR_MEMIO_STATUS' },
    ],
    [
      'an answer that is cut off',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 1000 });
        response.write('half', () => response.destroy());
      },
      { code: 'ERR_MEMIO_TRUNCATED', partial: new TextEncoder().encode('half') },
    ],
    [
      'an answer that is too large',
      (_request, response) => response.writeHead(200, { 'content-length': 2 ** 30 }).write('…'),
      { code: 'ERR_MEMIO_LIMIT' },
    ],
    [
      'a wrong checksum',
      (_request, response) => response.writeHead(200, { 'x-checksum-sha256': sha256('other') }).end('content'),
      { message: expect.stringMatching(/^The checksum of .* is wrong$/) },
    ],
  ])('rejects %s', async (_what, answer, error) => {
    await expect(download(await serveWith(answer), ignore)).rejects.toMatchObject(error);
  });
});

describe('the example of http-download', () => {
  it('downloads from its server, which has ended afterwards', async () => {
    const { made, log } = await runMain(main);
    const lines = made['readings.txt']!.text().split('\n');
    expect(log.slice(-2)).toEqual([`The first of ${lines.length - 1} lines:`, lines[0]]);
    const [, received, expected] = /^(\d+) of (\d+) bytes$/.exec(log.at(-3)!)!;
    expect(received).toBe(expected);
    await vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap'));
  });
});
