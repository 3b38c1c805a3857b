import { type BytesLike, bytesOf } from './bytes-like.ts';
import { describe, LimitError, type MemioErrorCode, rangeError, typeError } from './errors.ts';

/**
 * Where bytes can come from: memory, a `Blob` or `File`, a `Response`, a `ReadableStream`, an iterable or async iterable
 * of bytes-like chunks (a Node.js stream is one), or another `BytesIO`, read from its cursor.
 */
export type Source =
  | BytesLike
  | Blob
  | Response
  | ReadableStream<BytesLike>
  | AsyncIterable<BytesLike>
  | Iterable<BytesLike>;

export interface FromOptions {
  /** The most bytes to take; one more is a `LimitError`. Default: no limit. */
  maxBytes?: number | undefined;
  /** How many bytes have to come. Default: a `Response`'s Content-Length, the size of a `Blob`, otherwise unknown. */
  expectedLength?: number | undefined;
  /** Aborting it cancels the source and rejects with an `IngestError` whose `cause` is the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each chunk with the bytes received so far and, where it is known, how many are expected. */
  onProgress?: ((received: number, expected?: number) => void) | undefined;
}

/** A source failed, was aborted, or did not yield as many bytes as were expected. */
export class IngestError extends Error {
  override readonly name = 'IngestError';
  readonly code: MemioErrorCode;
  /** The bytes that had arrived; the caller's alone. */
  readonly partial: Uint8Array<ArrayBuffer>;
  /** How many bytes were expected, where that was known. */
  readonly expected: number | undefined;

  constructor(
    message: string,
    code: MemioErrorCode,
    {
      partial,
      expected,
      ...options
    }: ErrorOptions & { partial: Uint8Array<ArrayBuffer>; expected?: number | undefined },
  ) {
    super(message, options);
    this.code = code;
    this.partial = partial;
    this.expected = expected;
  }
}

/** What every kind of source is turned into. */
interface Feed {
  next(): Promise<{ done?: boolean | undefined; value?: unknown }> | { done?: boolean | undefined; value?: unknown };
  cancel(reason: unknown): unknown;
  /** Whether chunks are ours to keep: a stream hands them over, the maker of an iterable may reuse them. */
  readonly owned: boolean;
  readonly expected?: number | undefined;
}

/**
 * The chunks of `source`, all of them, in memory that nobody will change. Whatever goes wrong, the source has been
 * cancelled when the promise rejects; a source that does not answer is not waited for.
 */
export async function collect(source: Source, options: FromOptions): Promise<Uint8Array[]> {
  const { maxBytes = Number.POSITIVE_INFINITY, signal, onProgress } = options;
  requireCount(maxBytes, 'maxBytes');
  if (options.expectedLength !== undefined) requireCount(options.expectedLength, 'expectedLength');
  const memory = bytesOf(source);
  const feed = memory ? { ...feedOf([memory]), owned: true } : open(source);
  const expected = options.expectedLength ?? feed.expected ?? memory?.length;
  const chunks: Uint8Array[] = [];
  let received = 0;

  const fail = (message: string, code: MemioErrorCode, cause?: unknown) =>
    new IngestError(message, code, {
      partial: concat(chunks, received),
      expected,
      ...(cause === undefined ? {} : { cause }),
    });
  const tooLarge = (what: string) =>
    new LimitError(`Cannot take in ${what}: maxBytes is ${maxBytes}`, 'maxBytes', maxBytes, {
      partial: concat(chunks, received),
    });
  const so = () => (expected === undefined ? `after ${received} bytes` : `after ${received} of ${expected} bytes`);

  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error?: unknown) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve(chunks);
      reject(error);
      // The failure has been told; that cancelling fails as well, or never ends, would add nothing.
      try {
        Promise.resolve(feed.cancel(error)).catch(() => {});
      } catch {}
    };
    const onAbort = () => settle(fail(`Aborted ${so()}`, 'ERR_MEMIO_ABORTED', signal?.reason));

    const accept = (value: unknown) => {
      const bytes = bytesOf(value);
      if (!bytes)
        throw typeError(
          `Cannot take in ${describe(value)}: a source must yield bytes${typeof value === 'string' ? ', not text' : ''}`,
        );
      if (received + bytes.length > maxBytes) throw tooLarge(`${received + bytes.length} bytes`);
      if (bytes.length > 0) chunks.push(feed.owned ? bytes : bytes.slice());
      received += bytes.length;
      if (expected !== undefined && received > expected) {
        throw fail(`The source yielded ${received} bytes: expected ${expected}`, 'ERR_MEMIO_OVERRUN');
      }
      onProgress?.(received, expected);
    };
    const pump = async () => {
      for (;;) {
        let step: { done?: boolean | undefined; value?: unknown };
        try {
          step = await feed.next();
        } catch (cause) {
          throw fail(
            `The source failed ${so()}: ${cause instanceof Error ? cause.message : String(cause)}`,
            'ERR_MEMIO_SOURCE',
            cause,
          );
        }
        if (settled) return;
        if (step.done) break;
        accept(step.value);
      }
      if (expected !== undefined && received < expected) throw fail(`The source ended ${so()}`, 'ERR_MEMIO_TRUNCATED');
    };

    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (expected !== undefined && expected > maxBytes) return settle(tooLarge(`${expected} bytes`));
    pump().then(() => settle(), settle);
  });
}

