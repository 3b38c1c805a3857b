/// <reference lib="esnext.disposable" preserve="true" />
import { requireCount, requireInteger, requireLimit, requireOptions } from './arguments.ts';
import { type Base64Options, base64Of } from './base64.ts';
import { type BytesLike, bytesOf, isPlainBuffer, kindOf, requireBytes, trueLength } from './bytes-like.ts';
import type { BytesView } from './bytes-view.ts';
import { collect, type FromOptions } from './collect.ts';
import { StoreCollector } from './collectors.ts';
import { describe, rangeError, typeError, UnsupportedOperation } from './errors.ts';
import { inspect } from './inspect.ts';
import { MemoryStore } from './memory-store.ts';
import type { Source } from './source.ts';
import { type Content, HOLD, STORE, type Store } from './store.ts';
import { textOf } from './text.ts';
import { textLines } from './text-lines.ts';
import { chunksOf, readableOf, type SinkChunk, writableOf } from './web-streams.ts';

/** Where content is not in memory, it is read in pieces of so many bytes; a multiple of 3, for base64. */
const PIECE = 3 * 65_536;

/** A size, an offset or a hint; `undefined` and `null` are Python's `None`. */
type Optional = number | null | undefined;

/** Options of every `BytesIO`, however it is made. */
export interface BytesIOOptions {
  /** The most bytes the stream may ever hold; a write past it throws `LimitError` and changes nothing. Default: no limit. */
  maxBytes?: number | undefined;
}

/** Options of `stream()`. */
export interface StreamOptions {
  /** The first byte, counted from 0. Default: 0. */
  start?: number | undefined;
  /** Behind the last byte, as for `Blob.slice`; an end beyond the content means its end. Default: the end. */
  end?: number | undefined;
}

