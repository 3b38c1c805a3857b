import { setImmediate as turn } from 'node:timers/promises';
import { BytesIO, b } from '@memio/core';
import { AdapterError } from '@memio/core/adapter';
import type { Writer, WriterOptions } from '../../src/writer.ts';
import { type FramesSource, writeFrames } from '../reference/adapter.ts';
import { Frames } from '../reference/frames.ts';
import { commonMutants } from './common-mutants.ts';
import { type Mutant, never } from './mutant.ts';

type Write = Writer<FramesSource>['write'];

const of = { adapter: '@memio/conformance', operation: 'writeFrames' };
const wrapped = (cause: unknown) => new AdapterError('writeFrames failed', { ...of, cause });

/** Lets `after` change what a good write gave. */
const afterwards =
  (after: (stream: BytesIO, options: WriterOptions, start: number) => unknown): Write =>
  async (source, options) => {
    const start = options.into instanceof BytesIO && !options.into.closed ? options.into.tell() : 0;
    const stream = await writeFrames(source, options);
    return (after(stream, options, start) as BytesIO | undefined) ?? stream;
  };

/** Lets `instead` decide what comes of a failure. */
const onFailure =
  (instead: (error: unknown, options: WriterOptions, source: FramesSource) => unknown): Write =>
  (source, options) =>
    writeFrames(source, options).catch((error: unknown) => instead(error, options, source) as BytesIO);

/** Writes at a place of its own choice. */
const elsewhere =
  (place: (into: BytesIO) => void): Write =>
  async (source, { into, ...options }) => {
    if (!(into instanceof BytesIO)) return writeFrames(source, { into, ...options });
    const cursor = into.tell();
    const stream = await writeFrames(source, options);
    place(into);
    try {
      into.write(stream.getvalue());
    } catch (error) {
      into.seek(cursor);
      throw error;
    }
    return into;
  };

const aborts = (signal: AbortSignal | undefined, listener: () => void) =>
  signal?.addEventListener('abort', listener, { once: true });

const arraysOf = (source: FramesSource) =>
  Array.isArray(source) ? source.filter((frame): frame is Uint8Array => frame instanceof Uint8Array) : [];

/** Encodes when it is read, from arrays that are the caller's. */
class Lazy extends BytesIO {
  readonly #array: Uint8Array;

  constructor(bytes: Uint8Array, array: Uint8Array) {
    super(bytes);
    this.#array = array;
  }