function open(source: Source): Feed {
  if (isResponse(source)) {
    const { body, headers, ok, status } = source;
    if (!ok) {
      body?.cancel().catch(() => {});
      throw new IngestError(
        `The server answered ${status}${source.statusText && ` ${source.statusText}`}`,
        'ERR_MEMIO_STATUS',
        { partial: new Uint8Array(0) },
      );
    }
    if (source.bodyUsed)
      throw new IngestError('The body of the response was read before', 'ERR_MEMIO_SOURCE', {
        partial: new Uint8Array(0),
      });
    return { ...feedOf(body ?? []), expected: contentLength(headers, source.type) };
  }
  if (isBlob(source)) return { ...feedOf(source.stream()), expected: source.size };
  return feedOf(source as ReadableStream | AsyncIterable<unknown> | Iterable<unknown>);
}

function feedOf(source: ReadableStream | AsyncIterable<unknown> | Iterable<unknown>): Feed {
  if (has(source, 'getReader')) {
    const stream = source as ReadableStream;
    if (stream.locked)
      throw new IngestError('The stream is locked to another reader', 'ERR_MEMIO_SOURCE', {
        partial: new Uint8Array(0),
      });
    const reader = stream.getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason), owned: true };
  }
  const iterable = source as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator =
    typeof source === 'object' && (iterable?.[Symbol.asyncIterator]?.() ?? iterable?.[Symbol.iterator]?.());
  if (!iterator)
    throw typeError(
      `Cannot take in ${describe(source)}: expected bytes, a Blob, a Response, a ReadableStream or an iterable of bytes`,
    );
  return {
    next: () => iterator.next(),
    cancel: () => (has(source, 'destroy') ? source.destroy() : iterator.return?.()),
    owned: has(source, 'pipe'),
  };
}

/** The declared length, where it speaks of the bytes that will come. */
function contentLength(headers: Headers, type: ResponseType): number | undefined {
  const length = headers.get('content-length');
  if (!length || !/^\d+$/.test(length)) return undefined;
  // Of a cross-origin response a page sees Content-Length but not Content-Encoding: what it counts cannot be known.
  const encoding = headers.get('content-encoding');
  return type === 'cors' || (encoding && encoding.toLowerCase() !== 'identity') ? undefined : Number(length);
}

const isResponse = (source: unknown): source is Response =>
  has(source, 'arrayBuffer') && 'headers' in source && 'status' in source;
const isBlob = (source: unknown): source is Blob => has(source, 'arrayBuffer') && has(source, 'stream');

function has<Name extends string>(value: unknown, name: Name): value is Record<Name, (...args: unknown[]) => unknown> {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function';
}

function requireCount(value: unknown, name: string): asserts value is number {
  if (value === Number.POSITIVE_INFINITY) return;
  if (!Number.isSafeInteger(value))
    throw typeError(`Cannot take in ${describe(value)} bytes: ${name} must be an integer`);
  if ((value as number) < 0) throw rangeError(`Cannot take in ${value} bytes: ${name} must be >= 0`);
}

function concat(chunks: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
