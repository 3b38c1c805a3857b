import { get, type IncomingMessage } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { chunk, END, HostileServer, head, type Move, PAUSE, RESET } from '@memio/testkit/hostile-server';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BytesIO, b, type FromOptions, LimitError, type Source, SourceError } from './index.ts';

let server: HostileServer;
beforeAll(async () => {
  server = await HostileServer.start();
});
// Whatever happened, the client has let go of the connection: the server, which may have left it open, sees it closed.
afterEach(() => server.quiet());
afterAll(async () => {
  await server.stop();
  for (let tries = 0; tries < 400 && openSockets() > 0; tries++) await wait(5);
  expect(openSockets()).toBe(0);
});

/** The sockets of this process, which is client and server in one. */
const openSockets = () => process.getActiveResourcesInfo().filter((kind) => /^TCP/.test(kind)).length;

/** The two clients of Node.js: `fetch` gives a `Response`, `node:http` a Node stream. */
const clients = {
  fetch: (url: string) => fetch(url),
  'node:http': (url: string) =>
    new Promise<IncomingMessage>((resolve, reject) => get(url, { agent: false }, resolve).on('error', reject)),
};

/** Takes in what `request` resolves to. The server goes on from `PAUSE` when what it had sent has arrived. */
async function take(request: Promise<Source>, options: FromOptions = {}): Promise<BytesIO> {
  const source = await request;
  return BytesIO.from(source, {
    ...options,
    onProgress(received, expected) {
      server.resume();
      options.onProgress?.(received, expected);
    },
  });
}

async function rejection(promise: Promise<unknown>): Promise<Error & { partial: Uint8Array }> {
  try {
    await promise;
  } catch (error) {
    return error as Error & { partial: Uint8Array };
  }
  throw new Error('It did not fail');
}

/** What a connection that ends before the declared length has come is told as. */
const CUT_OFF = 'ERR_MEMIO_TRUNCATED';
const MIB = 2 ** 20;
const text = 'All work and no play makes Jack a dull boy\n'.repeat(1000);
const zipped = gzipSync(text);

interface Failure {
  title: string;
  moves: Move[];
  options?: FromOptions;
  error: { code: string; partial: Uint8Array; expected?: number | undefined; message?: string };
}

