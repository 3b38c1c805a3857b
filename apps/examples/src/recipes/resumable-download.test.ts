import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turnOfTheLoop, setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import main, { download } from './resumable-download.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const stop of stops.splice(0)) stop();
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  stops.push(() => server.close().closeAllConnections());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Answers one request after the other, the last answer again and again; `asked` has what was asked for. */
async function serveInTurn(...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  const asked: IncomingMessage['headers'][] = [];
  const url = await serve((request, response) => {
    asked.push(request.headers);
    answers[Math.min(asked.length, answers.length) - 1]!(response, request);
  });
  return { url, asked };
}

const CONTENT = Buffer.from(Uint8Array.from({ length: 500_003 }, (_, index) => (index * 7 + (index >> 8)) & 255));
const OTHER = Buffer.from('another version');

/** Sends `length` bytes of what it promises, and breaks off when the client, in this process, has read them. */
const breakOff = (response: ServerResponse, bytes: Uint8Array, length: number) =>
  response.write(bytes.subarray(0, length), async () => {
    await wait(50);
    for (let turn = 0; turn < 20; turn++) await turnOfTheLoop();
    response.destroy();
  });

const whole =
  (headers = {}, content = CONTENT, length = Number.POSITIVE_INFINITY) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-length': content.length, ...headers });
    if (length < content.length) breakOff(response, content, length);
    else response.end(content);
  };
const rest =
  (headers = {}, length = Number.POSITIVE_INFINITY) =>
  (response: ServerResponse, { headers: { range } }: IncomingMessage) => {
    const start = Number(/^bytes=(\d+)-$/.exec(range!)![1]);
    const part = CONTENT.subarray(start);
    const of = `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}`;
    response.writeHead(206, { 'content-length': part.length, 'content-range': of, ...headers });
    if (length < part.length) breakOff(response, part, length);
    else response.end(part);
  };

const TAG = { etag: '"v1"' };

describe('download', () => {
  it('goes on where the connection was cut, twice', async () => {
    const { url, asked } = await serveInTurn(whole(TAG, CONTENT, 100_000), rest(TAG, 150_000), rest(TAG));
    const io = await download(url, 10 ** 6);
    expect(io.tell()).toBe(0);
    expect(CONTENT.equals(io.read())).toBe(true);
    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=250000-']);
    expect(asked.map((headers) => headers['if-range'])).toEqual([undefined, '"v1"', '"v1"']);
    expect(asked.map((headers) => headers['accept-encoding'])).toEqual(['identity', 'identity', 'identity']);
  });

  it('goes on when the server had not said how much would come', async () => {
    const chunked = (response: ServerResponse) => breakOff(response.writeHead(200, TAG), CONTENT, 100_000);
    const { url, asked } = await serveInTurn(chunked, rest(TAG));
    expect(CONTENT.equals((await download(url, 10 ** 6)).getvalue())).toBe(true);
    expect(asked[1]!.range).toBe('bytes=100000-');
  });

  it.each<[string, object, (string | undefined)[]]>([
    ['there is a new version', TAG, [undefined, 'bytes=100000-']],
    ['there is no tag', {}, [undefined, undefined]],
    ['the tag is weak', { etag: 'W/"v1"' }, [undefined, undefined]],
    ['it was compressed', { ...TAG, 'content-encoding': 'gzip' }, [undefined, undefined]],
  ])('starts again when %s', async (_what, headers, ranges) => {
    const content = 'content-encoding' in headers ? gzipSync(CONTENT, { level: 0 }) : CONTENT;
    const { url, asked } = await serveInTurn(whole(headers, content, 100_000), whole({ etag: '"v2"' }, OTHER));
    expect((await download(url, 10 ** 6)).text()).toBe('another version');
    expect(asked.map(({ range }) => range)).toEqual(ranges);
  });

  it('asks again when the server sends less than it was asked for', async () => {
    const some = (response: ServerResponse, request: IncomingMessage) => {
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range!)![1]);
      const part = CONTENT.subarray(start, start + 50_000);
      const range = `bytes ${start}-${start + part.length - 1}/${CONTENT.length}`;
      response.writeHead(206, { ...TAG, 'content-length': part.length, 'content-range': range }).end(part);
    };
    const { url, asked } = await serveInTurn(whole(TAG, CONTENT, 100_000), some);
    const io = await download(url, 10 ** 6, 1);
    expect(CONTENT.equals(io.read())).toBe(true);
    expect(asked).toHaveLength(1 + Math.ceil((CONTENT.length - 100_000) / 50_000));
  });

  it('connects again when there was no answer', async () => {
    const { url, asked } = await serveInTurn((response) => response.destroy(), whole());
    expect(CONTENT.equals((await download(url, 10 ** 6)).getvalue())).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('may be empty', async () => {
    const { url } = await serveInTurn(whole(TAG, Buffer.alloc(0)));
    expect((await download(url, 0)).size).toBe(0);
  });

  it('takes what an intermediary compresses all the same', async () => {
    const gzip = gzipSync(CONTENT);
    const { url } = await serveInTurn(whole({ 'content-encoding': 'gzip' }, gzip));
    expect(CONTENT.equals((await download(url, 10 ** 6)).getvalue())).toBe(true);
  });
});

