/**
 * What adapters are made of: the parts of the adapter contract that every adapter needs, once. For the authors of
 * adapters; who uses one needs `@memio/core` alone.
 *
 * @module
 */
import { BytesIO } from './bytes-io.ts';
import { bytesOf } from './bytes-like.ts';
import { describe, isMemioError, typeError } from './errors.ts';
import type { Source } from './ingest.ts';

export { bytesOf, requireBytes } from './bytes-like.ts';
export { describe, rangeError, typeError } from './errors.ts';

/** The host library failed. What it threw is the `cause`. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly code = 'ERR_MEMIO_ADAPTER';
  /** The package, such as `@memio/pngjs`. */
  readonly adapter: string;
  /** The function, such as `readPng`. */
  readonly operation: string;

  constructor(message: string, { adapter, operation, ...options }: ErrorOptions & Operation) {
    super(message, options);
    this.adapter = adapter;
    this.operation = operation;
  }
}

/** Which function of which package is at work; errors name it. */
export interface Operation {
  adapter: string;
  operation: string;
}

/** What every `write*` takes besides the options of its host library. */
export interface WriteOptions {
  /** Written to at its cursor, which ends behind the last byte. Default: a new stream, its cursor at 0. */
  into?: BytesIO | undefined;
  /** Aborting it stops the work and rejects with the signal's reason; `into` is as it was. */
  signal?: AbortSignal | undefined;
  /** Called with the number of bytes made so far. */
  onProgress?: ((written: number) => void) | undefined;
}

/** What every `read*` takes besides the options of its host library. */
export interface ReadOptions {
  /** Aborting it stops the work and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Where a host library's chunks go. Whatever is called after the first `end` or `fail` is ignored. */
export interface ChunkSink {
  /** Takes the chunk by reference: it must not be changed afterwards. */
  push(chunk: unknown): void;
  end(): void;
  /** The host library failed: an `AdapterError` whose cause is what it threw. */
  fail(cause: unknown): void;
  /** The caller's own code failed: its error, as it is. */
  reject(error: unknown): void;
}

/**
 * Collects the chunks of a host library and, when all have come, writes them in one step.
 *
 * @param start starts the host library and returns what stops it: called once on failure and abort, never on success.
 *   If `start` throws or rejects, that is the failure.
 */
export async function writeChunks(
  of: Operation,
  { into, signal, onProgress }: WriteOptions,
  start: (sink: ChunkSink) => () => void,
): Promise<BytesIO> {
  if (into !== undefined && !isStream(into)) throw typeError(`Cannot write into ${describe(into)}: expected a BytesIO`);
  into?.tell(); // a closed stream is told before any work is done
  signal?.throwIfAborted();

  const chunks = await new Promise<Uint8Array[]>((resolve, rejectChunks) => {
    const collected: Uint8Array[] = [];
    let written = 0;
    let state = 'running' as 'running' | 'done' | 'failed';
    let stop: (() => void) | undefined;
    const settle = (to: 'done' | 'failed') => {
      state = to;
      signal?.removeEventListener('abort', onAbort);
    };
    const reject = (error: unknown) => {
      if (state !== 'running') return;
      settle('failed');
      rejectChunks(error);
      stop?.();
    };
    const onAbort = () => reject(signal?.reason);
    const sink: ChunkSink = {
      push(chunk) {
        if (state !== 'running') return;
        const bytes = bytesOf(chunk);
        if (!bytes) return sink.fail(typeError(`Cannot collect ${describe(chunk)}: the library has to make bytes`));
        collected.push(bytes);
        written += bytes.length;
        try {
          onProgress?.(written);
        } catch (error) {
          reject(error);
        }
      },
      end() {
        if (state !== 'running') return;
        settle('done');
        resolve(collected);
      },
      fail: (cause) => reject(adapterError(of, cause)),
      reject,
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      stop = start(sink);
    } catch (error) {
      sink.fail(error);
    }
    // It failed before it had said how it is stopped.
    if (state === 'failed') stop?.();
  });

  const stream = into ?? new BytesIO();
  await stream.writeFrom(chunks);
  if (!into) stream.seek(0);
  return stream;
}

/**
 * Runs `use` on the bytes of `source`: of a `BytesIO` those from its cursor on, without a copy; of anything else
 * everything that it yields. When `use` succeeds the cursor is moved behind what it consumed, by default everything;
 * when it fails the cursor is where it was.
 */
export async function readBytes<Result>(
  of: Operation,
  source: Source,
  { signal }: ReadOptions,
  use: (bytes: Uint8Array<ArrayBuffer>, consumed: (length: number) => void) => Result | Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const stream = isStream(source) ? source : await ingest(source, signal);
  const start = stream.tell();
  const view = stream.getbuffer();
  let end = Math.max(view.length, start);
  try {
    const result = await use(view.subarray(start), (length) => {
      end = start + length;
    });
    stream.seek(end);
    return result;
  } catch (error) {
    throw signal?.aborted && error === signal.reason ? error : adapterError(of, error);
  } finally {
    view.release();
  }
}

/** Bytes that are held for a while; `release` gives them back. */
export interface Held {
  bytes: Uint8Array;
  release(): void;
}

/**
 * The bytes of something that is to be put into a file: a string as UTF-8, a `BytesIO` with its whole content whatever
 * its cursor, memory as it is (an alias), anything else with all that it yields.
 */
export async function holdContent(content: Source | string, { signal }: ReadOptions = {}): Promise<Held> {
  signal?.throwIfAborted();
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : bytesOf(content);
  if (bytes) return { bytes, release() {} };
  const view = (isStream(content) ? content : await ingest(content as Source, signal)).getbuffer();
  return { bytes: view, release: () => view.release() };
}

/** Rejects as soon as `signal` is aborted; `work` is not waited for any longer, so it has to be stopped by `stop`. */
export function abortable<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
  stop?: () => void,
): Promise<Result> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason);
      stop?.();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** memio's own errors go through as they are; whatever else a library threw is wrapped. */
export function adapterError(of: Operation, cause: unknown): unknown {
  if (isMemioError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AdapterError(`${of.operation} failed: ${message}`, { ...of, cause });
}

/** By its methods: another copy of the package may have made it. */
export function isStream(value: unknown): value is BytesIO {
  return (
    value instanceof BytesIO ||
    (typeof value === 'object' && value !== null && 'getbuffer' in value && 'readinto' in value)
  );
}

async function ingest(source: Source, signal: AbortSignal | undefined): Promise<BytesIO> {
  try {
    return await BytesIO.from(source, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
