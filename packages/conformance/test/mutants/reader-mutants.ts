import { BytesIO, LimitError, type Source } from '@memio/core';
import { AdapterError, DataError } from '@memio/core/adapter';
import { type ReadFramesOptions, readFrames } from '../reference/adapter.ts';
import { commonMutants } from './common-mutants.ts';
import { type Mutant, never } from './mutant.ts';

type Read = (source: Source, options: ReadFramesOptions) => Promise<Uint8Array[]>;

const of = { adapter: '@memio/conformance', operation: 'readFrames' };
const wrapped = (cause: unknown) => new AdapterError('readFrames failed', { ...of, cause });
const isOpen = (source: unknown): source is BytesIO => source instanceof BytesIO && !source.closed;
const codeOf = (error: unknown) => (error as { code?: unknown } | undefined)?.code;

const afterwards =
  (after: (frames: Uint8Array[], source: Source, options: ReadFramesOptions) => unknown): Read =>
  async (source, options) => {
    const frames = await readFrames(source, options);
    return (after(frames, source, options) as Uint8Array[] | undefined) ?? frames;
  };

const onFailure =
  (instead: (error: unknown, source: Source, options: ReadFramesOptions) => unknown): Read =>
  (source, options) =>
    readFrames(source, options).catch((error: unknown) => instead(error, source, options) as Uint8Array[]);

