import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BytesIO, type BytesLike, b, type FromOptions, type Source, SourceError } from './index.ts';

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const resolved = Symbol('resolved');
  const error = await promise.then(
    () => resolved,
    (error: unknown) => error,
  );
  expect(error).not.toBe(resolved);
  return error;
}

const CHUNK = new Uint8Array(1000);
const EMPTY = new Uint8Array(0);

/** Sources that never end, and answer at once: nothing but their reader gives the event loop a turn. */
const endless: [string, () => Source][] = (
  [
    ['chunks', CHUNK],
    ['short chunks', Uint8Array.of(7)],
  ] as const
).flatMap(([what, chunk]): [string, () => Source][] => [
  [
    `a generator of ${what}`,
    function* () {
      for (;;) yield chunk;
    } as () => Source,
  ],
  [
    `an async generator of ${what}`,
    async function* () {
      for (;;) yield chunk;
    } as () => Source,
  ],
  [
    `an iterator of ${what}, by hand`,
    () => ({ [Symbol.iterator]: () => ({ next: () => ({ done: false, value: chunk }) }) }),
  ],
  [
    `an async iterator of ${what} that answers without a promise`,
    () => ({ [Symbol.asyncIterator]: () => ({ next: () => ({ done: false, value: chunk }) as never }) }),
  ],
  [
    `an async iterator of ${what} that answers with a promise`,
    () => ({ [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: false as const, value: chunk }) }) }),
  ],
  [
    `a ReadableStream of ${what}`,
    () => new ReadableStream<BytesLike>({ pull: (controller) => controller.enqueue(chunk) }),
  ],
  [
    `a byte stream of ${what}`,
    () =>
      new ReadableStream({
        type: 'bytes',
        pull: (controller) => controller.enqueue(chunk.slice()),
      }) as ReadableStream<BytesLike>,
  ],
  [
    `a Response of ${what}`,
    () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk.slice()) })),
  ],
  [
    `a Node stream of ${what}`,
    () =>
      new Readable({
        read() {
          this.push(chunk);
        },
      }),
  ],
  [
    `Readable.from() of ${what}`,
    () =>
      Readable.from(
        (function* () {
          for (;;) yield chunk;
        })(),
      ),
  ],
]);