  override getvalue(): Uint8Array<ArrayBuffer> {
    const cursor = this.tell();
    this.seek(12);
    this.write(this.#array);
    this.seek(cursor);
    return super.getvalue();
  }
}

/** `Buffer`'s way with small arrays: one piece of memory for many. */
const pool = { bytes: new Uint8Array(64 * 1024), used: 0 };

/** Without what is undefined. */
const defined = (options: object): WriterOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

export const writerMutants: readonly Mutant<Write>[] = [
  ...commonMutants('writeFrames', writeFrames),
  {
    title: 'drops the last chunk',
    rule: 1,
    broken: afterwards((stream, { into }) => {
      stream.truncate(stream.size - 4);
      if (into) stream.seek(0, 2);
    }),
  },
  {
    title: 'drops the last chunk when it writes into a stream',
    rule: 1,
    broken: afterwards((stream, { into }) => void (into && stream.truncate(stream.seek(-4, 1)))),
  },
  { title: 'writes at 0 instead of the cursor', rule: 1, broken: elsewhere((into) => into.seek(0)) },
  { title: 'appends instead of writing at the cursor', rule: 1, broken: elsewhere((into) => into.seek(0, 2)) },
  {
    title: 'writes behind the end without a gap',
    rule: 1,
    broken: elsewhere((into) => into.seek(Math.min(into.tell(), into.size))),
  },
  { title: 'rewinds `into`', rule: 1, broken: afterwards((stream, { into }) => void (into && stream.seek(0))) },
  {
    title: 'leaves the cursor of `into` where it was',
    rule: 1,
    broken: afterwards((stream, { into }, start) => void (into && stream.seek(start))),
  },
  {
    title: 'leaves the cursor of `into` at the end of the stream',
    rule: 1,
    broken: afterwards((stream, { into }) => void (into && stream.seek(0, 2))),
  },
  {
    title: 'cuts `into` off behind what it wrote',
    rule: 1,
    broken: afterwards((stream, { into }) => void (into && stream.truncate())),
  },
  {
    title: 'empties `into` first',
    rule: 1,
    broken: elsewhere((into) => {
      into.truncate(0);
      into.seek(0);
    }),
  },
  {
    title: 'returns another stream than `into`',
    rule: 1,
    broken: afterwards((stream, { into }) => (into ? new BytesIO(stream.getvalue()) : undefined)),
  },
  {
    title: 'leaves the cursor of a new stream at the end',
    rule: 1,
    broken: afterwards((stream, { into }) => void (into ?? stream.seek(0, 2))),
  },
  {
    title: 'writes half before it fails',
    rule: 2,
    broken: onFailure((error, { into }) => {
      if (into instanceof BytesIO && !into.closed && !(error as Error).message?.includes('view')) into.write(b`half`);
      throw error;
    }),
  },
  {
    title: 'moves the cursor when it fails',
    rule: 2,
    broken: onFailure((error, { into }) => {
      if (into instanceof BytesIO && !into.closed) into.seek(0);
      throw error;
    }),
  },
  {
    title: 'fills the gap before it fails',
    rule: 2,
    broken: onFailure((error, { into }) => {
      if (into instanceof BytesIO && !into.closed && into.tell() > into.size) into.write(new Uint8Array(1));
      throw error;
    }),
  },
  {
    title: 'writes the chunks as they come',
    rule: 2,
    broken: async (source, { into = new BytesIO(), ...options }) => {
      const bytes = (await writeFrames(source, options)).getvalue();
      if (!(into instanceof BytesIO)) return writeFrames(source, { into, ...options });
      into.write(bytes.subarray(0, 9));
      await turn();
      into.write(bytes.subarray(9));
      return into;
    },
  },
  {
    title: 'makes room in `into` at the start',
    rule: 2,
    broken: async (source, options) => {
      const { into } = options;
      if (into instanceof BytesIO && !into.closed) {
        const cursor = into.tell();
        into.seek(0, 2);
        into.write(new Uint8Array(100));
        into.seek(cursor);
      }
      return writeFrames(source, options);
    },
  },
  {
    title: 'finds out at the end that `into` is closed',
    rule: 2,
    broken: async (source, { into, ...options }) => {
      const stream = await writeFrames(source, options);
      return into === undefined ? stream : writeFrames(source instanceof Frames ? [] : source, { into });
    },
  },
  {
    title: 'takes a new stream when `into` is closed',
    rule: 2,
    broken: onFailure((error, options, source) => {
      if ((error as { code?: unknown }).code !== 'ERR_MEMIO_CLOSED') throw error;
      return writeFrames(source instanceof Frames ? [] : source, { ...options, into: undefined });
    }),
  },
  {
    title: 'takes a new stream when a view of `into` is out',
    rule: 2,
    broken: onFailure((error, _, source) => {
      if ((error as { code?: unknown }).code !== 'ERR_MEMIO_BUFFER') throw error;
      return writeFrames(source, {});
    }),
  },
  {
    title: 'ignores what onProgress throws',
    rule: 2,
    broken: (source, { onProgress, ...options }) =>
      writeFrames(source, {
        ...options,
        onProgress: (written) => {
          try {
            onProgress?.(written);
          } catch {}
        },
      }),
  },
  {
    title: 'takes what onProgress throws for a failure of the library',
    rule: 2,
    broken: (source, { onProgress, ...options }) =>
      writeFrames(source, {
        ...options,
        onProgress: (written) => {
          try {
            onProgress?.(written);
          } catch (error) {
            throw wrapped(error);
          }
        },
      }),
  },
  {
    title: 'ignores what onProgress rejects with',
    rule: 2,
    broken: (source, { onProgress, ...options }) =>
      writeFrames(source, {
        ...options,
        onProgress: (written) => {
          const reported = onProgress?.(written) as unknown;
          if (reported instanceof Promise) reported.catch(() => {});
        },
      }),
  },
  {
    title: 'leaves what onProgress rejects with to nobody',
    rule: 2,
    broken: (source, { onProgress, ...options }) =>
      writeFrames(source, { ...options, onProgress: (written) => void onProgress?.(written) }),
  },
  {
    title: 'ignores an option that it does not know',
    rule: 11,
    broken: (source, { into, signal, onProgress, deterministic }) =>
      writeFrames(source, defined({ into, signal, onProgress, deterministic })),
  },
  { title: 'hangs when it fails', rule: 3, broken: onFailure(() => never) },
  { title: 'swallows the error', rule: 3, broken: onFailure(() => new BytesIO()) },
  {
    title: 'begins to work although it was aborted before',
    rule: 3,
    broken: async (source, { signal, ...options }) => {
      if (signal?.aborted) await writeFrames(source, { onProgress: options.onProgress });
      return writeFrames(source, { signal, ...options });
    },
  },
  {
    title: 'empties its result when it is aborted afterwards',
    rule: 3,
    broken: afterwards((stream, { signal }) => void aborts(signal, () => stream.truncate(0))),
  },
  {
    title: 'leaves a listener on the signal',
    rule: 3,
    broken: afterwards((_, { signal }) => void aborts(signal, () => {})),
  },
  {
    title: 'leaves a listener on the signal when it fails',
    rule: 3,
    broken: onFailure((error, { signal }) => {
      aborts(signal, () => {});
      throw error;
    }),
  },
  {
    title: 'throws instead of rejecting',
    rule: 7,
    broken: (source, options) => {
      if (!(source instanceof Frames) && !Array.isArray(source)) throw new TypeError('Cannot write that');
      options.into?.tell();
      return writeFrames(source, options);
    },
  },
  {
    title: 'calls onProgress after it has settled',
    rule: 3,
    broken: afterwards((stream, { onProgress }) => void setTimeout(() => onProgress?.(stream.size), 1)),
  },
  {
    title: 'calls onProgress after it was aborted',
    rule: 3,
    broken: onFailure((error, { onProgress }) => {
      setTimeout(() => onProgress?.(0), 1);
      throw error;
    }),
  },
  {
    title: 'tells the bytes of each chunk as its progress',
    rule: 3,
    broken: (source, { onProgress, ...options }) => {
      let before = 0;
      return writeFrames(source, {
        ...options,
        onProgress: (written) => {
          onProgress?.(written - before);
          before = written;
        },
      });
    },
  },
  {
    title: 'writes what another call is writing',
    rule: 3,
    broken: (() => {
      let running: Promise<BytesIO> | undefined;
      return (source: FramesSource, options: WriterOptions) => {
        if (running && Object.keys(options).length === 0)
          return running.then((stream) => new BytesIO(stream.getvalue().reverse()));
        const work = writeFrames(source, options);
        running = work;
        const end = () => {
          running = undefined;
        };
        work.then(end, end);
        return work;
      };
    })(),
  },
  {
    title: 'waits until somebody else has ended the source',
    rule: 4,
    broken: async (source, options) => {
      if (source instanceof Frames && !source.ended && !source.destroyed) return never;
      return writeFrames(source, options);
    },
  },
  {
    title: 'ends the source a second time',
    rule: 4,
    broken: async (source, options) => {
      if (source instanceof Frames && source.ended) source.end();
      return writeFrames(source, options);
    },
  },
  {
    title: 'keeps the caller’s array',
    rule: 6,
    broken: async (source, options) => {
      const stream = await writeFrames(source, options);
      const [array] = arraysOf(source);
      return options.into || !array ? stream : new Lazy(stream.getvalue(), array);
    },
  },
  {
    title: 'changes the caller’s array',
    rule: 6,
    broken: async (source, options) => {
      const stream = await writeFrames(source, options);
      for (const array of arraysOf(source)) array.reverse().set([1]);
      return stream;
    },
  },
  {
    title: 'does not give the caller’s stream back',
    rule: 6,
    broken: async (source, options) => {
      if (Array.isArray(source)) for (const frame of source) if (frame instanceof BytesIO) frame.getbuffer();
      return writeFrames(source, options);
    },
  },
  {
    title: 'does not give the caller’s stream back when it is aborted',
    rule: 6,
    broken: onFailure((error, _, source) => {
      if (Array.isArray(source)) for (const frame of source) if (frame instanceof BytesIO) frame.getbuffer();
      throw error;
    }),
  },
  {
    title: 'returns a Buffer',
    rule: 1,
    broken: async (source, options) =>
      Buffer.from((await writeFrames(source, options)).getvalue()) as unknown as BytesIO,
  },
  {
    title: 'returns arrays that share a pool',
    rule: 6,
    broken: afterwards((stream, { into }) => {
      if (into) return;
      if (pool.used + stream.size > pool.bytes.length) pool.used = 0;
      const slice = pool.bytes.subarray(pool.used, pool.used + stream.size);
      pool.used += stream.size;
      slice.set(stream.getvalue());
      return BytesIO.adopt(slice);
    }),
  },
  {
    title: 'takes a wrong source for a failure of the library',
    rule: 7,
    broken: onFailure((error) => {
      throw error instanceof TypeError ? wrapped(error) : error;
    }),
  },
  {
    title: 'writes nothing of a wrong source',
    rule: 7,
    broken: (source, options) => writeFrames(source instanceof Frames || Array.isArray(source) ? source : [], options),
  },
  {
    title: 'takes whatever is no stream for no `into`',
    rule: 7,
    broken: (source, { into, ...options }) =>
      writeFrames(source, into instanceof BytesIO ? { into, ...options } : options),
  },
  {
    title: 'takes a size out of range for a failure of the library',
    rule: 7,
    broken: onFailure((error) => {
      throw error instanceof RangeError ? wrapped(error) : error;
    }),
  },
  {
    title: 'leaves out the cause of its errors',
    rule: 3,
    broken: onFailure((error) => {
      throw error instanceof AdapterError ? new AdapterError(error.message, of) : error;
    }),
  },
  {
    title: 'needs more room in `into` than it uses',
    rule: 8,
    broken: async (source, options) => {
      const { into } = options;
      if (into instanceof BytesIO && !into.closed && into.tell() === 4) {
        const cursor = into.tell();
        const before = into.getvalue();
        into.seek(cursor + 4 + (await writeFrames(source)).size);
        into.write(new Uint8Array(1));
        into.truncate(before.length);
        into.seek(cursor);
      }
      return writeFrames(source, options);
    },
  },
  {
    title: 'takes a new stream when `into` is full',
    rule: 8,
    broken: onFailure((error, { into, ...options }, source) => {
      if ((error as { code?: unknown }).code !== 'ERR_MEMIO_LIMIT') throw error;
      return writeFrames(source, options);
    }),
  },
  {
    title: 'writes today’s date although it is told to be deterministic',
    rule: 9,
    broken: (source, { deterministic, ...options }) => writeFrames(source, options),
  },
  {
    title: 'writes the local time although it is told to be deterministic',
    rule: 9,
    broken: afterwards((stream, { deterministic, into }) => {
      if (!deterministic || into) return;
      stream.seek(4);
      stream.write(Uint8Array.of(new Date(0).getHours()));
      stream.seek(0);
    }),
  },
];
