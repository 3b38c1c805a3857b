import { getEventListeners } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { describe as call } from './errors.ts';
import { BytesIO, type BytesLike, b, type FromOptions, type Source, SourceError } from './index.ts';

type Chunks = Uint8Array<ArrayBuffer>[];

function webStream(chunks: readonly unknown[]): ReadableStream<BytesLike> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller: ReadableStreamDefaultController) {
      if (left.length === 0) controller.close();
      else controller.enqueue(left.shift());
    },
  });
}

/** Yields `chunks`, then does not go on until it is cancelled. */
function endless(chunks: readonly unknown[], cancelled: (reason: unknown) => void): ReadableStream<BytesLike> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller: ReadableStreamDefaultController) {
      if (left.length === 0) return new Promise(() => {});
      controller.enqueue(left.shift());
    },
    cancel: cancelled,
  });
}

/** Every kind of source, made of the same chunks. */
const kinds: [string, (chunks: Chunks) => Source][] = [
  ['a Uint8Array', (chunks) => Buffer.concat(chunks)],
  ['an ArrayBuffer', (chunks) => new Uint8Array(Buffer.concat(chunks)).buffer],
  ['a DataView', (chunks) => new DataView(new Uint8Array(Buffer.concat(chunks)).buffer)],
  ['a Blob', (chunks) => new Blob(chunks)],
  ['a File', (chunks) => new File(chunks, 'name')],
  ['a Response', (chunks) => new Response(webStream(chunks.filter((chunk) => chunk.length > 0)))],
  ['a Response of bytes', (chunks) => new Response(Buffer.concat(chunks))],
  ['a ReadableStream', (chunks) => webStream(chunks)],
  [
    'a byte stream',
    (chunks) => {
      const left = chunks.filter((chunk) => chunk.length > 0).map((chunk) => chunk.slice());
      return new ReadableStream({
        type: 'bytes',
        pull(controller) {
          const chunk = left.shift();
          if (chunk) controller.enqueue(chunk);
          else controller.close();
        },
      }) as ReadableStream<BytesLike>;
    },
  ],
  ['an array', (chunks) => chunks],
  ['a set', (chunks) => new Set(chunks)],
  ['a generator that reuses its array', (chunks) => reusing(chunks)],
  ['an async generator that reuses its array', (chunks) => reusingAsync(chunks)],
  ['a Node stream', (chunks) => Readable.from(chunks.filter((chunk) => chunk.length > 0))],
  [
    'a Node stream that flows',
    (chunks) => {
      const stream = new PassThrough({ highWaterMark: 3 });
      for (const chunk of chunks) stream.write(chunk);
      stream.end();
      return stream;
    },
  ],
  [
    'a BytesIO',
    (chunks) => {
      const io = new BytesIO(b`skipped`);
      io.seek(7);
      io.writelines(chunks);
      io.seek(7);
      return io;
    },
  ],
];

function* reusing(chunks: Chunks): Generator<Uint8Array> {
  const memory = new Uint8Array(Math.max(1, ...chunks.map((chunk) => chunk.length)));
  for (const chunk of chunks) {
    memory.set(chunk);
    yield memory.subarray(0, chunk.length);
    memory.fill(0xee);
  }
}

async function* reusingAsync(chunks: Chunks): AsyncGenerator<Uint8Array> {
  yield* reusing(chunks);
}

/** What a rejected promise was rejected with. */
async function rejection(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  const nothing = Symbol('nothing');
  const error = await promise.then(
    () => nothing,
    (error: unknown) => error,
  );
  expect(error).not.toBe(nothing);
  return error as Record<string, unknown>;
}