describe('a server that breaks off', () => {
  const failures: Failure[] = [
    {
      title: 'closes early',
      moves: [head('200 OK', { 'Content-Length': 10 }), 'half', PAUSE, END],
      error: {
        code: CUT_OFF,
        partial: b`half`,
        expected: 10,
        message: 'The source failed (terminated) after 4 of 10 bytes',
      },
    },
    {
      title: 'closes before the first byte of the body',
      moves: [head('200 OK', { 'Content-Length': 10 }), END],
      error: { code: CUT_OFF, partial: b``, expected: 10 },
    },
    {
      title: 'resets the connection',
      moves: [head('200 OK', { 'Content-Length': 10 }), 'half', PAUSE, RESET],
      error: { code: CUT_OFF, partial: b`half`, expected: 10 },
    },
    {
      title: 'resets the connection within a chunk',
      moves: [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk('whole'), '8\r\nhalf', PAUSE, RESET],
      error: { code: 'ERR_MEMIO_SOURCE', partial: b`wholehalf`, expected: undefined },
    },
    {
      title: 'closes within a chunk',
      moves: [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk('whole'), '8\r\nhalf', PAUSE, END],
      error: { code: 'ERR_MEMIO_SOURCE', partial: b`wholehalf`, expected: undefined },
    },
    {
      title: 'closes without the chunk that ends the body',
      moves: [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk('whole'), PAUSE, END],
      error: { code: 'ERR_MEMIO_SOURCE', partial: b`whole`, expected: undefined },
    },
    {
      title: 'sends a chunk without a size',
      moves: [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk('whole'), PAUSE, 'zz\r\n', END],
      error: { code: 'ERR_MEMIO_SOURCE', partial: b`whole`, expected: undefined },
    },
    {
      title: 'declares a terabyte',
      moves: [head('200 OK', { 'Content-Length': 2 ** 40 }), 'half', PAUSE, END],
      error: { code: CUT_OFF, partial: b`half`, expected: 2 ** 40 },
    },
    {
      title: 'says gzip and sends something else',
      moves: [head('200 OK', { 'Content-Encoding': 'gzip', 'Content-Length': 4 }), 'half', END],
      error: { code: 'ERR_MEMIO_SOURCE', partial: b``, expected: undefined },
    },
  ];

  it.each(failures)('$title: a typed error with what had come', async ({ moves, error }) => {
    const failure = await rejection(take(fetch(server.serve(...moves))));
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure).toMatchObject(error);
    expect(failure.cause).toMatchObject({ name: 'TypeError', message: 'terminated', cause: expect.any(Error) });
    expect(failure.partial.buffer.byteLength).toBe(failure.partial.length);
  });

  // Of these `node:http` knows nothing that it would tell: it neither decodes nor holds a stream to its declared length.
  const known = failures.filter(({ moves }) => !String(moves[0]).includes('gzip'));
  it.each(known)('$title: the same from node:http, with its own cause', async ({ moves, error }) => {
    const failure = await rejection(take(clients['node:http'](server.serve(...moves))));
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_SOURCE', partial: error.partial, cause: { code: /./ } });
  });

  it('is told quickly and without memory for what was declared', async () => {
    const url = server.serve(head('200 OK', { 'Content-Length': 2 ** 40 }), 'half', PAUSE, END);
    const [before, start] = [process.memoryUsage(), performance.now()];
    await rejection(take(fetch(url)));
    const after = process.memoryUsage();
    expect(performance.now() - start).toBeLessThan(5000);
    // What a length is believed at the most is reserved; the pages of it that nobody writes to are never there.
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(257 * MIB);
    expect(after.rss - before.rss).toBeLessThan(32 * MIB);
  });

  it('leaves a stream that is written to as it was', async () => {
    const io = new BytesIO(b`kept`);
    io.seek(2);
    const response = await fetch(server.serve(head('200 OK', { 'Content-Length': 10 }), 'half', PAUSE, END));
    const failure = await rejection(io.writeFrom(response, { onProgress: () => server.resume() }));
    expect(failure).toMatchObject({ code: CUT_OFF, partial: b`half` });
    expect(io.getvalue()).toEqual(b`kept`);
    expect(io.tell()).toBe(2);
  });

  it('that breaks off within what it compressed: what could be decoded is told', async () => {
    const coded = head('200 OK', { 'Content-Encoding': 'gzip', 'Content-Length': zipped.length });
    const url = server.serve(coded, zipped.subarray(0, -8), PAUSE, END);
    const failure = await rejection(take(fetch(url)));
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_SOURCE', expected: undefined });
    expect(failure.partial.length).toBeGreaterThan(0);
    expect(text.startsWith(Buffer.from(failure.partial).toString())).toBe(true);
  });
});

describe('a server that stalls', () => {
  const stalls: [string, Move[]][] = [
    ['within what it declared', [head('200 OK', { 'Content-Length': 10 }), 'half']],
    ['within a terabyte', [head('200 OK', { 'Content-Length': 2 ** 40 }), 'half']],
    ['within a chunk', [head('200 OK', { 'Transfer-Encoding': 'chunked' }), '8\r\nhalf']],
    ['before the chunk that ends the body', [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk('half')]],
    ['and declared nothing', [head('200 OK'), 'half']],
  ];

  it.each(stalls)('%s is left when the signal is aborted', async (_, moves) => {
    const controller = new AbortController();
    const reason = new Error('Nobody waits that long');
    const failure = await rejection(
      take(fetch(server.serve(...moves)), {
        signal: controller.signal,
        onProgress: () => setTimeout(() => controller.abort(reason)),
      }),
    );
    expect(failure).toBe(reason);
  });

  it.each(Object.entries(clients))('is left after the time that is allowed, by %s', async (_, request) => {
    const url = server.serve(head('200 OK', { 'Content-Length': 10 }), 'half');
    const signal = AbortSignal.timeout(200);
    const failure = await rejection(take(request(url), { signal }));
    expect(failure).toBe(signal.reason);
    expect(failure).toMatchObject({ name: 'TimeoutError' });
  });

  it('is left when fetch has the same signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const response = fetch(server.serve(head('200 OK', { 'Content-Length': 10 }), 'half'), { signal });
    const onProgress = () => setTimeout(() => controller.abort());
    const failure = await rejection(take(response, { signal, onProgress }));
    expect(failure).toBe(signal.reason);
  });

  it('is a source that fails when fetch alone has the signal', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const response = fetch(server.serve(head('200 OK', { 'Content-Length': 10 }), 'half'), { signal });
    const failure = await rejection(take(response, { onProgress: () => setTimeout(() => controller.abort()) }));
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_SOURCE', partial: b`half`, cause: { name: 'AbortError' } });
  });
});

