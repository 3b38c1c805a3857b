/**
 * What adapters are made of: the parts of the adapter contract that every adapter needs, once. For the authors of
 * adapters; who uses one needs `@memio/core` alone.
 *
 * @module
 */
import { requireLimit, requireSignal } from './arguments.ts';
import { BytesIO } from './bytes-io.ts';
import { bytesOf } from './bytes-like.ts';
import { AdapterError, DataError, describe, isMemioError, LimitError, type Operation, typeError } from './errors.ts';
import { OWNED, type Source } from './source.ts';
import { holdContent as holdStream } from './store.ts';

export { requireCount, requireInteger, requireLimit, requireOptions, requireSignal } from './arguments.ts';
export { bytesOf, requireBytes } from './bytes-like.ts';
export { collect, turns } from './collect.ts';
export type { Collector } from './collectors.ts';
export { AdapterError, DataError, describe, type Operation, rangeError, typeError } from './errors.ts';

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
  /**
   * The most bytes to read from the source: a longer one is cancelled, and a `BytesIO` with more bytes behind its cursor
   * is not read. Default: 268,435,456 (256 MiB), as much as `readZip` unpacks: a reader holds its whole input in memory,
   * and a server has to survive a few of the largest at once. `Infinity` lifts it.
   */
  maxInputBytes?: number | undefined;
  /** Aborting it stops the work and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** The default of `maxInputBytes`. */
const MAX_INPUT_BYTES = 256 * 1024 * 1024;

/** Where a host library's chunks go. Whatever is called after the first `end`, `fail` or `reject` is ignored. */
export interface ChunkSink {
  /** Takes the chunk by reference: it must not be changed afterwards. */
  push(chunk: unknown): void;
  /** The host library is done: there are no more chunks. */
  end(): void;
  /** The host library failed: an `AdapterError` whose cause is what it threw. */
  fail(cause: unknown): void;
  /** The caller's own code failed: its error, as it is. */
  reject(error: unknown): void;
}

/**
 * Writes the chunks of a host library into `into`, all of them or none.
 *
 * @param start starts the host library and returns what stops it: called once on failure and abort, never on success.
 *   If `start` throws, that is the failure.
 */
