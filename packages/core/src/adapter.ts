/**
 * What adapters are made of: the parts of the adapter contract that every adapter needs, once. For the authors of
 * adapters; who uses one needs `@memio/core` alone.
 *
 * @module
 */
import { BytesIO } from './bytes-io.ts';
import { bytesOf } from './bytes-like.ts';
import {
  AdapterError,
  DataError,
  describe,
  isMemioError,
  LimitError,
  type Operation,
  rangeError,
  typeError,
} from './errors.ts';
import { OWNED, type Source } from './feed.ts';

export { bytesOf, requireBytes } from './bytes-like.ts';
export { AdapterError, DataError, describe, type Operation, rangeError, typeError } from './errors.ts';
export { type Basin, ingest } from './ingest.ts';

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
  /**
   * The most bytes to read from the source: a longer one is cancelled, and a `BytesIO` with more bytes behind its cursor
   * is not read. Default: 268,435,456 (256 MiB), as much as `readZip` unpacks: a reader holds its whole input in memory,
   * and a server has to survive a few of the largest at once. `Infinity` lifts it.
   */
  maxInputBytes?: number | undefined;
}

/** The default of `maxInputBytes`. */
const DEFAULT_MAX_INPUT_BYTES = 2 ** 28;

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
  into?.tell(); // a closed stream is told before any work is done
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
  #settled = false;
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
    if (this.#settled) return;
    const bytes = bytesOf(chunk);
    if (!bytes) {
      this.fail(new Error(`it made ${describe(chunk)} where bytes were expected`));
      return;
    }
    this.#chunks.push(bytes);
    this.#written += bytes.length;
    try {
      this.#onProgress?.(this.#written);
    } catch (error) {
      this.reject(error);
    }
    this.#wake?.();
  };

  readonly end = (): void => {
    this.#settled = true;
    this.#wake?.();
  };

  readonly fail = (cause: unknown): void => this.reject(adapterError(this.#of, cause));

  readonly reject = (error: unknown): void => {
    if (this.#settled) return;
    this.failure = { error };
    this.end();
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
 * Runs `use` on the bytes of `source`: of a `BytesIO` those from its cursor on, without a copy; of anything else
 * everything that it yields, `maxInputBytes` at most. When `use` succeeds the cursor is moved behind what it consumed, by default everything;
 * when it fails the cursor is where it was.
 */
export async function readBytes<Result>(
  of: Operation,
  source: Source,
  { signal, maxInputBytes = DEFAULT_MAX_INPUT_BYTES }: ReadOptions,
  use: (bytes: Uint8Array<ArrayBuffer>, consumed: (length: number) => void) => Result | Promise<Result>,
): Promise<Result> {
  requireMaxInputBytes(of, maxInputBytes);
  signal?.throwIfAborted();
  const tooLong = (partial?: Uint8Array<ArrayBuffer>) =>
    new LimitError(
      `${of.operation} reads ${maxInputBytes} bytes at most, and the input is longer: raise maxInputBytes`,
      'maxInputBytes',
      maxInputBytes,
      partial,
    );
  const stream = isStream(source)
    ? source
    : await takeIn(source, signal, maxInputBytes).catch((error: unknown) => {
        throw isMemioError(error, 'ERR_MEMIO_LIMIT') ? tooLong(error.partial) : error;
      });
  const start = stream.tell();
  if (stream.size - start > maxInputBytes) throw tooLong();
  const held = hold(stream);
  let end = Math.max(held.bytes.length, start);
  try {
    const result = await use(held.bytes.subarray(start), (length) => {
      end = start + length;
    });
    stream.seek(end);
    return result;
  } catch (error) {
    throw signal?.aborted && error === signal.reason ? error : adapterError(of, error);
  } finally {
    held.release();
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
 */
export async function holdContent(content: Source | string, { signal }: ReadOptions = {}): Promise<Held> {
  signal?.throwIfAborted();
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : bytesOf(content);
  if (bytes) return { bytes, release() {} };
  return hold(isStream(content) ? content : await takeIn(content as Source, signal));
}

/** The whole content of `stream`, without a copy unless the stream has moved to a file. */
function hold(stream: BytesIO): Held<Uint8Array<ArrayBuffer>> {
  try {
    const view = stream.getbuffer();
    return { bytes: view, release: () => view.release() };
  } catch (error) {
    if (!isMemioError(error, 'ERR_MEMIO_UNSUPPORTED')) throw error;
    return { bytes: stream.getvalue(), release() {} };
  }
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

function requireMaxInputBytes({ operation }: Operation, value: unknown): void {
  if (value === Number.POSITIVE_INFINITY) return;
  if (!Number.isSafeInteger(value))
    throw typeError(`Cannot limit the input of ${operation} to ${describe(value)}: maxInputBytes must be an integer`);
  if ((value as number) < 0)
    throw rangeError(`Cannot limit the input of ${operation} to ${value}: maxInputBytes must be >= 0`);
}

async function takeIn(source: Source, signal: AbortSignal | undefined, maxBytes?: number): Promise<BytesIO> {
  try {
    return await BytesIO.from(source, { signal, maxBytes });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
