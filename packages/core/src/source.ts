import { type BytesLike, bytesOf, cureFor } from './bytes-like.ts';
import { describe, SourceError, typeError } from './errors.ts';

/**
 * Where bytes can come from: memory, a `Blob` or `File`, a `Response` or `Request`, a `ReadableStream`, an iterable or
 * async iterable of bytes-like chunks (a Node.js stream is one), or another `BytesIO`, read from its cursor.
 */
export type Source =
  | BytesLike
  | Blob
  | Response
  | Request
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
export interface OpenSource {
  next(): Promise<Step> | Step;
  cancel(reason: unknown): unknown;
  /** Whether chunks may be kept: nobody else changes them. */
  owned: boolean;
  expected?: number | undefined;
  /** `expected`, where a server has declared it. */
  declared?: number | undefined;
}

/** @throws what forbids reading `source` at all; it has been cancelled then */
export function openSource(source: Source): OpenSource {
  const memory = bytesOf(source);
  if (memory) return { next: once(memory), cancel() {}, owned: false, expected: memory.length };
  // First of all a file, as Python has it: a BytesIO, of whatever copy of the package, from its cursor.
  if (has(source, 'readinto') && has(source, 'read')) return openFile(source as unknown as File);
  if (has(source, 'arrayBuffer') && 'headers' in source && 'body' in source) return openBody(source as unknown as Body);
  if (has(source, 'arrayBuffer') && has(source, 'stream')) {
    const blob = source as unknown as Blob;
    return { ...openSource(blob.stream()), expected: blob.size };
  }
  if (has(source, 'getReader')) {
    if (source['locked']) throw unusable('the stream is locked to another reader');
    const stream = source as unknown as ReadableStream;
    const owned = isByteStream(stream);
    const reader = stream.getReader();
    return { next: () => reader.read(), cancel: (reason) => reader.cancel(reason), owned };
  }
  const iterable = Object(source) as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  const iterator =
    iterable[Symbol.asyncIterator]?.() ?? (typeof source === 'object' ? iterable[Symbol.iterator]?.() : undefined);
  if (!iterator)
    throw typeError(
      `Cannot read ${describe(source)}: expected bytes, a Blob, Response, stream or iterable; ${cureFor(source)}`,
    );
  return {
    next: () => iterator.next(),
    cancel: () => (has(source, 'destroy') ? source.destroy() : iterator.return?.()),
    owned: has(source, 'pipe') || OWNED in iterable,
  };
}

type File = { read(size: number): Uint8Array };

function openFile(file: File): OpenSource {
  const next = () => {
    const value = file.read(CHUNK);
    return { value, done: value.length === 0 };
  };
  return { next, cancel() {}, owned: true };
}

function once(value: Uint8Array): () => Step {
  const steps: Step[] = [{ value }];
  return () => steps.pop() ?? { done: true };
}

/** A byte stream takes the memory of each chunk away from its source; the chunks of others may be used again. */
function isByteStream(stream: ReadableStream): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}

/** A request has no status. */
type Body = Pick<Response, 'body' | 'bodyUsed' | 'headers' | 'type'> &
  Partial<Pick<Response, 'ok' | 'status' | 'statusText'>>;

function openBody({ body, bodyUsed, headers, ok, status, statusText, type }: Body): OpenSource {
  if (ok === false) {
    // The body of a server that failed is not read; it may be a stream of another kind than the web's.
    if (body && has(body, 'cancel')) Promise.resolve(body.cancel()).catch(() => {});
    else if (body && has(body, 'destroy')) body.destroy();
    throw unusable(`the server answered ${`${status} ${statusText}`.trimEnd()}`, 'ERR_MEMIO_STATUS');
  }
  if (bodyUsed) throw unusable('its body was read before');
  // Of an answer to HEAD, or without content, the length speaks of what was not asked for.
  const declared = body ? contentLength(headers, type, ok === undefined) : undefined;
  return { ...(body ? openSource(body) : openSource([])), expected: declared, declared };
}

const unusable = (why: string, code: SourceError['code'] = 'ERR_MEMIO_SOURCE') =>
  new SourceError(`Cannot read the source: ${why}`, code, new Uint8Array(0));

/** The declared length, where it speaks of the bytes that will come. */
function contentLength(headers: Headers, type: ResponseType, isRequest: boolean): number | undefined {
  const length = headers.get('content-length');
  if (!length || !/^\d+$/.test(length)) return undefined;
  // `fetch` decodes responses, and nobody decodes the body of a request. Of a cross-origin response a page sees
  // Content-Length but not Content-Encoding: what it counts cannot be known.
  const encoding = headers.get('content-encoding');
  const decoded = !isRequest && (type === 'cors' || (encoding && encoding.toLowerCase() !== 'identity'));
  return decoded ? undefined : Number(length);
}

function has<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, () => unknown> & Record<string, unknown> {
  return typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
}