export async function writeChunks(
  of: Operation,
  { into, signal, onProgress }: WriteOptions,
  start: (sink: ChunkSink) => () => void,
): Promise<BytesIO> {
  if (into !== undefined && !isStream(into)) throw typeError(`Cannot write into ${describe(into)}: expected a BytesIO`);
  into?.tell(); // throws for a closed stream, before any work is done
  requireSignal(signal, of.operation);
  signal?.throwIfAborted();

  const chunks = new ChunkQueue(of, onProgress);
  const onAbort = () => chunks.reject(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    chunks.stop = start(chunks);
  } catch (error) {
    chunks.fail(error);
  }
  try {
    if (!into) return await BytesIO.from(chunks);
    await into.writeFrom(chunks);
    return into;
  } catch (error) {
    throw chunks.failure ? chunks.failure.error : error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** The chunks of a host library between its events, which call methods unbound, and the stream that takes them in. */
class ChunkQueue implements ChunkSink, AsyncIterableIterator<Uint8Array, void> {
  readonly [OWNED] = true;
  readonly #of: Operation;
  readonly #onProgress: ((written: number) => void) | undefined;
  readonly #chunks: Uint8Array[] = [];
  /** Chunks before it are taken: `shift` would move all the others, and a document may come in a hundred thousand. */
  #taken = 0;
  #written = 0;
  /** The host library is done, while reports of progress may still fail. */
  #ended = false;
  #settled = false;
  /** The promises that an async onProgress returned. */
  #reports: Promise<unknown> | undefined;
  #stop: (() => void) | undefined;
  #wake: (() => void) | undefined;
  failure: { error: unknown } | undefined;

  constructor(of: Operation, onProgress: ((written: number) => void) | undefined) {
    this.#of = of;
    this.#onProgress = onProgress;
  }

  /** Kept until it is needed; called at once when it already is. */
  set stop(stop: () => void) {
    if (this.failure) quietly(stop);
    else this.#stop = stop;
  }

  readonly push = (chunk: unknown): void => {
    if (this.#ended || this.#settled) return;
    const bytes = bytesOf(chunk);
    if (!bytes) {
      this.fail(new Error(`it made ${describe(chunk)} where bytes were expected`));
      return;
    }
    this.#chunks.push(bytes);
    this.#written += bytes.length;
    try {
      const reported = this.#onProgress?.(this.#written) as unknown;
      // What an async callback rejects with must not be lost, nor end the process.
      if (reported instanceof Promise) {
        this.#reports = Promise.all([this.#reports, reported]);
        this.#reports.catch(this.reject);
      }
    } catch (error) {
      this.reject(error);
    }
    this.#wake?.();
  };

  readonly end = (): void => {
    this.#ended = true;
    if (this.#reports) this.#reports.then(this.#settle, this.reject);
    else this.#settle();
  };

  /** Nothing can fail any more. */
  readonly #settle = (): void => {
    this.#settled = true;
    this.#wake?.();
  };

  readonly fail = (cause: unknown): void => {
    if (!this.#ended) this.reject(adapterError(this.#of, cause));
  };

  readonly reject = (error: unknown): void => {
    if (this.#settled) return;
    this.failure = { error };
    this.#settle();
    quietly(this.#stop);
  };

  /** At once where there is a chunk: a promise for each of a hundred thousand would be what takes the time. */
  next(): Promise<IteratorResult<Uint8Array, void>> {
    return this.#step() as Promise<IteratorResult<Uint8Array, void>>;
  }

  #step(): IteratorResult<Uint8Array, void> | Promise<unknown> {
    if (this.failure) throw this.failure.error;
    const value = this.#chunks[this.#taken];
    if (value) {
      this.#taken += 1;
      return { done: false, value };
    }
    this.#chunks.length = this.#taken = 0;
    if (this.#settled) return { done: true, value: undefined };
    return new Promise<void>((resolve) => {
      this.#wake = resolve;
    }).then(() => this.#step());
  }

  /** The stream that takes the chunks in wants no more: it has failed. */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    if (!this.#settled) quietly(this.#stop);
    this.#settled = true;
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Runs `use` on the bytes of `source`: of a `BytesIO` those from its cursor on, without a copy unless they are in a file;
 * of anything else everything that it yields. When `use` succeeds the cursor is moved behind what it consumed, by default
 * everything; when it fails the cursor is where it was.
 *
 * @throws {LimitError} when there are more than `maxInputBytes`
 */
export async function readBytes<Result>(
  of: Operation,
  source: Source,
  { maxInputBytes = MAX_INPUT_BYTES, signal }: ReadOptions,
  use: (bytes: Uint8Array<ArrayBuffer>, consumed: (length: number) => void) => Result | Promise<Result>,
): Promise<Result> {
  const { operation } = of;
  requireSignal(signal, operation);
  signal?.throwIfAborted();
  const stream = await streamOf(operation, source, maxInputBytes, signal);
  const start = stream.tell();
  if (stream.size - start > maxInputBytes) throw tooLong(operation, maxInputBytes);
  const content = holdStream(stream, of.operation);
  let end = Math.max(content.size, start);
  try {
    const result = await use(content.lend(Math.min(start, content.size), content.size), (length) => {
      end = start + length;
    });
    stream.seek(end);
    return result;
  } catch (error) {
    throw signal?.aborted && error === signal.reason ? error : adapterError(of, error);
  } finally {
    content.release();
  }
}

/** Bytes that are held for a while; `release` gives them back. */
export interface Held<Bytes extends Uint8Array = Uint8Array> {
  bytes: Bytes;
  /** Lets go of `bytes`; they are not to be looked at afterwards. */
  release(): void;
}

/**
 * The bytes of something that is to be put into a file: a string as UTF-8, a `BytesIO` with its whole content whatever
 * its cursor, memory as it is (an alias), anything else with all that it yields.
 *
 * @throws {LimitError} when a source yields more than `maxInputBytes`
 */
export async function holdContent(
  content: Source | string,
  { maxInputBytes = MAX_INPUT_BYTES, signal }: ReadOptions = {},
): Promise<Held> {
  requireSignal(signal, 'hold content');
  signal?.throwIfAborted();
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : bytesOf(content);
  if (bytes) return { bytes, release() {} };
  const stream = await streamOf('an adapter', content as Source, maxInputBytes, signal);
  const held = holdStream(stream, 'an adapter');
  return { bytes: held.lend(0, held.size), release: held.release };
}

async function streamOf(
  operation: string,
  source: Source,
  maxInputBytes: number,
  signal: AbortSignal | undefined,
): Promise<BytesIO> {
  requireLimit(maxInputBytes, `limit the input of ${operation} to`, 'maxInputBytes');
  if (isStream(source)) return source;
  try {
    return await BytesIO.from(source, { maxBytes: maxInputBytes, signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw isMemioError(error, 'ERR_MEMIO_LIMIT') ? tooLong(operation, maxInputBytes, error.partial) : error;
  }
}

const tooLong = (operation: string, allowed: number, partial?: Uint8Array<ArrayBuffer>) =>
  new LimitError(
    `${operation} reads ${allowed} bytes at most, and the input is longer: raise maxInputBytes`,
    'maxInputBytes',
    allowed,
    partial,
  );

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
      quietly(stop);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Why it is stopped has been told; that stopping fails as well would add nothing, and end the process. */
function quietly(stop: (() => void) | undefined): void {
  try {
    stop?.();
  } catch {}
}

/**
 * What to throw for `cause` (contract rule 7). A `DataError` stays one and an unknown error becomes an `AdapterError`,
 * each with the name of this operation and `cause` as its cause, also when another adapter below has thrown it. The
 * caller's mistakes (`TypeError`, `RangeError`), budgets and errors of the source pass as they are.
 */
export function adapterError(of: Operation, cause: unknown): unknown {
  const isData = isMemioError(cause, 'ERR_MEMIO_DATA');
  if (isData || isMemioError(cause, 'ERR_MEMIO_ADAPTER')) {
    if (cause.adapter === of.adapter && cause.operation === of.operation) return cause;
  } else if (isMemioError(cause)) return cause;
  const message = `${of.operation} failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  return isData ? new DataError(message, { ...of, cause }) : new AdapterError(message, { ...of, cause });
}

/** By its methods: another copy of the package may have made it. */
export function isStream(value: unknown): value is BytesIO {
  return (
    value instanceof BytesIO ||
    (typeof value === 'object' && value !== null && 'getbuffer' in value && 'readinto' in value)
  );
}