describe('a server that sends too much', () => {
  const endless = (declared: Record<string, number> = {}) =>
    server.serve(head('200 OK', declared), 'half', PAUSE, 'more');

  it('than it declared: what goes beyond is no part of the answer', async () => {
    const url = server.serve(head('200 OK', { 'Content-Length': 4 }), 'halfmore', END);
    for (const request of Object.values(clients)) {
      expect((await take(request(url))).getvalue()).toEqual(b`half`);
    }
  });

  it.each(Object.entries(clients))('than the caller expects, to %s: it is left', async (_, request) => {
    const failure = await rejection(take(request(endless()), { expectedLength: 6 }));
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_OVERRUN', partial: b`halfmore`, expected: 6 });
  });

  it.each(Object.entries(clients))('than maxBytes, to %s: it is left', async (_, request) => {
    const failure = await rejection(take(request(endless()), { maxBytes: 6 }));
    expect(failure).toBeInstanceOf(LimitError);
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_LIMIT', partial: b`half`, limit: 'maxBytes', allowed: 6 });
  });

  it('than maxBytes by its own account: it is left before anything is read', async () => {
    const url = endless({ 'Content-Length': 2 ** 40 });
    const failure = await rejection(take(fetch(url), { maxBytes: 6 }));
    expect(failure).toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
      partial: b``,
      message: `Cannot read ${2 ** 40} bytes from the source: maxBytes is 6`,
    });
  });

  it('once it is unpacked: maxBytes counts what comes out', async () => {
    const bomb = gzipSync(new Uint8Array(16 * MIB));
    const coded = head('200 OK', { 'Content-Encoding': 'gzip', 'Content-Length': bomb.length + 1 });
    const failure = await rejection(take(fetch(server.serve(coded, bomb)), { maxBytes: MIB }));
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_LIMIT', limit: 'maxBytes', allowed: MIB });
    expect(failure.partial.length).toBeLessThanOrEqual(MIB);
  });
});

describe('a server that sends too little', () => {
  it.each(Object.entries(clients))('for what the caller expects, to %s', async (_, request) => {
    const url = server.serve(head('200 OK', { 'Content-Length': 4 }), 'half', END);
    const failure = await rejection(take(request(url), { expectedLength: 10 }));
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure).toMatchObject({ code: 'ERR_MEMIO_TRUNCATED', partial: b`half`, expected: 10 });
    expect(failure.cause).toBe(undefined);
  });
});

describe('a server that answers something else', () => {
  it.each([
    ['404 Not Found', {}],
    ['500 Oops', {}],
    ['503 Busy', { 'Retry-After': 1 }],
    ['302 Found', {}],
  ])('%s: its body is not taken in, and not waited for', async (status, headers) => {
    const failure = await rejection(take(fetch(server.serve(head(status, headers), 'an endless page'))));
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure).toMatchObject({
      code: 'ERR_MEMIO_STATUS',
      message: `Cannot read the source: the server answered ${status}`,
      partial: b``,
      expected: undefined,
    });
  });

  it('that nothing has changed, to who asked for it', async () => {
    const url = server.serve(head('304 Not Modified', { 'Content-Length': 4 }), END);
    expect(await rejection(take(fetch(url)))).toMatchObject({ code: 'ERR_MEMIO_STATUS', partial: b`` });
  });

  it('a redirect that fetch was told not to follow', async () => {
    const url = server.serve(head('301 Moved', { Location: '/0', 'Content-Length': 9 }), 'half');
    expect(await rejection(take(fetch(url, { redirect: 'manual' })))).toMatchObject({ code: 'ERR_MEMIO_STATUS' });
  });

  it('a redirect: the length of where it ends is the one that counts', async () => {
    const end = server.serve(head('200 OK', { 'Content-Length': 4 }), 'half', END);
    const over = server.serve(head('307 Over there', { Location: end, 'Content-Length': 9 }), '<a></a>\r\n', END);
    const progress: unknown[] = [];
    const io = await take(fetch(server.serve(head('302 Found', { Location: over, 'Content-Length': 0 }), END)), {
      onProgress: (...told) => progress.push(told),
    });
    expect(io.getvalue()).toEqual(b`half`);
    expect(progress).toEqual([[4, 4]]);
  });

  it('a redirect to what is gone', async () => {
    const gone = server.serve(head('410 Gone', { 'Content-Length': 4 }), 'gone', END);
    const url = server.serve(head('302 Found', { Location: gone, 'Content-Length': 0 }), END);
    expect(await rejection(take(fetch(url)))).toMatchObject({
      code: 'ERR_MEMIO_STATUS',
      message: 'Cannot read the source: the server answered 410 Gone',
    });
  });
});

