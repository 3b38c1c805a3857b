import { type BytesLike, bytesOf } from './bytes-like.ts';
import { describe, SourceError, typeError } from './errors.ts';

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

const CHUNK = 65_536;

/** Marks an iterable that hands its chunks over. By name, since another copy of the package may have made it. */
export const OWNED: unique symbol = Symbol.for('@memio/owned') as never;

export interface Step {
  done?: boolean | undefined;
  value?: unknown;
}

/** What every kind of source is turned into. */
export interface Feed {
  next(): Promise<Step> | Step;
  cancel(reason: unknown): unknown;
  /** Whether chunks stay as they are: a stream hands them over, an array has them all; a generator may reuse its own. */
  owned: boolean;
  expected?: number | undefined;
  /** `expected`, where a server has said it. */
  declared?: number | undefined;
}

/** @throws what forbids reading `source` at all; it has been cancelled then */
export function open(source: Source): Feed {
  const memory = bytesOf(source);
  if (memory) return { ...open([memory]), expected: memory.length };
  if (has(source, 'arrayBuffer'))
    return 'headers' in source ? openResponse(source as unknown as Response) : openBlob(source as unknown as Blob);
  if (has(source, 'getReader')) {
    if (source['locked']) throw unusable('the stream is locked to another reader');
    const reader = (source as unknown as ReadableStream).getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason), owned: true };
  }
  // A file, as Python has it: a BytesIO, of whatever copy of the package. By line it would be slow.
  if (has(source, 'readinto') && has(source, 'read')) {
    const file = source as unknown as { read(size: number): Uint8Array };
    const next = () => {
      const value = file.read(CHUNK);
      return { value, done: value.length === 0 };
    };
    return { next, cancel() {}, owned: true };
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
    owned: Array.isArray(source) || has(source, 'pipe') || OWNED in iterable,
  };
}

const openBlob = (blob: Blob): Feed => ({ ...open(blob.stream()), expected: blob.size });

function openResponse({ body, bodyUsed, headers, ok, status, statusText, type }: Response): Feed {
  if (!ok) {
    body?.cancel().catch(() => {});
    throw unusable(`the server answered ${`${status} ${statusText}`.trimEnd()}`, 'ERR_MEMIO_STATUS');
  }
  if (bodyUsed) throw unusable('the body of the response was read before');
  // Of an answer to HEAD, or without content, the length speaks of what was not asked for.
  const declared = body ? contentLength(headers, type) : undefined;
  return { ...open(body ?? []), expected: declared, declared };
}

const unusable = (why: string, code: SourceError['code'] = 'ERR_MEMIO_SOURCE') =>
  new SourceError(`Cannot read the source: ${why}`, code, new Uint8Array(0));

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
