import { adapterError, type ChunkSink, type Operation, type WriteOptions } from '@memio/core/adapter';
import type { ZipSource } from './entries.ts';
import { Generation } from './generation.ts';
import type { ChunkStream } from './internals.ts';
import { requireOptions, ZIP_OPTIONS, type ZipOptions } from './options.ts';

export interface StreamZipOptions extends ZipOptions, Pick<WriteOptions, 'signal' | 'onProgress'> {}

const OF: Operation = { adapter: '@memio/jszip', operation: 'streamZip' };
const OPTIONS = { signal: 'any', onProgress: 'any', ...ZIP_OPTIONS } as const;

/**
 * An archive as a stream that is made while it is read: for a response that starts before its last entry exists. Takes
 * what `writeZip` takes, and reads the contents as it does. What is in memory besides them is an entry at most, as it is
 * in the archive; with `streamFiles`, a few chunks.
 *
 * Nothing is made before the stream is read, and no faster than it is read. A content that fails, or `signal`, errors
 * the stream: what was read until then is no archive. Cancelling it stops the work.
 *
 * Each chunk is a copy, and the reader's. A `BytesIO` that is a content cannot change its size before the stream has
 * ended or was cancelled.
 *
 * @throws {TypeError} and {RangeError} at once, for the reasons of `writeZip`
 *
 * @example
 * ```ts
 * const response = new Response(streamZip({ 'hello.txt': 'Hello', 'logo.png': png }));
 * (await BytesIO.from(response)).read(4); //=> b`PK\x03\x04`
 * ```
 */
export function streamZip(source: ZipSource, given: StreamZipOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  requireOptions('stream a ZIP', given, OPTIONS);
  const { signal, onProgress, ...options } = given;
  signal?.throwIfAborted();
  const making = new Making(new Generation(source, options), { signal, onProgress });
  return new ReadableStream<Uint8Array<ArrayBuffer>>(making, { highWaterMark: 0 });
}

/** Between JSZip, which calls a sink, and the stream, which asks for more. */
class Making implements ChunkSink, UnderlyingDefaultSource<Uint8Array<ArrayBuffer>> {
  readonly #generation: Generation;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: ((written: number) => void) | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;
  #chunks: ChunkStream | undefined;
  #written = 0;
  #settled = false;

  constructor(generation: Generation, { signal, onProgress }: Pick<WriteOptions, 'signal' | 'onProgress'>) {
    this.#generation = generation;
    this.#signal = signal;
    this.#onProgress = onProgress;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    this.#controller = controller;
    this.#signal?.addEventListener('abort', this.#onAbort);
  }

  async pull(): Promise<void> {
    try {
      if (!this.#chunks) {
        await this.#generation.prepare();
        this.#chunks = this.#generation.start(this);
      }
      if (!this.#settled) this.#chunks.resume();
    } catch (error) {
      this.fail(error);
    }
  }

  cancel(): void {
    this.#settle();
  }

  readonly push = (chunk: unknown): void => {
    // JSZip resumes a tick later than it is told to, and may have been stopped meanwhile.
    if (this.#settled) {
      this.#chunks?.pause();
      return;
    }
    // It hands out pieces of what it was given, and of what it has compressed.
    const copy = new Uint8Array(chunk as Uint8Array);
    this.#controller?.enqueue(copy);
    if (this.#controller?.desiredSize === 0) this.#chunks?.pause();
    this.#written += copy.length;
    try {
      this.#onProgress?.(this.#written);
    } catch (error) {
      this.reject(error);
    }
  };

  readonly end = (): void => {
    if (this.#settle()) this.#controller?.close();
  };

  readonly fail = (cause: unknown): void => this.reject(adapterError(OF, cause));

  readonly reject = (error: unknown): void => {
    if (this.#settle()) this.#controller?.error(error);
  };

  readonly #onAbort = (): void => this.reject(this.#signal?.reason);

  /** Once: whatever comes later is ignored. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#chunks?.pause();
    this.#generation.release();
    return true;
  }
}
