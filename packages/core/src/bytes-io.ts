/// <reference lib="esnext.disposable" preserve="true" />
import { type BytesLike, requireBytes } from './bytes-like.ts';
import type { BytesView } from './bytes-view.ts';
import { describe, rangeError, typeError, UnsupportedOperation } from './errors.ts';
import type { Source } from './feed.ts';
import type { FromOptions } from './ingest.ts';
import { indexOfNewline } from './newline.ts';
import { Storage } from './storage.ts';
import { readableOf, writableOf } from './web-streams.ts';

/** A size, an offset or a hint; `undefined` and `null` are Python's `None`. */
type Optional = number | null | undefined;

/** Options of every `BytesIO`, however it is made. */
export interface BytesIOOptions {
  /** The most bytes the stream may ever hold; a write past it throws `LimitError` and changes nothing. Default: no limit. */
  maxBytes?: number | undefined;
}

/**
 * One seekable byte stream in memory: Python's `io.BytesIO`. What Python has keeps its Python name and its Python
 * meaning; what differs is in the table of the README.
 *
 * Every method that returns bytes returns a fresh `Uint8Array` that is the caller's alone, except `getbuffer` (a view)
 * and `transfer` (the memory itself). Every method throws `ClosedError` after `close()`.
 *
 * @example
 * ```ts
 * const io = new BytesIO();
 * io.write(b`Hello, `);
 * io.write(b`bytes\n`);
 * io.seek(0);
 * io.readline(); //=> b`Hello, bytes\n`
 * ```
 *
 * @see {@link https://docs.python.org/3/library/io.html#io.BytesIO | io.BytesIO}
 */
export class BytesIO implements Iterable<Uint8Array<ArrayBuffer>, void, undefined> {
  readonly #storage: Storage;
  #position = 0;

  /**
   * A stream that holds a copy of `initialBytes`, with its cursor at 0. Python: `BytesIO(initial_bytes=b'')`.
   *
   * @throws {TypeError} when `initialBytes` is not bytes-like, or `maxBytes` not an integer
   * @throws {RangeError} when `maxBytes` is negative
   * @throws {LimitError} when `initialBytes` is larger than `maxBytes`
   */
  constructor(initialBytes?: BytesLike | null, { maxBytes = Number.POSITIVE_INFINITY }: BytesIOOptions = {}) {
    if (maxBytes !== Number.POSITIVE_INFINITY) {
      requireInteger(maxBytes, 'limit a stream to', 'maxBytes');
      requireNotNegative(maxBytes, 'limit a stream to', 'maxBytes');
    }
    this.#storage = new Storage(maxBytes);
    if (initialBytes === undefined || initialBytes === null) return;
    const bytes = requireBytes(initialBytes, 'make a stream of');
    this.#storage.reserve(bytes.length);
    this.#storage.bytes.set(bytes);
    this.#storage.size = bytes.length;
  }

  /**
   * A stream on the caller's own memory, without a copy; the cursor is at 0. The array belongs to the stream from then
   * on: a later write may change it. A slice of a larger `Buffer` is copied after all, since Node's pooled memory
   * is not the caller's to give.
   *
   * @throws {TypeError} when `bytes` is not a `Uint8Array` on a plain, fixed-size `ArrayBuffer`
   */
  static adopt(bytes: Uint8Array<ArrayBuffer>, options?: BytesIOOptions): BytesIO {
    if (!(bytes instanceof Uint8Array)) throw typeError(`Cannot adopt ${describe(bytes)}: expected a Uint8Array`);
    const { buffer } = bytes;
    if (!(buffer instanceof ArrayBuffer) || ('resizable' in buffer && buffer.resizable)) {
      throw typeError('Cannot adopt shared or resizable memory: the constructor copies it');
    }
    if (bytes.length < buffer.byteLength && bytes.constructor !== Uint8Array) return new BytesIO(bytes, options);
    const stream = new BytesIO(undefined, options);
    stream.#storage.adopt(new Uint8Array(buffer, bytes.byteOffset, bytes.length));
    return stream;
  }

