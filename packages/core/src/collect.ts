import { requireLimit, requireOptions, requireSignal } from './arguments.ts';
import { requireBytes } from './bytes-like.ts';
import type { Collector } from './collectors.ts';
import { isMemioError, LimitError, SourceError } from './errors.ts';
import { type OpenSource, openSource, type Source, type Step } from './source.ts';

/** Options of `BytesIO.from` and `writeFrom`. */
export interface FromOptions {
  /** The most bytes to take from the source; one more is a `LimitError`. Default: no limit. */
  maxBytes?: number | undefined;
  /** How many bytes have to come. Default: a `Response`'s Content-Length, the size of a `Blob`, otherwise unknown. */
  expectedLength?: number | undefined;
  /** Aborting it cancels the source and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each chunk with the bytes received so far and, where it is known, how many are expected. */
  onProgress?: ((received: number, expected?: number) => void) | undefined;
}

export const FROM_OPTIONS: readonly string[] = ['maxBytes', 'expectedLength', 'signal', 'onProgress'];

/** For how long chunks are taken before timers and other events get their turn, in milliseconds. */
const TURN = 20;
/** After how many chunks, or bytes, the clock is read. */
const CHUNKS = 16;
const BYTES = 256 * 1024;
/** Each byte makes up for one empty chunk, beyond these. */
const EMPTY_CHUNKS = 10_000;

/**
 * Gives everything that `source` yields to `collector`. Whatever goes wrong, the source is cancelled and the collector
 * left alone when the promise rejects; a source that does not answer is not waited for. A source that always answers at
 * once does not keep the event loop from turning.
 */
export async function collect(source: Source, options: FromOptions, collector: Collector): Promise<void> {
  requireOptions(options, 'read a source', FROM_OPTIONS);
  const { maxBytes = Number.POSITIVE_INFINITY, expectedLength, signal, onProgress } = options;
  requireLimit(maxBytes, 'read at most', 'maxBytes');
  requireLimit(expectedLength ?? 0, 'expect', 'expectedLength');
  requireSignal(signal, 'read a source');
  const opened = open(source);
  const expected = expectedLength ?? opened.expected;
  let received = 0;
  let empty = 0;

  const failure = (what: string, code: SourceError['code'], options?: ErrorOptions) => {
    const progress = expected === undefined ? `${received} bytes` : `${received} of ${expected} bytes`;
    return new SourceError(`${what} after ${progress}`, code, collector.partial(), expected, options);
  };
  const requireRoom = (length: number) => {
    if (length <= maxBytes) return;
    const message = `Cannot read ${length} bytes from the source: maxBytes is ${maxBytes}`;
    throw new LimitError(message, 'maxBytes', maxBytes, collector.partial());
  };
  const accept = (value: unknown) => {
    const bytes = requireBytes(value, 'read a chunk from');
    if (bytes.length === 0 && ++empty > received + EMPTY_CHUNKS)
      throw failure(`The source yielded ${empty} empty chunks`, 'ERR_MEMIO_SOURCE');
    requireRoom(received + bytes.length);
    const room = bytes.length > 0 ? collector.take(bytes, opened.owned) : undefined;
    received += bytes.length;
    if (received > expected!) throw failure('The source exceeded the expected length', 'ERR_MEMIO_OVERRUN');
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
      new Promise((cancelled) => cancelled(opened.cancel(error))).catch(() => {});
    };
    const onAbort = () => fail(signal?.reason);
    const pump = async () => {
      requireRoom(expected ?? 0);
      if (expected !== undefined) collector.expect(expected);
      const turn = turns();
      for (;;) {
        let step: Step;
        try {
          const answer = requireObject(opened.next());
          // A promise for each of a hundred thousand chunks of an array would take longer than all else.
          step = 'then' in answer ? requireObject(await answer) : answer;
        } catch (cause) {
          if (signal?.aborted) return onAbort();
          const why = cause instanceof Error ? cause.message : cause;
          // What fetch says when a connection ends early, here and in browsers; Firefox just ends the body.
          const cutOff = cause instanceof TypeError && received < opened.declared!;
          throw failure(`The source failed (${why})`, cutOff ? 'ERR_MEMIO_TRUNCATED' : 'ERR_MEMIO_SOURCE', { cause });
        }
        if (settled) return;
        if (step.done) break;
        const before = received;
        const room = accept(step.value);
        // What an async callback rejects with must not be lost, nor end the process.
        const reported = onProgress?.(received, expected) as unknown;
        if (typeof (reported as PromiseLike<void> | undefined)?.then === 'function')
          (reported as PromiseLike<void>).then(undefined, fail);
        if (room) await room;
        const pause = turn(received - before);
        if (pause) await pause;
        if (settled) return;
      }
      if (received < expected!) throw failure('The source ended', 'ERR_MEMIO_TRUNCATED');
    };

    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    pump().then(() => settle() && resolve(), fail);
  });
}

/** @throws what forbids reading `source` at all; what its own code throws is a `SourceError` */
function open(source: Source): OpenSource {
  try {
    return openSource(source);
  } catch (cause) {
    if (isMemioError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : cause;
    throw new SourceError(`Cannot read the source: ${why}`, 'ERR_MEMIO_SOURCE', new Uint8Array(0), undefined, {
      cause,
    });
  }
}

function requireObject<Answer>(answer: Answer): Answer {
  if (Object(answer) !== answer) throw new TypeError(`next() returned ${answer}`);
  return answer;
}

/** @returns what is called after each piece of work, and gives a promise to wait for when others have to have a turn */
export function turns(): (bytes: number) => Promise<void> | undefined {
  let started = performance.now();
  let left = CHUNKS;
  return (bytes) => {
    left -= 1 + (bytes * CHUNKS) / BYTES;
    if (left > 0) return undefined;
    left = CHUNKS;
    if (performance.now() - started < TURN) return undefined;
    return eventLoopTurn().then(() => {
      started = performance.now();
    });
  };
}

type Timers = { setImmediate?(callback: () => void): void; scheduler?: { yield?(): Promise<void> } };

/** Resolves once timers and other events had their turn. */
function eventLoopTurn(): Promise<void> {
  const { setImmediate, scheduler } = globalThis as Timers;
  if (setImmediate) return new Promise((resolve) => setImmediate(resolve));
  return scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));
}