describe('an endless source that leaves the event loop no turn', () => {
  const ways: [string, (source: Source, options: FromOptions) => Promise<unknown>][] = [
    ['BytesIO.from()', (source, options) => BytesIO.from(source, options)],
    ['writeFrom()', (source, options) => new BytesIO(b`kept`).writeFrom(source, options)],
  ];

  it.each(
    endless.map(([name, make], index) => ({ name, make, ...{ way: ways[index % 2]![0], take: ways[index % 2]![1] } })),
  )('$name is left by $way when its signal is aborted', async ({ make, take }) => {
    const signal = AbortSignal.timeout(100);
    const start = performance.now();
    expect(await rejection(take(make(), { signal }))).toBe(signal.reason);
    // It takes about 120 ms; the rest is for a machine that does other things as well.
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.each<[string, () => Source]>([
    [
      'a generator',
      function* () {
        for (;;) yield EMPTY;
      } as () => Source,
    ],
    [
      'an async generator',
      async function* () {
        for (;;) yield EMPTY;
      } as () => Source,
    ],
    ['a ReadableStream', () => new ReadableStream<BytesLike>({ pull: (controller) => controller.enqueue(EMPTY) })],
    [
      'a Node stream of objects',
      () =>
        new Readable({
          objectMode: true,
          read() {
            this.push(EMPTY);
          },
        }),
    ],
  ])('and yields empty chunks only is an error: %s', async (_, make) => {
    const error = await rejection(BytesIO.from(make()));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_SOURCE', message: expect.stringMatching(/empty chunks/) });
  });

  it('may yield empty chunks in between', async () => {
    const source = function* () {
      for (let round = 0; round < 9000; round++) yield EMPTY;
      yield b`a`;
      for (let round = 0; round < 1000; round++) yield EMPTY;
    };
    expect((await BytesIO.from(source())).getvalue()).toEqual(b`a`);
  });

  it.each(endless.filter(([name]) => !name.includes('short')))(
    'is left as soon as it has more than maxBytes: %s',
    async (_, make) => {
      expect(await rejection(BytesIO.from(make(), { maxBytes: 10_000 }))).toMatchObject({
        code: 'ERR_MEMIO_LIMIT',
        limit: 'maxBytes',
        allowed: 10_000,
        partial: new Uint8Array(10_000),
      });
    },
  );

  it.each(endless.filter(([name]) => !name.includes('short')))(
    'is left by writeFrom() as soon as the stream would exceed its own maxBytes: %s',
    async (_, make) => {
      const io = new BytesIO(b`kept`, { maxBytes: 10_000 });
      io.seek(2);
      expect(await rejection(io.writeFrom(make()))).toMatchObject({
        code: 'ERR_MEMIO_LIMIT',
        limit: 'maxBytes',
        allowed: 10_000,
      });
      expect(io.getvalue()).toEqual(b`kept`);
      expect(io.tell()).toBe(2);
    },
  );
});

describe('the event loop', () => {
  const MiB = 1024 * 1024;
  const many = (count: number, chunk: Uint8Array): Source => ({
    *[Symbol.iterator]() {
      for (let index = 0; index < count; index++) yield chunk;
    },
  });

  it.each<[string, () => Source]>([
    ['two million chunks of one byte', () => many(2_000_000, Uint8Array.of(7))],
    ['100,000 chunks of 1 KiB', () => many(100_000, new Uint8Array(1024))],
    ['96 chunks of 1 MiB', () => many(96, new Uint8Array(MiB))],
    [
      'a stream of 96 chunks of 1 MiB',
      () => {
        let left = 96;
        return new ReadableStream<BytesLike>({
          pull(controller) {
            if (left-- > 0) controller.enqueue(new Uint8Array(MiB));
            else controller.close();
          },
        });
      },
    ],
  ])('is not blocked for long by %s', async (_, make) => {
    const source = make();
    const delays = monitorEventLoopDelay({ resolution: 5 });
    let turns = 0;
    const count = () => {
      turns += 1;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    delays.enable();
    try {
      await BytesIO.from(source);
    } finally {
      delays.disable();
      clearImmediate(timer);
    }
    expect(turns).toBeGreaterThan(1);
    // Turns of 20 ms; a busy machine stops a process for longer than that now and then.
    expect(delays.percentile(80) / 1e6).toBeLessThan(60);
  });
});

describe('chunks that the source uses again', () => {
  const memory = new Uint8Array(5000);
  const steps = ['A', 'B', 'C'];
  const expected = steps.map((step) => step.repeat(5000)).join('');
  const next = (step: string) => {
    memory.fill(step.charCodeAt(0));
    return memory;
  };

  it.each<[string, () => Source]>([
    [
      'a ReadableStream',
      () => {
        const left = [...steps];
        return new ReadableStream<BytesLike>(
          {
            pull(controller) {
              const step = left.shift();
              if (step) controller.enqueue(next(step));
              else controller.close();
            },
          },
          { highWaterMark: 0 },
        );
      },
    ],
    [
      'a generator',
      function* () {
        for (const step of steps) yield next(step);
      } as () => Source,
    ],
    [
      'an async generator',
      async function* () {
        for (const step of steps) yield next(step);
      } as () => Source,
    ],
  ])('are copied as they come from %s', async (_, make) => {
    expect((await BytesIO.from(make())).text()).toBe(expected);
    const io = new BytesIO();
    await io.writeFrom(make(), { expectedLength: 15_000 });
    expect(io.text()).toBe(expected);
  });

  it.each([10, 5000, 40 * 1024 * 1024])(
    'and those that are kept are an error once they are detached before the end: %i bytes',
    async (length) => {
      const chunks = [new Uint8Array(length).fill(65), new Uint8Array(length).fill(66)];
      const stream = new Readable({ read() {}, highWaterMark: 100 * 1024 * 1024 });
      stream.push(Buffer.from(chunks[0]!.buffer));
      const result = BytesIO.from(stream, {
        onProgress(received) {
          if (received !== length) return;
          structuredClone(chunks[0]!.buffer, { transfer: [chunks[0]!.buffer] });
          stream.push(Buffer.from(chunks[1]!.buffer));
          stream.push(null);
        },
      });
      const io = await result.catch((error: unknown) => error);
      if (io instanceof BytesIO) {
        // It was copied when it came.
        expect(io.size).toBe(2 * length);
        expect(io.getvalue()[0]).toBe(65);
      } else {
        expect(io).toBeInstanceOf(SourceError);
        expect(io).toMatchObject({ code: 'ERR_MEMIO_SOURCE', message: expect.stringContaining('detached') });
      }
    },
  );
});

describe('onProgress', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['0', 0],
    ['an error', new Error('no screen')],
  ])('that throws %s stops the source and rejects with it', async (_, thrown) => {
    const cancelled = vi.fn();
    const source = new ReadableStream<BytesLike>({
      pull: (controller) => controller.enqueue(b`a`),
      cancel: cancelled,
    });
    const taking = BytesIO.from(source, {
      onProgress() {
        throw thrown;
      },
    });
    expect(await rejection(taking)).toBe(thrown);
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['an error', new Error('no screen')],
  ])('that rejects with %s, being async, rejects with it and is no unhandled rejection', async (_, thrown) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    try {
      const source = async function* () {
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield b`a`;
        }
      };
      const taking = BytesIO.from(source(), {
        async onProgress() {
          throw thrown;
        },
      });
      expect(await rejection(taking)).toBe(thrown);
      // After all has come, it is too late to matter, and still no unhandled rejection.
      let late!: (error: unknown) => void;
      const onProgress = () =>
        new Promise<void>((_, reject) => {
          late = reject;
        });
      expect((await BytesIO.from(b`abc`, { onProgress: onProgress as () => void })).size).toBe(3);
      late(thrown);
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      process.off('unhandledRejection', unhandled);
    }
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('an iterator whose next()', () => {
  const source = (next: () => unknown, kind: symbol = Symbol.iterator) => ({ [kind]: () => ({ next }) }) as never;

  it.each<[string, () => unknown]>([
    ['returns null', () => null],
    ['returns undefined', () => undefined],
    ['returns a number', () => 7],
    ['resolves to null', () => Promise.resolve(null)],
    ['resolves to nothing', async () => {}],
    ['is missing', undefined as never],
  ])('%s is an error of the source', async (_, next) => {
    for (const kind of [Symbol.iterator, Symbol.asyncIterator]) {
      const error = await rejection(BytesIO.from(source(next, kind)));
      expect(error).toBeInstanceOf(SourceError);
      expect(error).toMatchObject({ code: 'ERR_MEMIO_SOURCE', partial: b`` });
    }
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('disk on fire');
      },
    ],
    ['is no function', 7 as never],
  ])('cannot be had, since [Symbol.iterator] %s, is an error of the source', async (_, make) => {
    expect(await rejection(BytesIO.from({ [Symbol.asyncIterator]: make } as never))).toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
    });
  });

  it('returns done without a value ends', async () => {
    expect((await BytesIO.from(source(() => ({ done: true })))).size).toBe(0);
  });
});

