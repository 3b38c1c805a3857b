import { requireBytes } from './bytes-like.ts';
import { describe, LimitError, rangeError, SourceError, typeError } from './errors.ts';
import { open, type Source, type Step } from './feed.ts';

export { FreshContent, KeptChunks } from './basins.ts';

/** Options of `BytesIO.from` and `writeFrom`. */
export interface FromOptions {
  /** The most bytes to take; one more is a `LimitError`. Default: no limit. */
  maxBytes?: number | undefined;
  /** How many bytes have to come. Default: a `Response`'s Content-Length, the size of a `Blob`, otherwise unknown. */
  expectedLength?: number | undefined;
  /** Aborting it cancels the source and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each chunk with the bytes received so far and, where it is known, how many are expected. */
  onProgress?: ((received: number, expected?: number) => void) | undefined;
}

/** Where chunks are gathered until the source has ended. */
export interface Basin {
  /** Told once, before the first chunk, how much is said to come. It may be a lie. */
  expect(length: number): void;
  /**
   * @param owned whether the chunk may be kept; otherwise its maker may change it after the call
   * @returns where the next chunk has to wait, a promise
   */
  take(chunk: Uint8Array, owned: boolean): Promise<void> | void;
  /** What was taken so far, for an error that carries it; nothing is taken afterwards. */
  partial(): Uint8Array<ArrayBuffer>;
}

/**
 * Fills `basin` with everything that `source` yields. Whatever goes wrong, the source is cancelled and the basin left
 * alone when the promise rejects; a source that does not answer is not waited for.
 */
export async function ingest(source: Source, options: FromOptions, basin: Basin): Promise<void> {
  const { maxBytes = Number.POSITIVE_INFINITY, signal, onProgress } = options;
  requireCount(maxBytes, 'maxBytes');
  requireCount(options.expectedLength ?? 0, 'expectedLength');
  const feed = open(source);
  const expected = options.expectedLength ?? feed.expected;
  let received = 0;

  const failure = (what: string, code: SourceError['code'], cause?: unknown) => {
    const progress = expected === undefined ? `${received} bytes` : `${received} of ${expected} bytes`;
    return new SourceError(
      `${what} after ${progress}`,
      code,
      basin.partial(),
      expected,
      cause === undefined ? {} : { cause },
    );
  };
  const requireRoom = (length: number) => {
    if (length <= maxBytes) return;
    throw new LimitError(
      `Cannot take in ${length} bytes: maxBytes is ${maxBytes}`,
      'maxBytes',
      maxBytes,
      basin.partial(),
    );
  };
  const accept = (value: unknown) => {
    const bytes = requireBytes(value, 'take in');
    requireRoom(received + bytes.length);
    const room = bytes.length > 0 ? basin.take(bytes, feed.owned) : undefined;
    received += bytes.length;
    if (received > expected!) throw failure('The source went on', 'ERR_MEMIO_OVERRUN');
    onProgress?.(received, expected);
    return room;
  };

  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = () => {
      const first = !settled;
      settled = true;
      signal?.removeEventListener('abort', onAbort);
      return first;
    };
    const fail = (error: unknown) => {
      if (!settle()) return;
      reject(error);
      // A source that fails to cancel, or never finishes, does not change the outcome.
      new Promise((cancelled) => cancelled(feed.cancel(error))).catch(() => {});
    };
    const onAbort = () => fail(signal?.reason);
    const pump = async () => {
      requireRoom(expected ?? 0);
      if (expected !== undefined) basin.expect(expected);
      for (;;) {
        let step: Step;
        try {
          const next = feed.next();
          step = 'then' in next ? await next : next;
        } catch (cause) {
          if (signal?.aborted) return onAbort();
          const why = cause instanceof Error ? cause.message : cause;
          // What fetch says when a connection ends early, here and in browsers; Firefox just ends the body.
          const cutOff = cause instanceof TypeError && received < feed.declared!;
          throw failure(`The source failed (${why})`, cutOff ? 'ERR_MEMIO_TRUNCATED' : 'ERR_MEMIO_SOURCE', cause);
        }
        if (settled) return;
        if (step.done) break;
        const room = accept(step.value);
        if (room) await room;
      }
      if (received < expected!) throw failure('The source ended', 'ERR_MEMIO_TRUNCATED');
    };

    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    pump().then(() => settle() && resolve(), fail);
  });
}

function requireCount(value: unknown, name: string): void {
  if (value === Number.POSITIVE_INFINITY) return;
  if (!Number.isSafeInteger(value))
    throw typeError(`Cannot take in ${describe(value)} bytes: ${name} must be an integer`);
  if ((value as number) < 0) throw rangeError(`Cannot take in ${value} bytes: ${name} must be >= 0`);
}
