import { type BytesLike, bytesOf, requireBytes } from './bytes-like.ts';
import { describe, IngestError, LimitError, type MemioErrorCode, rangeError, typeError } from './errors.ts';

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

interface Step {
  done?: boolean | undefined;
  value?: unknown;
}

/** What every kind of source is turned into. */
interface Feed {
  next(): Promise<Step> | Step;
  cancel(reason: unknown): unknown;
  /** Whether chunks stay as they are: a stream hands them over, an array has them all; a generator may reuse its own. */
  owned: boolean;
  expected?: number | undefined;
}

/**
 * The chunks of `source`, all of them, in memory that nobody will change. Whatever goes wrong, the source has been
 * cancelled when the promise rejects; a source that does not answer is not waited for.
 */
export async function collect(source: Source, options: FromOptions): Promise<Uint8Array[]> {
  const { maxBytes = Number.POSITIVE_INFINITY, signal, onProgress } = options;
  requireCount(maxBytes, 'maxBytes');
  requireCount(options.expectedLength ?? 0, 'expectedLength');
  const feed = open(source);
  const expected = options.expectedLength ?? feed.expected;
  const chunks: Uint8Array[] = [];
  let received = 0;

  const failure = (what: string, code: MemioErrorCode, cause?: unknown) => {
    const progress = expected === undefined ? `${received} bytes` : `${received} of ${expected} bytes`;
    return new IngestError(
      `${what} after ${progress}`,
      code,
      concat(chunks, received),
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
      concat(chunks, received),
    );
  };
  const accept = (value: unknown) => {
    const bytes = requireBytes(value, 'take in');
    requireRoom(received + bytes.length);
    if (bytes.length > 0) chunks.push(feed.owned ? bytes : bytes.slice());
    received += bytes.length;
    if (received > expected!) throw failure('The source went on', 'ERR_MEMIO_OVERRUN');
    onProgress?.(received, expected);
  };

  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error?: unknown) => {
      if (settled) return;
      settled = true;
      signal?.removeEventListener('abort', onAbort);
      if (error === undefined) return resolve(chunks);
      reject(error);
      // The failure has been told; that cancelling fails as well, or never ends, would add nothing.
      new Promise((cancelled) => cancelled(feed.cancel(error))).catch(() => {});
    };
    const onAbort = () => settle(failure('Aborted', 'ERR_MEMIO_ABORTED', signal?.reason));
    const pump = async () => {
      requireRoom(expected ?? 0);
      for (;;) {
        let step: Step;
        try {
          step = await feed.next();
        } catch (cause) {
          throw failure(
            `The source failed (${cause instanceof Error ? cause.message : cause})`,
            'ERR_MEMIO_SOURCE',
            cause,
          );
        }
        if (settled) return;
        if (step.done) break;
        accept(step.value);
      }
      if (received < expected!) throw failure('The source ended', 'ERR_MEMIO_TRUNCATED');
    };

    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort);
    pump().then(() => settle(), settle);
  });
}

function open(source: Source): Feed {
  const memory = bytesOf(source);
  if (memory) return { ...open([memory]), expected: memory.length };
  if (has(source, 'arrayBuffer'))
    return 'headers' in source ? openResponse(source as unknown as Response) : openBlob(source as unknown as Blob);
  if (has(source, 'getReader')) {
    if (source['locked']) throw unusable('the stream is locked to another reader');
    const reader = (source as unknown as ReadableStream).getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason), owned: true };
  }
  const iterable = Object(source) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator =
    iterable[Symbol.asyncIterator]?.() ?? (typeof source === 'object' ? iterable[Symbol.iterator]?.() : undefined);
  if (!iterator)
    throw typeError(
      `Cannot take in ${describe(source)}: expected bytes, a Blob, a Response, a ReadableStream or an iterable of bytes`,
    );
  return {
    next: () => iterator.next(),
    cancel: () => (has(source, 'destroy') ? source.destroy() : iterator.return?.()),
    owned: Array.isArray(source) || has(source, 'pipe'),
  };
}

const openBlob = (blob: Blob): Feed => ({ ...open(blob.stream()), expected: blob.size });

function openResponse({ body, bodyUsed, headers, ok, status, statusText, type }: Response): Feed {
  if (!ok) {
    body?.cancel().catch(() => {});
    throw unusable(`the server answered ${status} ${statusText}`, 'ERR_MEMIO_STATUS');
  }
  if (bodyUsed) throw unusable('the body of the response was read before');
  return { ...open(body ?? []), expected: contentLength(headers, type) };
}

const unusable = (why: string, code: MemioErrorCode = 'ERR_MEMIO_SOURCE') =>
  new IngestError(`Cannot read the source: ${why}`, code, new Uint8Array(0));

/** The declared length, where it speaks of the bytes that will come. */
function contentLength(headers: Headers, type: ResponseType): number | undefined {
  const length = headers.get('content-length');
  if (!length || !/^\d+$/.test(length)) return undefined;
  // Of a cross-origin response a page sees Content-Length but not Content-Encoding: what it counts cannot be known.
  const encoding = headers.get('content-encoding');
  return type === 'cors' || (encoding && encoding.toLowerCase() !== 'identity') ? undefined : Number(length);
}

function has<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, () => unknown> & Record<string, unknown> {
  return typeof (value as Record<string, unknown> | null)?.[name] === 'function';
}

function requireCount(value: unknown, name: string): void {
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