describe('a server that is in order', () => {
  it.each<[string, () => Move[], string]>([
    ['the length', () => [head('200 OK', { 'Content-Length': 4 }), 'half', END], 'half'],
    ['one byte at a time', () => [head('200 OK', { 'Content-Length': 4 }), 'h', PAUSE, 'a', PAUSE, 'lf', END], 'half'],
    [
      'chunks',
      () => [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk('ha'), chunk('lf'), chunk(''), END],
      'half',
    ],
    ['no length, only an end', () => [head('200 OK'), 'half', END], 'half'],
    ['nothing', () => [head('200 OK', { 'Content-Length': 0 }), END], ''],
    ['no chunk', () => [head('200 OK', { 'Transfer-Encoding': 'chunked' }), chunk(''), END], ''],
    ['no content', () => [head('204 No Content'), END], ''],
    [
      'a part',
      () => [head('206 Partial', { 'Content-Range': 'bytes 4-7/8', 'Content-Length': 4 }), 'half', END],
      'half',
    ],
    [
      'gzip, with the length of what it compressed',
      () => [head('200 OK', { 'Content-Encoding': 'gzip', 'Content-Length': zipped.length }), zipped, END],
      text,
    ],
    [
      'gzip in chunks',
      () => [
        head('200 OK', { 'Content-Encoding': 'gzip', 'Transfer-Encoding': 'chunked' }),
        chunk(zipped.subarray(0, 7)),
        chunk(zipped.subarray(7)),
        chunk(''),
        END,
      ],
      text,
    ],
  ])('sends %s', async (_, moves, content) => {
    const io = await take(fetch(server.serve(...moves())));
    expect(Buffer.from(io.getvalue()).toString()).toBe(content);
  });

  it('is asked for the head only: there is nothing to take in', async () => {
    const url = server.serve(head('200 OK', { 'Transfer-Encoding': 'chunked' }), END);
    expect((await take(fetch(url, { method: 'HEAD' }))).size).toBe(0);
  });

  it('is read by both clients whatever it sends and however it cuts it', async () => {
    const size = fc.constantFrom(0, 1, 2, 3, 7, 13, 101, 4099, 65_537);
    const framing = fc.constantFrom('length', 'chunked', 'close', 'gzip');
    await fc.assert(
      fc.asyncProperty(
        fc.array(size, { maxLength: 9 }),
        framing,
        fc.constantFrom(...Object.values(clients)),
        async (sizes, frame, request) => {
          let next = 0;
          const parts = sizes.map((length) => Uint8Array.from({ length }, () => next++ * 31));
          const content = Buffer.concat(parts);
          const zip = frame === 'gzip' && request === clients.fetch;
          const body = zip ? gzipSync(content) : content;
          const cut = zip ? [body.subarray(0, 11), body.subarray(11)] : parts;
          const chunked = frame === 'chunked' ? [...cut.filter((part) => part.length > 0).map(chunk), chunk('')] : cut;
          const headers = {
            length: { 'Content-Length': body.length },
            gzip: { 'Content-Length': body.length, 'Content-Encoding': zip ? 'gzip' : 'identity' },
            chunked: { 'Transfer-Encoding': 'chunked' },
            close: {},
          }[frame];
          const io = await take(
            request(server.serve(head('200 OK', headers as Record<string, string>), ...chunked, END)),
          );
          expect(Buffer.from(io.getvalue()).equals(content)).toBe(true);
          expect(io.tell()).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