describe('options', () => {
  const cases: [unknown, RegExp][] = [
    [null, /^Cannot read a source: options must be an object, not null$/],
    [7, /^Cannot read a source: options must be an object, not 7$/],
    ['utf8', /^Cannot read a source: options must be an object/],
    [{ maxbytes: 1 }, /unknown option "maxbytes"; did you mean maxBytes\?$/],
    [{ onprogress() {} }, /unknown option "onprogress"; did you mean onProgress\?$|unknown option "onprogress"/],
    [{ size: 1 }, /unknown option "size"/],
    [{ signal: new AbortController() }, /signal must be an AbortSignal; pass controller\.signal$/],
    [{ signal: {} }, /signal must be an AbortSignal$/],
    [{ signal: null }, /signal must be an AbortSignal$/],
    [{ maxBytes: null }, /maxBytes must be an integer$/],
    [{ expectedLength: Number.NaN }, /expectedLength must be an integer$/],
  ];

  it.each(cases)(
    'of from() and writeFrom() like %o are refused, and the stream is as it was',
    async (options, message) => {
      const io = new BytesIO(b`kept`);
      for (const taking of [BytesIO.from([b`a`], options as never), io.writeFrom([b`a`], options as never)]) {
        const error = await rejection(taking);
        expect(error).toBeInstanceOf(TypeError);
        expect(error).toMatchObject({ code: 'ERR_MEMIO_TYPE', message: expect.stringMatching(message) });
      }
      expect(io.getvalue()).toEqual(b`kept`);
    },
  );
});