describe('BytesIO.from()', () => {
  const chunkings: [string, Chunks][] = [
    ['nothing', []],
    ['one byte', [b`a`]],
    ['empty chunks', [b``, b`a`, b``, b``, b`\xff`, b``]],
    ['lines', [b`one\n`, b`two\n`, b`three`]],
    ['large chunks', [new Uint8Array(70_000).fill(7), new Uint8Array(3).fill(8), new Uint8Array(130_000).fill(9)]],
  ];

  it.each(kinds.flatMap(([kind, make]) => chunkings.map(([what, chunks]) => ({ kind, make, what, chunks }))))(
    'takes $what from $kind',
    async ({ make, chunks }) => {
      const io = await BytesIO.from(make(chunks));
      expect(io).toBeInstanceOf(BytesIO);
      expect(io.tell()).toBe(0);
      expect(Buffer.from(io.getvalue()).equals(Buffer.concat(chunks))).toBe(true);
    },
  );

  it('takes chunks of every size from every kind of source', async () => {
    const sizes = fc.array(fc.constantFrom(0, 1, 2, 3, 5, 7, 11, 13, 101, 257, 4099), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.constantFrom(...kinds), async (lengths, [, make]) => {
        let next = 0;
        const chunks = lengths.map((length) => Uint8Array.from({ length }, () => next++ * 31));
        const io = await BytesIO.from(make(chunks));
        expect(Buffer.from(io.getvalue()).equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, (chunks: Chunks) => Source, FromOptions]>([
    ['a stream', (chunks) => webStream(chunks), {}],
    ['a stream of a known length', (chunks) => webStream(chunks), { expectedLength: 33 * 1024 * 1024 + 3 }],
    ['a generator that reuses its array', reusing, {}],
  ])('takes more than 32 MiB from %s', async (_, make, options) => {
    const chunks = Array.from({ length: 33 }, (_, index) => new Uint8Array(1024 * 1024).fill(index + 1));
    const io = await BytesIO.from(make([...chunks, b`end`]), options);
    expect(io.tell()).toBe(0);
    const content = Buffer.from(io.getvalue().buffer);
    expect(content.length).toBe(33 * 1024 * 1024 + 3);
    for (const [index, chunk] of chunks.entries()) {
      expect(content.compare(chunk, 0, chunk.length, index * chunk.length, (index + 1) * chunk.length)).toBe(0);
    }
    expect(content.subarray(-3).toString()).toBe('end');
  });

  it('takes chunks that are views of any kind, by their bytes', async () => {
    const memory = b`..abcdef..`.buffer;
    const chunks = [
      new Int16Array(memory, 2, 1),
      new DataView(memory, 4, 2),
      new SharedArrayBuffer(1),
      memory.slice(6, 8),
    ];
    for (const source of [chunks, webStream(chunks)]) {
      expect((await BytesIO.from(source)).getvalue()).toEqual(b`abcd\0ef`);
    }
  });

  it('copies what it keeps: the source may change its memory afterwards', async () => {
    for (const [, make] of kinds) {
      const chunks = [b`abc`, b`def`];
      const io = await BytesIO.from(make(chunks));
      for (const chunk of chunks) chunk.fill(0);
      expect(io.getvalue()).toEqual(b`abcdef`);
      expect(io.getvalue().buffer.byteLength).toBe(6);
    }
  });

  it('reads a BytesIO from its cursor and leaves it at its end', async () => {
    const source = new BytesIO(b`one\ntwo`);
    source.seek(2);
    expect((await BytesIO.from(source)).getvalue()).toEqual(b`e\ntwo`);
    expect(source.tell()).toBe(7);
    expect((await BytesIO.from(source)).size).toBe(0);
  });

  it('limits the transfer by maxBytes, and not what is written later', async () => {
    const io = await BytesIO.from([b`abc`], { maxBytes: 3 });
    io.seek(0, 2);
    expect(io.write(b`def`)).toBe(3);
    expect(await io.writeFrom([b`g`], { maxBytes: 1 })).toBe(1);
    expect(io.write(b`h`)).toBe(1);
    expect(io.getvalue()).toEqual(b`abcdefgh`);
  });

  it.each<[unknown, string]>([
    ['text', 'encode text with new TextEncoder(), and load() a path with @memio/node'],
    ['', 'encode text with new TextEncoder(), and load() a path with @memio/node'],
    [7, ''],
    [7n, ''],
    [undefined, ''],
    [null, ''],
    [{}, ''],
    [Object.create(null), ''],
    [function* chunks() {}, 'call it, and pass what it returns'],
    [Promise.resolve(b`abc`), 'await it first'],
    [{ [Symbol.toStringTag]: 'Blob', size: 3 }, ''],
    [{ [Symbol.toStringTag]: 'ArrayBuffer', length: 3 }, ''],
  ])('refuses %o and names the cure', async (source, cure) => {
    const attempts = [BytesIO.from(source as never), new BytesIO().writeFrom(source as never)];
    for (const error of await Promise.all(attempts.map(rejection))) {
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: 'ERR_MEMIO_TYPE', message: expect.stringContaining(cure) });
      expect(error['message']).toMatch(
        `Cannot read ${call(source)}: expected bytes, a Blob, Response, stream or iterable; `,
      );
    }
  });

  it.each<[FromOptions, string, RegExp]>([
    [{ maxBytes: -1 }, 'ERR_MEMIO_RANGE', /^Cannot .* -1\b.*: maxBytes must be >= 0$/],
    [{ maxBytes: 1.5 }, 'ERR_MEMIO_TYPE', /^Cannot .* 1\.5.*: maxBytes must be an integer$/],
    [{ expectedLength: -1 }, 'ERR_MEMIO_RANGE', /^Cannot expect -1: expectedLength must be >= 0$/],
    [{ expectedLength: 0.5 }, 'ERR_MEMIO_TYPE', /^Cannot expect 0\.5: expectedLength must be an integer$/],
    [{ expectedLength: '3' as never }, 'ERR_MEMIO_TYPE', /the string "3".*: expectedLength must be an integer$/],
  ])('refuses the options %o', async (options, code, message) => {
    expect(await rejection(BytesIO.from([b`abc`], options))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

describe('writeFrom()', () => {
  it.each(kinds)('writes at the cursor what comes from %s', async (_, make) => {
    const io = new BytesIO(b`..........`);
    io.seek(2);
    expect(await io.writeFrom(make([b`abc`, b`de`]))).toBe(5);
    expect(io.getvalue()).toEqual(b`..abcde...`);
    expect(io.tell()).toBe(7);
  });

  it('writes nothing of an empty source, and fills no gap', async () => {
    const io = new BytesIO(b`a`);
    io.seek(5);
    expect(await io.writeFrom([])).toBe(0);
    expect(io.tell()).toBe(5);
    expect(io.size).toBe(1);
  });

  it('needs no room for nothing, wherever the cursor is', async () => {
    const io = new BytesIO(b`a`, { maxBytes: 1 });
    io.seek(2 ** 52);
    expect(await io.writeFrom([b``])).toBe(0);
    using _view = io.getbuffer();
    expect(await io.writeFrom([])).toBe(0);
  });

  it('writes at the cursor as it is when the source has ended', async () => {
    const io = new BytesIO(b`......`);
    const writing = io.writeFrom([b`abc`]);
    io.seek(3);
    expect(await writing).toBe(3);
    expect(io.getvalue()).toEqual(b`...abc`);
  });

  it('leaves the stream as it was when the source fails', async () => {
    const io = new BytesIO(b`abc`);
    io.seek(1);
    const source = async function* () {
      yield b`XYZ`;
      yield b`xyz`;
      throw new Error('disk on fire');
    };
    expect(await rejection(io.writeFrom(source()))).toMatchObject({ code: 'ERR_MEMIO_SOURCE', partial: b`XYZxyz` });
    expect(io.getvalue()).toEqual(b`abc`);
    expect(io.tell()).toBe(1);
  });

  it('can write a stream’s rest behind itself', async () => {
    const io = new BytesIO(b`one\ntwo`);
    io.seek(4);
    expect(await io.writeFrom(io)).toBe(3);
    expect(io.getvalue()).toEqual(b`one\ntwotwo`);
  });

  it.each<[FromOptions, string, string]>([
    [{ maxBytes: -1 }, 'ERR_MEMIO_RANGE', 'Cannot read at most -1: maxBytes must be >= 0'],
    [{ maxBytes: Number.NaN }, 'ERR_MEMIO_TYPE', 'Cannot read at most NaN: maxBytes must be an integer'],
  ])('refuses the options %o', async (options, code, message) => {
    expect(await rejection(new BytesIO().writeFrom([b`abc`], options))).toMatchObject({ code, message });
  });

  it.each<[number, boolean]>([
    [3, true],
    [2, false],
    [0, false],
    [Number.POSITIVE_INFINITY, true],
  ])('takes at most maxBytes: 3 of %s', async (maxBytes, fits) => {
    const result = new BytesIO().writeFrom([b`ab`, b`c`], { maxBytes });
    if (fits) expect(await result).toBe(3);
    else expect(await rejection(result)).toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
  });
});

describe('maxBytes', () => {
  it('cancels the source, with the error, and carries what had arrived', async () => {
    const cancelled = vi.fn();
    const error = await rejection(BytesIO.from(endless([b`abc`, b`de`, b`f`], cancelled), { maxBytes: 4 }));
    expect(error).toMatchObject({
      name: 'LimitError',
      code: 'ERR_MEMIO_LIMIT',
      message: 'Cannot read 5 bytes from the source: maxBytes is 4',
      limit: 'maxBytes',
      allowed: 4,
      partial: b`abc`,
    });
    expect(cancelled.mock.calls.map(([reason]) => reason)).toStrictEqual([error]);
  });

  it.each<[string, () => Source]>([
    ['bytes', () => b`abcde`],
    ['a Blob', () => new Blob(['abcde'])],
    ['a Response with a Content-Length', () => new Response('abcde', { headers: { 'content-length': '5' } })],
  ])('refuses %s by its size before it is read', async (_, make) => {
    const error = await rejection(BytesIO.from(make(), { maxBytes: 4 }));
    expect(error).toMatchObject({ message: 'Cannot read 5 bytes from the source: maxBytes is 4', partial: b`` });
    expect((await BytesIO.from(make(), { maxBytes: 5 })).size).toBe(5);
  });

  it('refuses an expectedLength above it and cancels the source', async () => {
    const cancelled = vi.fn();
    const error = await rejection(BytesIO.from(endless([b`a`], cancelled), { maxBytes: 4, expectedLength: 5 }));
    expect(error).toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
      message: 'Cannot read 5 bytes from the source: maxBytes is 4',
    });
    expect(cancelled).toHaveBeenCalledTimes(1);
  });
});

describe('expectedLength', () => {
  it.each(kinds)('that is right lets everything through from %s', async (_, make) => {
    expect((await BytesIO.from(make([b`ab`, b`c`]), { expectedLength: 3 })).getvalue()).toEqual(b`abc`);
  });

  it.each(kinds)('that is too large is an error at the end of %s', async (_, make) => {
    const error = await rejection(BytesIO.from(make([b`ab`, b`c`]), { expectedLength: 5 }));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({
      code: 'ERR_MEMIO_TRUNCATED',
      message: 'The source ended after 3 of 5 bytes',
      partial: b`abc`,
      expected: 5,
    });
    const { partial } = error as unknown as SourceError;
    expect(partial.buffer.byteLength).toBe(3);
  });

  it.each(kinds)('that is too small is an error at the first byte too many of %s', async (_, make) => {
    const error = await rejection(BytesIO.from(make([b`ab`, b`c`, b`d`]), { expectedLength: 2 }));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_OVERRUN', expected: 2 });
    expect(error['message']).toMatch(/^The source exceeded the expected length after [34] of 2 bytes$/);
  });

  it('that is too small cancels the source', async () => {
    const cancelled = vi.fn();
    const error = await rejection(BytesIO.from(endless([b`ab`, b`cd`, b`e`], cancelled), { expectedLength: 3 }));
    expect(error).toMatchObject({
      message: 'The source exceeded the expected length after 4 of 3 bytes',
      partial: b`abcd`,
    });
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it('of 0 expects nothing', async () => {
    expect((await BytesIO.from([b``], { expectedLength: 0 })).size).toBe(0);
    expect(await rejection(BytesIO.from([b`a`], { expectedLength: 0 }))).toMatchObject({ code: 'ERR_MEMIO_OVERRUN' });
  });

  it('goes before the size of a Blob and before Content-Length', async () => {
    const response = new Response('abc', { headers: { 'content-length': '7' } });
    expect((await BytesIO.from(response, { expectedLength: 3 })).size).toBe(3);
    expect(await rejection(BytesIO.from(new Blob(['abc']), { expectedLength: 4 }))).toMatchObject({
      code: 'ERR_MEMIO_TRUNCATED',
    });
  });
});

describe('onProgress', () => {
  it.each<[string, Source, FromOptions, [number, number | undefined][]]>([
    [
      'without a known length',
      [b`ab`, b``, b`cde`],
      {},
      [
        [2, undefined],
        [2, undefined],
        [5, undefined],
      ],
    ],
    [
      'with expectedLength',
      [b`ab`, b`c`],
      { expectedLength: 3 },
      [
        [2, 3],
        [3, 3],
      ],
    ],
    ['with the size of bytes', b`abc`, {}, [[3, 3]]],
    ['with the size of a Blob', new Blob(['abc']), {}, [[3, 3]]],
  ])('is told what has arrived %s', async (_, source, options, calls) => {
    const onProgress = vi.fn();
    await BytesIO.from(source, { ...options, onProgress });
    expect(onProgress.mock.calls).toEqual(calls);
  });

  it('that throws stops the source and rejects with what it threw', async () => {
    const cancelled = vi.fn();
    const failure = new Error('no screen');
    const onProgress = () => {
      throw failure;
    };
    expect(await rejection(BytesIO.from(endless([b`a`], cancelled), { onProgress }))).toBe(failure);
    expect(cancelled.mock.calls.map(([reason]) => reason)).toStrictEqual([failure]);
  });
});

describe('signal', () => {
  it('that was aborted before stops everything at once', async () => {
    const cancelled = vi.fn();
    const reason = new Error('enough');
    const error = await rejection(BytesIO.from(endless([b`a`], cancelled), { signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it('aborted in between rejects with its reason and does not wait for the source', async () => {
    const cancelled = vi.fn();
    const controller = new AbortController();
    const error = await rejection(
      BytesIO.from(endless([b`ab`, b`cd`], cancelled), {
        signal: controller.signal,
        expectedLength: 9,
        onProgress: (received) => received === 4 && setTimeout(() => controller.abort()),
      }),
    );
    expect(error).toBe(controller.signal.reason);
    expect(cancelled.mock.calls.map(([reason]) => reason)).toStrictEqual([error]);
  });

  it('aborted by onProgress takes no other chunk', async () => {
    const controller = new AbortController();
    const onProgress = vi.fn(() => controller.abort());
    const error = await rejection(BytesIO.from([b`ab`, b`cd`], { signal: controller.signal, onProgress }));
    expect(error).toBe(controller.signal.reason);
    expect(onProgress.mock.calls).toEqual([[2, undefined]]);
  });

  it('aborted afterwards changes nothing', async () => {
    const controller = new AbortController();
    const io = await BytesIO.from([b`ab`], { signal: controller.signal });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    controller.abort();
    expect(io.getvalue()).toEqual(b`ab`);
  });

  it('is listened to no longer when the source has failed', async () => {
    const { signal } = new AbortController();
    await rejection(BytesIO.from(['text' as never], { signal }));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it.each<[string, (answer: { yields(chunk: Uint8Array): void; fails(error: Error): void }) => void]>([
    ['yields', ({ yields }) => yields(b`cd`)],
    ['fails', ({ fails }) => fails(new Error('disk on fire'))],
  ])('aborted while the source works makes what it %s afterwards of no account', async (_, settle) => {
    const controller = new AbortController();
    const onProgress = vi.fn();
    let answer!: Parameters<typeof settle>[0];
    const asked = [
      Promise.resolve({ done: false as const, value: b`ab` }),
      new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        answer = { yields: (value) => resolve({ done: false, value }), fails: reject };
      }),
    ];
    const iterator = {
      next: vi.fn(() => asked.shift()!),
      return: vi.fn(async () => ({ done: true as const, value: undefined })),
    };
    const source = { [Symbol.asyncIterator]: () => iterator };
    const taking = BytesIO.from(source, { signal: controller.signal, onProgress });
    await vi.waitFor(() => expect(iterator.next).toHaveBeenCalledTimes(2));
    controller.abort();
    expect(await rejection(taking)).toBe(controller.signal.reason);
    settle(answer);
    await new Promise((resolve) => setTimeout(resolve));
    expect(onProgress).toHaveBeenCalledTimes(1);
    expect(iterator.next).toHaveBeenCalledTimes(2);
    expect(iterator.return).toHaveBeenCalledTimes(1);
  });

  it('aborts a Node stream that never ends', async () => {
    const stream = new PassThrough();
    stream.write('ab');
    const controller = new AbortController();
    const error = await rejection(
      BytesIO.from(stream, { signal: controller.signal, onProgress: () => setTimeout(() => controller.abort()) }),
    );
    expect(error).toBe(controller.signal.reason);
    expect(stream.destroyed).toBe(true);
  });

  it('aborts a generator that does not answer, without waiting for it', async () => {
    const controller = new AbortController();
    const source = async function* () {
      yield b`ab`;
      await new Promise(() => {});
    };
    setTimeout(() => controller.abort(), 5);
    expect(await rejection(BytesIO.from(source(), { signal: controller.signal }))).toBe(controller.signal.reason);
  });
});

describe('a source that misbehaves', () => {
  it.each<[string, () => Source]>([
    [
      'a generator',
      function* () {
        yield b`ab`;
        throw new Error('disk on fire');
      } as () => Source,
    ],
    [
      'an async generator',
      async function* () {
        yield b`ab`;
        throw new Error('disk on fire');
      } as () => Source,
    ],
    [
      'a ReadableStream',
      () => {
        const left = [b`ab`];
        return new ReadableStream<BytesLike>({
          pull(controller) {
            if (left.length > 0) controller.enqueue(left.pop()!);
            else controller.error(new Error('disk on fire'));
          },
        });
      },
    ],
    [
      'a Node stream',
      () => {
        const left = [b`ab`];
        return new Readable({
          read() {
            if (left.length > 0) this.push(left.pop());
            else this.destroy(new Error('disk on fire'));
          },
        });
      },
    ],
  ])('fails: %s', async (_, make) => {
    const error = await rejection(BytesIO.from(make(), { expectedLength: 4 }));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({
      name: 'SourceError',
      code: 'ERR_MEMIO_SOURCE',
      message: 'The source failed (disk on fire) after 2 of 4 bytes',
      cause: { message: 'disk on fire' },
      partial: b`ab`,
      expected: 4,
    });
  });

  it('is a file that is not there', async () => {
    const error = await rejection(BytesIO.from(createReadStream('no/such/file')));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_SOURCE', cause: { code: 'ENOENT' }, partial: b`` });
  });

  it('is a Node stream that fails before it is read: somebody listens from the start', async () => {
    const stream = new PassThrough();
    const taking = BytesIO.from(stream);
    expect(stream.listenerCount('error')).toBeGreaterThan(0);
    stream.destroy(new Error('disk on fire'));
    expect(await rejection(taking)).toMatchObject({ code: 'ERR_MEMIO_SOURCE', cause: { message: 'disk on fire' } });
  });

  it('is a Node stream that was destroyed before', async () => {
    const stream = Readable.from([b`ab`]);
    stream.on('error', () => {});
    stream.destroy(new Error('disk on fire'));
    expect(await rejection(BytesIO.from(stream))).toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      cause: { message: 'disk on fire' },
    });
  });

  it('fails with something that is no error', async () => {
    const source = function* () {
      yield b``;
      throw 'a string';
    };
    expect(await rejection(BytesIO.from(source()))).toMatchObject({
      message: 'The source failed (a string) after 0 bytes',
      cause: 'a string',
    });
  });

  it('fails with undefined', async () => {
    const source = function* () {
      yield b`a`;
      throw undefined;
    };
    const error = await rejection(BytesIO.from(source()));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ message: 'The source failed (undefined) after 1 bytes', partial: b`a` });
  });

  it.each([['text'], [7], [undefined], [[1]]])('yields %j', async (value) => {
    const cancelled = vi.fn();
    const returned = vi.fn();
    const generator = function* () {
      try {
        yield b`ab`;
        yield value;
      } finally {
        returned();
      }
    };
    for (const source of [endless([b`ab`, value], cancelled), generator()]) {
      const error = await rejection(BytesIO.from(source as Source));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({ code: 'ERR_MEMIO_TYPE' });
      expect(error['message']).toMatch(`Cannot read a chunk from ${call(value)}: expected`);
    }
    expect(cancelled).toHaveBeenCalledTimes(1);
    expect(returned).toHaveBeenCalledTimes(1);
  });

  it('yields text because it is a Node stream with an encoding', async () => {
    const stream = Readable.from([Buffer.from('ab')]).setEncoding('utf8');
    expect(await rejection(BytesIO.from(stream))).toMatchObject({ code: 'ERR_MEMIO_TYPE' });
    expect(stream.destroyed).toBe(true);
  });

  it('is a stream that another reader has locked, which is left alone', async () => {
    const stream = webStream([b`ab`]);
    const reader = stream.getReader();
    const error = await rejection(BytesIO.from(stream));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      message: 'Cannot read the source: the stream is locked to another reader',
      partial: b``,
      expected: undefined,
    });
    expect((await reader.read()).value).toEqual(b`ab`);
  });

  it('fails to be cancelled as well, which is not told', async () => {
    const stream = endless([b`abc`], () => Promise.reject(new Error('worse')));
    expect(await rejection(BytesIO.from(stream, { maxBytes: 2 }))).toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
    const iterator = {
      next: () => ({ done: false as const, value: b`abc` }),
      return() {
        throw new Error('worse');
      },
      [Symbol.iterator]() {
        return this;
      },
    };
    expect(await rejection(BytesIO.from(iterator, { maxBytes: 2 }))).toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
  });

  it('has an iterator without return()', async () => {
    const iterator = { next: () => ({ done: false as const, value: b`abc` }) };
    const source = { [Symbol.iterator]: () => iterator };
    expect(await rejection(BytesIO.from(source, { maxBytes: 2 }))).toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
  });

  it('is cancelled once, and a source that has ended is not', async () => {
    const returned = vi.fn();
    const source = function* () {
      try {
        yield b`ab`;
        yield b`cd`;
      } finally {
        returned();
      }
    };
    const generator = source();
    const back = vi.spyOn(generator, 'return');
    await rejection(BytesIO.from(generator, { maxBytes: 3 }));
    expect(back).toHaveBeenCalledTimes(1);
    expect(returned).toHaveBeenCalledTimes(1);

    const whole = source();
    const end = vi.spyOn(whole, 'return');
    await BytesIO.from(whole);
    expect(end).not.toHaveBeenCalled();
    expect(returned).toHaveBeenCalledTimes(2);
  });

  it('is a Node stream that is too long: it is destroyed', async () => {
    const stream = Readable.from([b`abc`, b`def`]);
    expect(await rejection(BytesIO.from(stream, { maxBytes: 4 }))).toMatchObject({ partial: b`abc` });
    expect(stream.destroyed).toBe(true);
  });

  it('is a BytesIO that is closed', async () => {
    const closed = new BytesIO(b`abc`);
    closed.close();
    expect(await rejection(BytesIO.from(closed))).toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      cause: { code: 'ERR_MEMIO_CLOSED' },
    });
  });
});

describe('a Response', () => {
  it.each([
    [404, 'Not Found', 'Cannot read the source: the server answered 404 Not Found'],
    [500, '', 'Cannot read the source: the server answered 500'],
  ])('with status %i is an error, and its body is cancelled', async (status, statusText, message) => {
    const cancelled = vi.fn();
    const error = await rejection(BytesIO.from(new Response(endless([b`no`], cancelled), { status, statusText })));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_STATUS', message, partial: b``, expected: undefined });
    expect(cancelled).toHaveBeenCalledTimes(1);
  });

  it('with a bad status and no body is an error', async () => {
    expect(await rejection(BytesIO.from(new Response(null, { status: 404 })))).toMatchObject({
      code: 'ERR_MEMIO_STATUS',
    });
  });

  it('with a bad status and a locked body is an error', async () => {
    const response = new Response('no', { status: 404 });
    response.body!.getReader();
    expect(await rejection(BytesIO.from(response))).toMatchObject({ code: 'ERR_MEMIO_STATUS' });
  });

  it('without a body is empty', async () => {
    expect((await BytesIO.from(new Response(null, { status: 204 }))).size).toBe(0);
  });

  it('whose body was used is an error', async () => {
    const response = new Response('abc');
    await response.text();
    const error = await rejection(BytesIO.from(response));
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      message: 'Cannot read the source: its body was read before',
      partial: b``,
    });
  });

  it('whose body is locked is an error', async () => {
    const response = new Response('abc');
    response.body!.getReader();
    expect(await rejection(BytesIO.from(response))).toMatchObject({
      message: 'Cannot read the source: the stream is locked to another reader',
    });
  });

  const withLength = (length: string, headers: Record<string, string> = {}) =>
    new Response('abc', { headers: { 'content-length': length, ...headers } });

  it.each<[string, Response, number | undefined]>([
    ['its Content-Length', withLength('3'), 3],
    ['nothing when it is content-encoded', withLength('2', { 'content-encoding': 'gzip' }), undefined],
    ['nothing when it is encoded in two ways', withLength('2', { 'content-encoding': 'br, identity' }), undefined],
    ['its Content-Length when the encoding is identity', withLength('3', { 'content-encoding': 'Identity' }), 3],
    ['nothing when its Content-Length is no number', withLength('3 bytes'), undefined],
    ['nothing when its Content-Length is negative', withLength('-3'), undefined],
    ['nothing when its Content-Length is empty', withLength(''), undefined],
    ['nothing without a Content-Length', new Response('abc'), undefined],
  ])('is expected to be as long as %s', async (_, response, expected) => {
    const onProgress = vi.fn();
    expect((await BytesIO.from(response, { onProgress })).getvalue()).toEqual(b`abc`);
    expect(onProgress.mock.calls).toEqual([[3, expected]]);
  });

  it('of another origin is not judged by its Content-Length, since its encoding is hidden', async () => {
    const response = withLength('7');
    Object.defineProperty(response, 'type', { value: 'cors' });
    expect((await BytesIO.from(response)).size).toBe(3);
  });

  it.each([
    ['5', 'ERR_MEMIO_TRUNCATED', 'The source ended after 3 of 5 bytes'],
    ['2', 'ERR_MEMIO_OVERRUN', 'The source exceeded the expected length after 3 of 2 bytes'],
  ])('that lies with a Content-Length of %s is an error', async (length, code, message) => {
    expect(await rejection(BytesIO.from(withLength(length)))).toMatchObject({ code, message, partial: b`abc` });
  });

  it('that claims a terabyte allocates nothing for it', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const error = await rejection(BytesIO.from(withLength(`${2 ** 40}`)));
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(error).toMatchObject({ code: 'ERR_MEMIO_TRUNCATED', partial: b`abc`, expected: 2 ** 40 });
    expect(grown).toBeLessThan(2 ** 30);
  });

  it('is taken from a server', async () => {
    const body = new Uint8Array(100_000).map((_, index) => index * 7);
    const server = createServer((request, response) => {
      if (request.url === '/gone') response.statusCode = 410;
      response.setHeader('content-length', body.length);
      if (request.url === '/torn') {
        response.write(body.subarray(0, 1000), () => response.destroy());
      } else {
        response.end(body);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      expect(Buffer.from((await BytesIO.from(await get('/'))).getvalue()).equals(body)).toBe(true);
      expect(await rejection(BytesIO.from(await get('/'), { maxBytes: 99_999 }))).toMatchObject({
        code: 'ERR_MEMIO_LIMIT',
        message: 'Cannot read 100000 bytes from the source: maxBytes is 99999',
      });
      expect(await rejection(BytesIO.from(await get('/gone')))).toMatchObject({
        message: 'Cannot read the source: the server answered 410 Gone',
      });
      expect(await rejection(get('/torn').then((response) => BytesIO.from(response)))).toMatchObject({
        code: 'ERR_MEMIO_TRUNCATED',
        expected: 100_000,
        partial: body.slice(0, 1000),
      });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