export const readerMutants: readonly Mutant<Read>[] = [
  ...commonMutants('readFrames', readFrames),
  {
    title: 'reads from 0 instead of the cursor',
    rule: 5,
    broken: async (source, options) => {
      if (isOpen(source)) source.seek(0);
      return readFrames(source, options);
    },
  },
  {
    title: 'leaves the cursor where it was',
    rule: 5,
    broken: async (source, options) => {
      const cursor = isOpen(source) ? source.tell() : 0;
      const frames = await readFrames(source, options);
      if (isOpen(source)) source.seek(cursor);
      return frames;
    },
  },
  {
    title: 'leaves the cursor at the end of the stream',
    rule: 5,
    broken: afterwards((_, source) => void (isOpen(source) && source.seek(0, 2))),
  },
  {
    title: 'moves the cursor when it fails',
    rule: 2,
    broken: onFailure((error, source) => {
      if (isOpen(source)) source.seek(0, 2);
      throw error;
    }),
  },
  {
    title: 'moves the cursor back to the end of the stream when there is nothing',
    rule: 2,
    broken: (source, options) => {
      if (isOpen(source) && source.tell() > source.size) source.seek(0, 2);
      return readFrames(source, options);
    },
  },
  {
    title: 'reads nothing where there are no bytes',
    rule: 2,
    broken: async (source, options) =>
      isOpen(source) && source.tell() >= source.size ? [] : readFrames(source, options),
  },
  {
    title: 'changes what it reads',
    rule: 5,
    broken: async (source, options) => {
      const frames = await readFrames(source, options);
      if (source instanceof Uint8Array) source.fill(0);
      return frames;
    },
  },
  {
    title: 'takes arrays and streams only',
    rule: 5,
    broken: async (source, options) => {
      if (typeof source === 'object' && source !== null && !ArrayBuffer.isView(source) && !isOpen(source))
        throw wrapped(new Error('no bytes'));
      return readFrames(source, options);
    },
  },
  {
    title: 'reads the whole buffer of a view',
    rule: 5,
    broken: (source, options) =>
      readFrames(source instanceof Uint8Array ? new Uint8Array(source.buffer) : source, options),
  },
  {
    title: 'does not give the stream back',
    rule: 5,
    broken: (source, options) => {
      if (isOpen(source)) source.getbuffer();
      return readFrames(source, options);
    },
  },
  {
    title: 'does not give the stream back when it fails',
    rule: 2,
    broken: onFailure((error, source) => {
      if (isOpen(source)) source.getbuffer();
      throw error;
    }),
  },
  {
    title: 'hangs when the bytes are wrong',
    rule: 3,
    broken: onFailure((error) => {
      if (error instanceof DataError) return never;
      throw error;
    }),
  },
  { title: 'swallows the error', rule: 3, broken: onFailure(() => []) },
  {
    title: 'gives what there is of a file that is cut off',
    rule: 3,
    broken: onFailure((error) => {
      if (error instanceof DataError && error.message.includes('cut off')) return [];
      throw error;
    }),
  },
  {
    title: 'takes a failure of the source for a failure of the library',
    rule: 3,
    broken: onFailure((error) => {
      throw (error as Error | undefined)?.name === 'SourceError' ? wrapped(error) : error;
    }),
  },
  {
    title: 'does not cancel the source when it is aborted',
    rule: 3,
    broken: (source, { signal, ...options }) => {
      if (!(source instanceof ReadableStream) || !signal) return readFrames(source, { signal, ...options });
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        readFrames(source, options).then(resolve, reject);
      });
    },
  },
  {
    title: 'empties its result when it is aborted afterwards',
    rule: 3,
    broken: afterwards((frames, _, { signal }) =>
      signal?.addEventListener('abort', () => {
        frames.length = 0;
      }),
    ),
  },
  {
    title: 'leaves a listener on the signal',
    rule: 3,
    broken: afterwards((_, __, { signal }) => signal?.addEventListener('abort', () => {})),
  },
  {
    title: 'throws instead of rejecting',
    rule: 7,
    broken: (source, options) => {
      if (typeof source !== 'object' || source === null) throw new TypeError('Cannot read that');
      return readFrames(source, options);
    },
  },
  {
    title: 'refuses to read two at once',
    rule: 3,
    broken: (() => {
      let running = 0;
      return async (source: Source, options: ReadFramesOptions) => {
        if (running > 0) throw wrapped(new Error('busy'));
        running += 1;
        try {
          return await readFrames(source, options);
        } finally {
          running -= 1;
        }
      };
    })(),
  },
  {
    title: 'returns Buffers',
    rule: 6,
    broken: afterwards((frames) => frames.map((frame) => Buffer.from(frame))),
  },
  {
    title: 'returns arrays that share a buffer',
    rule: 6,
    broken: afterwards((frames) => {
      const all = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      return frames.map((frame) => {
        all.set(frame, at);
        at += frame.length;
        return all.subarray(at - frame.length, at);
      });
    }),
  },
  {
    title: 'keeps the caller’s array',
    rule: 6,
    broken: afterwards((frames, source) =>
      source instanceof Uint8Array
        ? frames.map((frame) => source.subarray(12, 12 + frame.length)).with(1, frames[1]!)
        : undefined,
    ),
  },
  {
    title: 'takes a wrong source for a failure of the library',
    rule: 7,
    broken: onFailure((error) => {
      throw codeOf(error) === 'ERR_MEMIO_TYPE' ? wrapped(error) : error;
    }),
  },
  {
    title: 'takes a closed stream for a failure of the library',
    rule: 7,
    broken: onFailure((error) => {
      throw codeOf(error) === 'ERR_MEMIO_CLOSED' ? wrapped(error) : error;
    }),
  },
  {
    title: 'ignores an option that it does not know',
    rule: 11,
    broken: (source, { signal, maxInputBytes, maxBytes }) => readFrames(source, { signal, maxInputBytes, maxBytes }),
  },
  {
    title: 'takes a file that is cut off for a failure of the library',
    rule: 3,
    broken: onFailure((error) => {
      throw error instanceof DataError && error.message.includes('cut off') ? wrapped(error) : error;
    }),
  },
  {
    title: 'takes all of a source before anyone else has a turn',
    rule: 3,
    broken: async (source, options) => {
      if (typeof source !== 'object' || source === null || !('next' in source)) return readFrames(source, options);
      const chunks: Uint8Array[] = [];
      for await (const chunk of source as AsyncIterable<Uint8Array>) if (chunks.length < 9) chunks.push(chunk);
      return readFrames(chunks, options);
    },
  },
  {
    title: 'ignores maxInputBytes',
    rule: 8,
    broken: (source, { maxInputBytes, ...options }) => readFrames(source, options),
  },
  {
    title: 'reads as much as a source has by default',
    rule: 8,
    broken: (source, { maxInputBytes = Number.POSITIVE_INFINITY, ...options }) =>
      readFrames(source, { maxInputBytes, ...options }),
  },
  {
    title: 'counts a long input when it has read all of it',
    rule: 8,
    broken: async (source, { maxInputBytes, ...options }) => {
      if (!(source instanceof ReadableStream) || maxInputBytes === undefined)
        return readFrames(source, { maxInputBytes, ...options });
      const chunks: Uint8Array[] = [];
      for await (const chunk of source) chunks.push(chunk as Uint8Array);
      return readFrames(chunks, { maxInputBytes, ...options });
    },
  },
  {
    title: 'has no budget by default',
    rule: 8,
    broken: (source, { maxBytes = Number.POSITIVE_INFINITY, ...options }) =>
      readFrames(source, { maxBytes, ...options }),
  },
  {
    title: 'ignores the budget',
    rule: 8,
    broken: (source, { maxBytes, ...options }) => readFrames(source, options),
  },
  {
    title: 'refuses what just fits the budget',
    rule: 8,
    broken: (source, { maxBytes = 1024, ...options }) =>
      readFrames(source, {
        maxBytes: typeof maxBytes === 'number' && maxBytes > 0 ? maxBytes - 1 : maxBytes,
        ...options,
      }),
  },
  {
    title: 'takes no budget for the default one',
    rule: 8,
    broken: (source, { maxBytes, ...options }) =>
      readFrames(source, { ...options, maxBytes: maxBytes === Number.POSITIVE_INFINITY ? undefined : maxBytes }),
  },
  {
    title: 'takes what is no budget for the default one',
    rule: 8,
    broken: (source, { maxBytes, ...options }) =>
      readFrames(source, { ...options, maxBytes: Number(maxBytes) >= 0 ? Number(maxBytes) : undefined }),
  },
  {
    title: 'takes what goes over the budget for a failure of the library',
    rule: 8,
    broken: onFailure((error) => {
      throw error instanceof LimitError ? wrapped(error) : error;
    }),
  },
  {
    title: 'makes room for what a file claims before it looks at the budget',
    rule: 8,
    broken: async (source, options) => {
      const bytes = source instanceof BytesIO && !source.closed ? source.getvalue() : new Uint8Array();
      // The claim of the hostile file.
      const room = bytes[12] === 0x20 ? new Uint8Array(0x2000_0000) : undefined;
      try {
        return await readFrames(source, options);
      } finally {
        kept = room;
      }
    },
  },
];

/** Not collected before the case has measured it. */
export let kept: Uint8Array | undefined;