  /**
   * A stream of everything that `source` yields, with its cursor at 0, ready to read. The source is always used up or
   * cancelled.
   *
   * A `Response` is checked: its status must be a success, and its body as long as its Content-Length says (unless it
   * came content-encoded). A `BytesIO` is read from its cursor, like any file in Python.
   *
   * @throws {LimitError} when more than `maxBytes` came; it carries what had arrived
   * @throws {SourceError} when the source failed, was aborted, or yielded fewer or more than `expectedLength` bytes; it
   *   carries what had arrived
   * @throws {TypeError} when `source` is none of these, or yields something that is not bytes-like
   *
   * @example
   * ```ts
   * const io = await BytesIO.from(new Blob(['GIF89a']));
   * io.read(3); //=> b`GIF`
   * ```
   */
  static async from(source: Source, options: FromOptions = {}): Promise<BytesIO> {
    const { ingest, FreshContent } = await loadIngest(source);
    const stream = new BytesIO(undefined, options);
    const content = new FreshContent(stream.#storage);
    await ingest(source, options, content);
    content.end();
    return stream;
  }

  /**
   * Writes everything that `source` yields at the cursor, in one step after the source has ended: on failure the stream
   * is as it was. Sources, options and errors are those of `BytesIO.from`.
   *
   * @returns the number of bytes written
   */
  async writeFrom(source: Source, options: FromOptions = {}): Promise<number> {
    this.#storage.requireOpen('write');
    const { ingest, KeptChunks } = await loadIngest(source);
    const basin = new KeptChunks();
    await ingest(source, options, basin);
    return this.#place(basin.chunks);
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#storage.writable < 0;
  }

  /** The number of bytes in the stream, whatever the cursor; as on `Blob`. Python: `getbuffer().nbytes`. */
  get size(): number {
    this.#storage.requireOpen('tell the size');
    return this.#storage.size;
  }

  /**
   * Writes a copy of `data` at the cursor, over what is there, and moves the cursor behind it. A gap left by a `seek`
   * past the end is filled with zeros, unless `data` is empty.
   *
   * @returns the number of bytes written: all of them
   * @throws {TypeError} when `data` is not bytes-like; a string has to be encoded first
   * @throws {BufferError} when the stream would grow while a view is out
   * @throws {LimitError} when the stream would be larger than `maxBytes`
   * @throws {RangeError} when the engine cannot hold that much
   */
  write(data: BytesLike): number {
    const storage = this.#storage;
    const bytes = data instanceof Uint8Array ? data : this.#toWrite(data);
    const { length } = bytes;
    const start = this.#position;
    const end = start + length;
    if (end > storage.writable || start > storage.size) {
      storage.requireOpen('write');
      if (length === 0) return 0;
      storage.extend(start, end);
    }
    storage.bytes.set(bytes, start);
    if (end > storage.size) storage.size = end;
    this.#position = end;
    return length;
  }

  /** `write` for each of `lines`; no line ends are added. What was written before one that fails stays. */
  writelines(lines: Iterable<BytesLike>): void {
    this.#storage.requireOpen('write');
    if (typeof lines !== 'object' || typeof lines?.[Symbol.iterator] !== 'function') {
      throw typeError(`Cannot write the lines of ${describe(lines)}: expected an iterable of bytes`);
    }
    for (const line of lines) BytesIO.prototype.write.call(this, line);
  }

  /**
   * Reads up to `size` bytes from the cursor and moves it behind them. A negative size, or none, reads to the end.
   *
   * @returns a copy; empty at or behind the end
   * @throws {TypeError} when `size` is not an integer
   */
  read(size?: Optional): Uint8Array<ArrayBuffer> {
    return this.#take(this.#endOf(size, 'read'), 'read');
  }

  /** The same as `read`: there is no raw stream below that a second call could reach. */
  read1(size?: Optional): Uint8Array<ArrayBuffer> {
    return this.#take(this.#endOf(size, 'read'), 'read');
  }

  /** Reads up to `size` bytes without moving the cursor; to the end when `size` is less than 1. As in Python 3.16. */
  peek(size: number = 0): Uint8Array<ArrayBuffer> {
    requireInteger(size, 'peek', 'size');
    const position = this.#position;
    const bytes = this.#take(this.#endOf(size < 1 ? -1 : size, 'peek'), 'peek');
    this.#position = position;
    return bytes;
  }

  /**
   * Reads into `target` until it is full or the stream ends, without allocating.
   *
   * @returns the number of bytes read, 0 at the end
   * @throws {TypeError} when `target` is not bytes-like
   */
  readinto(target: BytesLike): number {
    const into = target instanceof Uint8Array ? target : requireBytes(target, 'read into');
    const storage = this.#storage;
    const start = this.#position;
    const length = Math.min(into.length, storage.size - start);
    if (length <= 0) {
      storage.requireOpen('read');
      return 0;
    }
    storage.copyInto(into, start, length);
    this.#position = start + length;
    return length;
  }

  /** The same as `readinto`. */
  readinto1(target: BytesLike): number {
    return this.readinto(target);
  }

  /**
   * Reads up to and including the next `\n`, at most `size` bytes when `size` is not negative.
   *
   * @returns a copy; without `\n` when the stream or `size` ended first, empty at the end
   */
  readline(size?: Optional): Uint8Array<ArrayBuffer> {
    return this.#take(this.#endOfLine(this.#endOf(size, 'read a line of')), 'read a line');
  }

  /** Reads lines until the end, or until they have `hint` bytes together when `hint` is positive. */
  readlines(hint?: Optional): Uint8Array<ArrayBuffer>[] {
    this.#storage.requireOpen('read lines');
    if (hint !== undefined && hint !== null) requireInteger(hint, 'read lines of', 'hint');
    const most = hint && hint > 0 ? hint : Number.MAX_SAFE_INTEGER;
    const lines: Uint8Array<ArrayBuffer>[] = [];
    for (let total = 0; total < most && this.#position < this.#storage.size; ) {
      const line = this.#take(this.#endOfLine(this.#storage.size), 'read a line');
      total += line.length;
      lines.push(line);
    }
    return lines;
  }

  /** The lines from the cursor on; every step moves the cursor. Of a closed stream the first step throws, as in Python. */
  [Symbol.iterator](): IterableIterator<Uint8Array<ArrayBuffer>, void, undefined> {
    return {
      next: () => {
        const value = this.#take(this.#endOfLine(this.#storage.size), 'read a line');
        return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  /**
   * Moves the cursor: `whence` 0 counts from the start, 1 from the cursor, 2 from the end. The cursor may lie behind the
   * end, up to `Number.MAX_SAFE_INTEGER`; relative to the cursor or the end it stops at 0.
   *
   * @returns the new position
   * @throws {TypeError} when `offset` or `whence` is not an integer
   * @throws {RangeError} when an absolute offset is negative, the position too large, or `whence` none of the three
   */
  seek(offset: number, whence: 0 | 1 | 2 = 0): number {
    requireInteger(offset, 'seek to', 'position');
    requireInteger(whence, 'seek with whence', 'whence');
    const storage = this.#storage;
    storage.requireOpen('seek');
    if (whence < 0 || whence > 2) throw rangeError(`Cannot seek with whence ${whence}: expected 0, 1 or 2`);
    if (whence === 0) requireNotNegative(offset, 'seek to', 'position');
    const position = offset + (whence === 0 ? 0 : whence === 1 ? this.#position : storage.size);
    if (position > Number.MAX_SAFE_INTEGER) throw rangeError(`Cannot seek to ${position}: position must be < 2 ** 53`);
    this.#position = Math.max(position, 0);
    return this.#position;
  }

  /** The position of the cursor. */
  tell(): number {
    if (this.#storage.writable < 0) this.#storage.requireOpen('tell the position');
    return this.#position;
  }

  /**
   * Cuts the stream to `size` bytes, by default to the cursor. A size behind the end changes nothing, and the cursor
   * stays where it is in any case.
   *
   * @returns `size`
   * @throws {RangeError} when `size` is negative
   * @throws {BufferError} when the stream would shrink while a view is out
   */
  truncate(size?: Optional): number {
    if (size !== undefined && size !== null) requireInteger(size, 'truncate to', 'size');
    this.#storage.requireOpen('truncate');
    const to = (size ?? this.#position) + 0; // -0 is an integer too
    requireNotNegative(to, 'truncate to', 'size');
    if (to < this.#storage.size) this.#storage.truncate(to);
    return to;
  }

  /** A copy of the whole content, whatever the cursor. */
  getvalue(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#content('get the value'));
  }

  /**
   * The whole content without a copy: a view that shares its memory with the stream until it is released. While views
   * are out, whatever would change the size, and `close`, throws `BufferError`; writes within the size go through.
   *
   * @example
   * ```ts
   * using view = io.getbuffer();
   * await crypto.subtle.digest('SHA-256', view);
   * ```
   */
  getbuffer(): BytesView {
    this.#storage.requireOpen('get the buffer');
    return this.#storage.lend();
  }

  /**
   * The whole content as a stream of bytes, whatever the cursor; BYOB readers are served. It holds a view: until it has
   * been read to its end, or cancelled, a change of the size throws `BufferError`.
   *
   * @example
   * ```ts
   * new Response(io.stream(), { headers: { 'content-length': `${io.size}` } });
   * ```
   */
  stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return readableOf(this);
  }

  /**
   * A stream that writes each of its chunks at the cursor, as `write` does; an error of `write` errors it. What was
   * written stays when it is aborted. Closing it does not close this stream.
   *
   * @example
   * ```ts
   * await response.body?.pipeTo(io.sink());
   * ```
   */
  sink(): WritableStream<BytesLike> {
    return writableOf(this);
  }

  /** A `Blob` of a copy of the whole content, whatever the cursor. */
  blob(type: string = ''): Blob {
    return new Blob([this.#content('make a blob')], { type });
  }

  /**
   * The whole content as text (UTF-8 by default), whatever the cursor, without a byte order mark. Python: `getvalue().decode()`; what is
   * not valid in the encoding becomes U+FFFD.
   *
   * @throws {RangeError} when the platform does not know `encoding`
   */
  text(encoding?: string): string {
    return new TextDecoder(encoding).decode(this.#content('decode'));
  }

  /**
   * The content without a copy, the caller's for good; the stream is empty afterwards, with its cursor at 0. For the end
   * of a pipeline. The array may lie in a larger buffer, zeroed behind it, once the content is beyond 2 MiB.
   *
   * @throws {BufferError} while a view is out
   */
  transfer(): Uint8Array<ArrayBuffer> {
    const bytes = this.#storage.handOver();
    this.#position = 0;
    return bytes;
  }

  /**
   * Gives the memory back; every later operation throws `ClosedError`. Closing twice is harmless.
   *
   * @throws {BufferError} while a view is out
   */
  close(): void {
    this.#storage.close();
  }

  /** `close()`, for `using io = new BytesIO()`: Python's `with`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Does nothing: there is nothing below to flush to. */
  flush(): void {
    this.#storage.requireOpen();
  }

  /** Always `false`. */
  isatty(): boolean {
    this.#storage.requireOpen();
    return false;
  }

  /** Always `true`. */
  readable(): boolean {
    this.#storage.requireOpen();
    return true;
  }

  /** Always `true`. */
  writable(): boolean {
    this.#storage.requireOpen();
    return true;
  }

  /** Always `true`. */
  seekable(): boolean {
    this.#storage.requireOpen();
    return true;
  }

  /** @throws {UnsupportedOperation} always: bytes in memory have no file descriptor */
  fileno(): never {
    throw new UnsupportedOperation('Cannot give a descriptor: the stream is in memory');
  }

  /** @throws {UnsupportedOperation} always: there is no raw stream below */
  detach(): never {
    throw new UnsupportedOperation('Cannot detach: the stream is in memory');
  }

  /** All of it, as an alias that nobody else may see. */
  #content(action: string): Uint8Array<ArrayBuffer> {
    this.#storage.requireOpen(action);
    return this.#storage.window(0, this.#storage.size);
  }

  /** Where a read of `size` bytes from the cursor ends; before the cursor when that is behind the end. */
  #endOf(size: Optional, action: string): number {
    const end = this.#storage.size;
    if (size === undefined || size === null) return end;
    requireInteger(size, action, 'size');
    const wanted = this.#position + size;
    return size >= 0 && wanted < end ? wanted : end;
  }

  #endOfLine(end: number): number {
    return this.#position < end ? indexOfNewline(this.#storage, this.#position, end) + 1 || end : end;
  }

  #take(end: number, action: string): Uint8Array<ArrayBuffer> {
    const start = this.#position;
    if (start >= end) {
      this.#storage.requireOpen(action);
      return new Uint8Array(0);
    }
    this.#position = end;
    return this.#storage.copy(start, end);
  }

  #toWrite(data: unknown): Uint8Array {
    this.#storage.requireOpen('write');
    return requireBytes(data, 'write');
  }

  /** Writes all of `chunks` or nothing, with one growth at the most. */
  #place(chunks: readonly Uint8Array[]): number {
    const length = chunks.reduce((sum, { length }) => sum + length, 0);
    if (length > 0) this.#storage.reserve(this.#position + length);
    for (const chunk of chunks) BytesIO.prototype.write.call(this, chunk);
    return length;
  }
}

/**
 * Loaded on first use: who only reads and writes does not pay for it. Until it is there an error of a Node.js stream
 * must not find nobody listening, which would end the process; reading the stream finds it again.
 */
function loadIngest(source: unknown): Promise<typeof import('./ingest.ts')> {
  (source as { on?(event: string, listener: () => void): void } | null)?.on?.('error', () => {});
  return import('./ingest.ts');
}

function requireInteger(value: unknown, action: string, name: string): asserts value is number {
  if (!Number.isSafeInteger(value)) throw typeError(`Cannot ${action} ${describe(value)}: ${name} must be an integer`);
}

function requireNotNegative(value: number, action: string, name: string): void {
  if (value < 0) throw rangeError(`Cannot ${action} ${value}: ${name} must be >= 0`);
}