/** `BytesIO`, or a subclass of it that is constructed in the same way, perhaps with more options. */
export type StreamClass<Stream extends BytesIO, Options extends BytesIOOptions> = new (
  initialBytes?: BytesLike | null,
  options?: Options,
) => Stream;

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
  readonly #store: Store;
  #position = 0;

  static {
    // For other packages of memio and for the inspectors of consoles: these are no part of the type.
    const hidden = {
      [HOLD](this: BytesIO, holder: string): Content {
        this.#store.requireOpen('read');
        return this.#store.hold(holder);
      },
      [Symbol.for('nodejs.util.inspect.custom')](this: BytesIO): string {
        return inspect(this, this.#store, this.#position);
      },
    };
    for (const key of Object.getOwnPropertySymbols(hidden))
      Object.defineProperty(BytesIO.prototype, key, {
        value: hidden[key as typeof HOLD],
        configurable: true,
        writable: true,
      });
  }

  /**
   * A stream that holds a copy of `initialBytes`, with its cursor at 0. Python: `BytesIO(initial_bytes=b'')`.
   *
   * @throws {TypeError} when `initialBytes` is not bytes-like, an option is unknown, or `maxBytes` is not an integer
   * @throws {RangeError} when `maxBytes` is negative
   * @throws {LimitError} when `initialBytes` is larger than `maxBytes`
   */
  constructor(initialBytes?: BytesLike | null, options?: BytesIOOptions) {
    if (options === undefined) {
      this.#store = new MemoryStore(Number.POSITIVE_INFINITY);
    } else {
      requireOptions(options, 'make a stream', ['maxBytes']);
      const { maxBytes = Number.POSITIVE_INFINITY, [STORE]: store } = options as BytesIOOptions & { [STORE]?: Store };
      requireLimit(maxBytes, 'limit a stream to', 'maxBytes');
      this.#store = store ?? new MemoryStore(maxBytes);
    }
    if (initialBytes === undefined || initialBytes === null) return;
    const bytes = requireBytes(initialBytes, 'make a stream of');
    if (bytes.length > 0) this.#store.put(bytes, 0);
  }

  /**
   * A stream on the caller's own memory, without a copy; the cursor is at 0. The array belongs to the stream from then
   * on: a later write may change it. A slice of a larger `Buffer` is copied after all, since Node's pooled memory
   * is not the caller's to give.
   *
   * @throws {TypeError} when `bytes` is not a `Uint8Array` on a plain, fixed-size `ArrayBuffer`
   */
  static adopt<Stream extends BytesIO, Options extends BytesIOOptions>(
    this: StreamClass<Stream, Options>,
    bytes: Uint8Array<ArrayBuffer>,
    options?: NoInfer<Options>,
  ): Stream {
    const memory = kindOf.call(bytes) === 'Uint8Array' ? bytesOf(bytes) : undefined;
    if (!memory) throw typeError(`Cannot adopt ${describe(bytes)}: expected a Uint8Array`);
    const { buffer } = memory;
    if (!isPlainBuffer(buffer) || ('resizable' in buffer && buffer.resizable)) {
      throw typeError('Cannot adopt shared or resizable memory: the constructor copies it');
    }
    const isSlice = memory.length < buffer.byteLength && bytes.constructor !== Uint8Array;
    const stream = new this(isSlice ? memory : undefined, options);
    if (!isSlice && memory.length > 0) stream.#store.adopt(memory as Uint8Array<ArrayBuffer>);
    return stream;
  }

  /**
   * A stream of everything that `source` yields, with its cursor at 0, ready to read. The source is always used up or
   * cancelled. A subclass makes a stream of its own class, constructed with the options that are not listed here.
   *
   * A `Response` is checked: its status must be a success, and its body as long as its Content-Length says (unless it
   * came content-encoded). A `BytesIO` is read from its cursor, like any file in Python. A chunk of a stream that is not
   * a byte stream is copied when it arrives.
   *
   * @throws {LimitError} when more than `maxBytes` came; it carries what had arrived
   * @throws {SourceError} when the source failed, or yielded fewer or more than `expectedLength` bytes; it carries what
   *   had arrived
   * @throws {TypeError} when `source` is none of these, or yields something that is not bytes-like
   * @throws the reason of `signal`, as it is
   *
   * @example
   * ```ts
   * const io = await BytesIO.from(new Blob(['GIF89a']));
   * io.read(3); //=> b`GIF`
   * ```
   */
  static async from<Stream extends BytesIO, Options extends BytesIOOptions>(
    this: StreamClass<Stream, Options>,
    source: Source,
    options?: FromOptions & NoInfer<Options>,
  ): Promise<Stream> {
    if (options !== undefined) requireOptions(options, 'read a source');
    const { maxBytes, expectedLength, signal, onProgress, ...own }: FromOptions = options ?? {};
    // What is not for the source is for the constructor, which refuses what it does not know.
    const stream = new this(undefined, own as Options);
    const collector = new StoreCollector(stream.#store);
    try {
      await collect(source, { maxBytes, expectedLength, signal, onProgress }, collector);
      collector.end();
    } catch (error) {
      stream.close();
      throw error;
    }
    return stream;
  }

  /**
   * Writes everything that `source` yields at the cursor, in one step after the source has ended: on failure the stream
   * is as it was. Sources, options and errors are those of `BytesIO.from`.
   *
   * @returns the number of bytes written
   * @throws {LimitError} when the stream would be larger than its own `maxBytes`; the source is cancelled as soon as it
   *   has yielded more than that
   */
  async writeFrom(source: Source, options: FromOptions = {}): Promise<number> {
    this.#store.requireOpen('write');
    const collected = this.#store.fresh();
    try {
      const collector = new StoreCollector(collected, this.#store.maxBytes);
      await collect(source, options, collector);
      collector.end();
      const { size } = collected;
      this.#store.absorb(collected, this.#position);
      this.#position += size;
      return size;
    } finally {
      collected.close();
    }
  }

  /** Whether `close()` was called. */
  get closed(): boolean {
    return this.#store.writable < 0;
  }

  /** The number of bytes in the stream, whatever the cursor; as on `Blob`. Python: `getbuffer().nbytes`. */
  get size(): number {
    this.#store.requireOpen('tell the size');
    return this.#store.size;
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
    let store: Store;
    try {
      store = this.#store;
    } catch (cause) {
      throw typeError('Cannot write: the method has lost its stream; pass (chunk) => io.write(chunk)', { cause });
    }
    const bytes = data instanceof Uint8Array ? data : this.#toWrite(data);
    const length = trueLength(bytes);
    const start = this.#position;
    const end = start + length;
    if (end > store.writable || start > store.size || length === 0) {
      store.requireOpen('write');
      if (length === 0) return requireBytes(bytes, 'write').length;
      store.put(bytes, start);
    } else {
      // A call of `set` takes 12 ns however short the array.
      if (length === 1) store.bytes[start] = bytes[0]!;
      else store.bytes.set(bytes, start);
      if (end > store.size) store.size = end;
    }
    this.#position = end;
    return length;
  }

  /** `write` for each of `lines`; no line ends are added. What was written before one that fails stays. */
  writelines(lines: Iterable<BytesLike>): void {
    this.#store.requireOpen('write');
    if (typeof lines !== 'object' || typeof lines?.[Symbol.iterator] !== 'function')
      throw typeError(`Cannot write the lines of ${describe(lines)}: expected an iterable of bytes`);
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
    const store = this.#store;
    const into = target instanceof Uint8Array ? target : requireBytes(target, 'read into');
    const start = this.#position;
    const length = Math.min(trueLength(into), store.size - start);
    if (length <= 0) {
      store.requireOpen('read');
      requireBytes(into, 'read into'); // 0 means the end, and not that the target has lost its memory
      return 0;
    }
    store.copyInto(into, start, length);
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
    this.#store.requireOpen('read lines');
    if (hint !== undefined && hint !== null) requireInteger(hint, 'read lines of', 'hint');
    const most = hint && hint > 0 ? hint : Number.MAX_SAFE_INTEGER;
    const lines: Uint8Array<ArrayBuffer>[] = [];
    for (let total = 0; total < most && this.#position < this.#store.size; ) {
      const line = this.#take(this.#endOfLine(this.#store.size), 'read a line');
      total += line.length;
      lines.push(line);
    }
    return lines;
  }

  /** The lines from the cursor on; every step moves the cursor. Of a closed stream the first step throws, as in Python. */
  [Symbol.iterator](): IterableIterator<Uint8Array<ArrayBuffer>, void, undefined> {
    return this.#iterate(() => this.#take(this.#endOfLine(this.#store.size), 'read a line'));
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
    if (!Number.isSafeInteger(offset)) requireInteger(offset, 'seek to', 'position');
    if (!Number.isSafeInteger(whence)) requireInteger(whence, 'seek with whence', 'whence');
    const store = this.#store;
    if (store.writable <= 0) store.requireOpen('seek');
    if (whence < 0 || whence > 2) throw rangeError(`Cannot seek with whence ${whence}: expected 0, 1 or 2`);
    if (whence === 0 && offset < 0) requireCount(offset, 'seek to', 'position');
    const position = offset + (whence === 0 ? 0 : whence === 1 ? this.#position : store.size);
    if (position > Number.MAX_SAFE_INTEGER) throw rangeError(`Cannot seek to ${position}: position must be < 2 ** 53`);
    this.#position = Math.max(position, 0);
    return this.#position;
  }

  /** The position of the cursor. */
  tell(): number {
    if (this.#store.writable <= 0) this.#store.requireOpen('tell the position');
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
    this.#store.requireOpen('truncate');
    const to = (size ?? this.#position) + 0; // -0 is an integer too
    requireCount(to, 'truncate to', 'size');
    if (to < this.#store.size) this.#store.truncate(to);
    return to;
  }

  /**
   * Iterates over the rest of the stream, from the cursor on, in copies of `size` bytes; the last one may be shorter.
   * Python's loop `while chunk := f.read(n)` never ends in JavaScript, where an empty array is truthy.
   *
   * @throws {RangeError} when `size` is less than 1
   *
   * @example
   * ```ts
   * const io = new BytesIO(b`abcde`);
   * [...io.chunks(2)]; //=> [b`ab`, b`cd`, b`e`]
   * ```
   */
  chunks(size: number = 65_536): IterableIterator<Uint8Array<ArrayBuffer>, void, undefined> {
    requireCount(size, 'iterate in chunks of', 'size', 1);
    this.#store.requireOpen('read');
    return this.#iterate(() => this.read(size));
  }

  /**
   * Iterates over the text lines from the cursor on, without their line ends (`\n` or `\r\n`); at every step the cursor
   * is behind the line. A byte order mark at the start of the stream is left out. Bytes that are invalid in the encoding
   * become U+FFFD. Up to 64 KiB are decoded ahead: what is written into them meanwhile may not be seen.
   *
   * @param encoding a label of the {@link https://encoding.spec.whatwg.org/#names-and-labels | Encoding Standard};
   *   default: UTF-8
   * @throws {RangeError} when the platform does not know `encoding`, or lines depend on each other (ISO-2022-JP)
   *
   * @example
   * ```ts
   * const io = new BytesIO(b`one\ntwo\n`);
   * [...io.lines()]; //=> ['one', 'two']
   * ```
   */
  lines(encoding?: string): IterableIterator<string, void, undefined> {
    this.#store.requireOpen('read lines');
    return textLines(this, encoding);
  }

  /**
   * Iterates over the whole content in copies of 64 KiB, whatever the cursor, which does not move. `fetch`, `Response`,
   * `fs.writeFile` and `pipeline` of Node.js accept a `BytesIO` for that. This differs from Python, whose readers
   * continue at the cursor, so that a stream that was just written sends nothing.
   *
   * From the first step to the last, or to `return`, it holds the content: a change of the size throws `BufferError`.
   */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    return chunksOf(() => this.#held('for await'));
  }

  /** A copy of the whole content, whatever the cursor. */
  getvalue(): Uint8Array<ArrayBuffer> {
    this.#store.requireOpen('get the value');
    return this.#store.copy(0, this.#store.size);
  }

  /**
   * The whole content without a copy: a view that shares its memory with the stream until it is released. While views
   * are in use, whatever would change the size, and `close`, throws `BufferError`; writes within the size go through.
   *
   * Do not transfer its buffer away (`postMessage` and `structuredClone` with a transfer list, libraries that do so):
   * the stream loses its content, and all its methods but `close` throw `BufferError`.
   *
   * @example
   * ```ts
   * const view = io.getbuffer();
   * try {
   *   await crypto.subtle.digest('SHA-256', view);
   * } finally {
   *   view.release();
   * }
   * ```
   *
   * With `using view = io.getbuffer()` (Node.js 24, or a compiler) the view is released at the end of the block.
   */
  getbuffer(): BytesView {
    this.#store.requireOpen('get the buffer');
    return this.#store.lend();
  }

  /**
   * The content as a stream of bytes, whatever the cursor; BYOB readers are served. It holds the content: until it has
   * been read to its end, or cancelled, a change of the size throws `BufferError`.
   *
   * @param options a part of the content; all of it by default
   * @throws {RangeError} when `start` is negative, or larger than `end`
   *
   * @example
   * ```ts
   * new Response(io.stream(), { headers: { 'content-length': `${io.size}` } });
   * ```
   */
  stream(options: StreamOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
    requireOptions(options, 'stream', ['start', 'end']);
    const { start = 0, end = Number.POSITIVE_INFINITY } = options;
    requireCount(start, 'stream from', 'start');
    requireLimit(end, 'stream up to', 'end');
    if (start > end) throw rangeError(`Cannot stream from ${start} to ${end}: start must be <= end`);
    return readableOf(this.#held('stream()'), start, end);
  }

  /**
   * A stream that writes each of its chunks at the cursor, as `write` does; an error of `write` errors it. What was
   * written stays when it is aborted. Closing it does not close this stream. The commands of a
   * `FileSystemWritableFileStream` (`write` at a position, `seek`, `truncate`) are carried out as well.
   *
   * @example
   * ```ts
   * await response.body?.pipeTo(io.sink());
   * ```
   */
  sink(): WritableStream<SinkChunk> {
    return writableOf(this);
  }

  /** A `Blob` of a copy of the whole content, whatever the cursor. */
  blob(type: string = ''): Blob {
    this.#store.requireOpen('make a blob');
    // A Blob of Blobs shares their memory: of what is in a file, a piece is in memory twice for a moment, not the whole.
    const parts = Array.from(this.#store.pieces(PIECE * 16), (piece) => new Blob([piece]));
    return new Blob(parts, { type });
  }

  /**
   * The whole content as text (UTF-8 by default), whatever the cursor, without a byte order mark. Python:
   * `getvalue().decode()`; bytes that are invalid in the encoding become U+FFFD.
   *
   * @param encoding a label of the {@link https://encoding.spec.whatwg.org/#names-and-labels | Encoding Standard}, where
   *   `latin1` and `ascii` mean windows-1252
   * @throws {RangeError} when the platform does not know `encoding`, or has no string of that length
   */
  text(encoding?: string): string {
    this.#store.requireOpen('decode');
    return textOf(this.#store.pieces(PIECE), encoding);
  }

  /**
   * The whole content in base64, whatever the cursor, as `Uint8Array.prototype.toBase64` encodes it. Python:
   * `base64.b64encode(io.getvalue())`.
   *
   * @throws {TypeError} when `alphabet` is neither `'base64'` nor `'base64url'`
   * @throws {RangeError} when the engine has no string of that length
   *
   * @example
   * ```ts
   * const io = new BytesIO(b`\xfb\xff`);
   * io.toBase64(); //=> '+/8='
   * io.toBase64({ alphabet: 'base64url', omitPadding: true }); //=> '-_8'
   * ```
   */
  toBase64(options: Base64Options = {}): string {
    this.#store.requireOpen('encode as base64');
    return base64Of(this.#store.pieces(PIECE), options);
  }

  /**
   * @throws {TypeError} always: text of a stream is made by mistake (`${io}`, `new Blob([io])`, a body in a browser)
   */
  [Symbol.toPrimitive](): never {
    throw typeError('Cannot convert a BytesIO: pass getvalue(), stream(), blob() or text()');
  }

  /**
   * Throws a `TypeError` when `JSON.stringify` calls it: JSON has no bytes. Without arguments, as the pretty-printers of
   * test runners call it, it describes the stream.
   */
  toJSON(key?: string): string {
    if (key === undefined) return inspect(this, this.#store, this.#position);
    const where = key === '' ? '' : ` (key ${JSON.stringify(key)})`;
    throw typeError(
      `Cannot write a BytesIO as JSON${where}: pass its bytes, with getvalue() or stream(), or toBase64()`,
    );
  }

  /**
   * The content without a copy, the caller's for good; the stream is empty afterwards, with its cursor at 0. For the end
   * of a pipeline. The array may lie in a larger buffer, zeroed behind it, once the content is beyond 2 MiB.
   *
   * @throws {BufferError} while a view is out
   */
  transfer(): Uint8Array<ArrayBuffer> {
    const bytes = this.#store.handOver();
    this.#position = 0;
    return bytes;
  }

  /**
   * Gives the memory back; every later operation throws `ClosedError`. Closing twice is harmless.
   *
   * @throws {BufferError} while a view is out
   */
  close(): void {
    this.#store.close();
  }

  /** `close()`, for `using io = new BytesIO()`: Python's `with`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Does nothing: there is nothing below to flush to. */
  flush(): void {
    this.#store.requireOpen();
  }

  /** Always `false`. */
  isatty(): boolean {
    this.#store.requireOpen();
    return false;
  }

  /** Always `true`. */
  readable(): boolean {
    this.#store.requireOpen();
    return true;
  }

  /** Always `true`. */
  writable(): boolean {
    this.#store.requireOpen();
    return true;
  }

  /** Always `true`. */
  seekable(): boolean {
    this.#store.requireOpen();
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

  #held(holder: string): Content {
    this.#store.requireOpen('read');
    return this.#store.hold(holder);
  }

  #iterate(next: () => Uint8Array<ArrayBuffer>): IterableIterator<Uint8Array<ArrayBuffer>, void, undefined> {
    return {
      next() {
        const value = next();
        return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  /** Where a read of `size` bytes from the cursor ends; before the cursor when that is behind the end. */
  #endOf(size: Optional, action: string): number {
    const end = this.#store.size;
    if (size === undefined || size === null) return end;
    requireInteger(size, action, 'size');
    const wanted = this.#position + size;
    return size >= 0 && wanted < end ? wanted : end;
  }

  #endOfLine(end: number): number {
    return this.#position < end ? this.#store.indexOfNewline(this.#position, end) + 1 || end : end;
  }

  #take(end: number, action: string): Uint8Array<ArrayBuffer> {
    const start = this.#position;
    if (start >= end) {
      this.#store.requireOpen(action);
      return new Uint8Array(0);
    }
    const bytes = this.#store.copy(start, end);
    this.#position = end;
    return bytes;
  }

  #toWrite(data: unknown): Uint8Array {
    this.#store.requireOpen('write');
    return requireBytes(data, 'write');
  }
}