describe('a body of another library', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });
  const headers = new Headers({ 'content-length': '6' });

  it('like node-fetch’s, a Response whose body is a Node stream, is read', async () => {
    const body = Readable.from([Buffer.from('abc'), Buffer.from('def')]);
    const response = {
      ok: true,
      status: 200,
      statusText: 'OK',
      bodyUsed: false,
      headers,
      body,
      arrayBuffer: async () => {},
    };
    expect((await BytesIO.from(response as never)).getvalue()).toEqual(b`abcdef`);
  });

  it('like node-fetch’s is an error when its status is, and is destroyed', async () => {
    const body = new PassThrough();
    const response = {
      ok: false,
      status: 503,
      statusText: 'Busy',
      bodyUsed: false,
      headers,
      body,
      arrayBuffer: async () => {},
    };
    expect(await rejection(BytesIO.from(response as never))).toMatchObject({ code: 'ERR_MEMIO_STATUS' });
    expect(body.destroyed).toBe(true);
  });

  it('like undici’s, with arrayBuffer() and without stream(), is read as what it iterates over', async () => {
    const body = Object.assign(Readable.from([Buffer.from('abc'), Buffer.from('def')]), {
      arrayBuffer: async () => new ArrayBuffer(0),
      bodyUsed: false,
    });
    expect((await BytesIO.from(body as Source)).getvalue()).toEqual(b`abcdef`);
  });

  it('that is a Request is read, and its length is checked', async () => {
    const request = (body: BodyInit, length?: string) =>
      new Request('http://127.0.0.1/', {
        method: 'POST',
        body,
        ...(length ? { headers: { 'content-length': length } } : {}),
      });
    expect((await BytesIO.from(request('abcdef'))).getvalue()).toEqual(b`abcdef`);
    expect((await BytesIO.from(new Request('http://127.0.0.1/'))).size).toBe(0);
    const onProgress = vi.fn();
    await BytesIO.from(request('abcdef', '6'), { onProgress });
    expect(onProgress.mock.calls).toEqual([[6, 6]]);
    expect(await rejection(BytesIO.from(request('abcdef', '7')))).toMatchObject({ code: 'ERR_MEMIO_TRUNCATED' });
    const used = request('abc');
    await used.text();
    expect(await rejection(BytesIO.from(used))).toMatchObject({
      message: 'Cannot read the source: its body was read before',
    });
  });

  it('that is a Request still content-encoded has the length of what comes, since nobody decodes it', async () => {
    const make = (length: string) =>
      new Request('http://127.0.0.1/', {
        method: 'POST',
        body: 'abc',
        headers: { 'content-length': length, 'content-encoding': 'gzip' },
      });
    expect((await BytesIO.from(make('3'))).size).toBe(3);
    expect(await rejection(BytesIO.from(make('9')))).toMatchObject({ code: 'ERR_MEMIO_TRUNCATED' });
  });
});