describe('it gives up', () => {
  it('after as many retries as were allowed, with what came last', async () => {
    const { url, asked } = await serveInTurn(whole(TAG, CONTENT, 1000), rest(TAG, 10));
    const error = await download(url, 10 ** 6, 2).catch((error) => error);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_TRUNCATED', expected: CONTENT.length - 1010 });
    expect(CONTENT.subarray(1010, 1020).equals(error.partial)).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('when nobody listens', async () => {
    const url = await serve(() => {});
    for (const stop of stops.splice(0)) stop();
    await expect(download(url, 100, 1)).rejects.toThrow('fetch failed');
  });

  it.each([
    ['the server refuses', (response: ServerResponse) => response.writeHead(404).end(), { code: 'ERR_MEMIO_STATUS' }],
    ['more comes than the limit', whole(TAG), { code: 'ERR_MEMIO_LIMIT' }],
  ])('at once when %s', async (_what, answer, error) => {
    const { url, asked } = await serveInTurn(answer);
    await expect(download(url, CONTENT.length - 1)).rejects.toMatchObject(error);
    expect(asked).toHaveLength(1);
  });

  it('when all the parts together are more than the limit', async () => {
    const { url, asked } = await serveInTurn((response) => {
      response.writeHead(200, TAG);
      breakOff(response, CONTENT, 900);
    }, rest(TAG));
    await expect(download(url, 100_000)).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT', allowed: 99_100 });
    expect(asked).toHaveLength(2);
  });

  it('when the whole has another size than before', async () => {
    const longer = rest({ ...TAG, 'content-range': `bytes 1000-${CONTENT.length}/${CONTENT.length + 1}` });
    const { url, asked } = await serveInTurn(whole(TAG, CONTENT, 1000), longer);
    await expect(download(url, 10 ** 6)).rejects.toThrow(
      'Cannot go on at 1000 of 500003 bytes with "bytes 1000-500003/500004"',
    );
    expect(asked).toHaveLength(2);
  });

  it('when the server sends an empty part', async () => {
    const nothing = (response: ServerResponse) =>
      response
        .writeHead(206, { ...TAG, 'content-length': 0, 'content-range': `bytes 1000-1000/${CONTENT.length}` })
        .end();
    const { url } = await serveInTurn(whole(TAG, CONTENT, 1000), nothing);
    await expect(download(url, 10 ** 6)).rejects.toThrow('Cannot go on at 1000 of 500003 bytes: the server sent none');
  });

  it('when the server goes on somewhere else', async () => {
    const elsewhere = rest({ ...TAG, 'content-range': `bytes 0-${CONTENT.length - 1}/${CONTENT.length}` });
    const { url, asked } = await serveInTurn(whole(TAG, CONTENT, 1000), elsewhere);
    await expect(download(url, 10 ** 6)).rejects.toThrow(
      'Cannot go on at 1000 of 500003 bytes with "bytes 0-500002/500003"',
    );
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['while it waits for bytes', whole({ 'content-length': CONTENT.length + 1 })],
    ['while it waits for the next try', (response: ServerResponse) => response.destroy()],
  ])('when it is aborted %s', async (_what, answer) => {
    const { url, asked } = await serveInTurn(answer);
    const signal = AbortSignal.timeout(150);
    await expect(download(url, 10 ** 6, 5, signal)).rejects.toThrow();
    expect(signal.aborted).toBe(true);
    expect(asked.length).toBeLessThan(3);
  });
});

describe('main', () => {
  it('downloads everything in three parts', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { 'readings.txt': readings } = await main();
    expect(readings!.text()).toBe(
      Array.from({ length: 20_000 }, (_, line) => `reading ${line}: ${line % 97}\n`).join(''),
    );
    const lines = log.mock.calls.flat() as string[];
    expect(lines.map((line) => line.replaceAll(/\d+/g, 'N'))).toEqual([
      'The server sends N bytes, and breaks off',
      'The server sends N bytes, and breaks off',
      'The server sends N bytes',
      'Got N bytes',
    ]);
    expect(lines.at(-1)).toBe(`Got ${readings!.size} bytes`);
  });
});
