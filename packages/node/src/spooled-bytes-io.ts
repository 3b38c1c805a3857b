import {
  BufferError,
  BytesIO,
  type BytesIOOptions,
  type BytesLike,
  type BytesView,
  type FromOptions,
  isMemioError,
  LimitError,
  type Source,
  UnsupportedOperation,
} from '@memio/core';
import { type Basin, describe, ingest, rangeError, requireBytes, typeError } from '@memio/core/adapter';
import { requireInteger, requireLimit } from './arguments.ts';
import { CONTENT, type Content } from './content.ts';
import { SpoolFile } from './spool-file.ts';
import { readableOf } from './web-stream.ts';

/** A size, an offset or a hint; `undefined` and `null` are Python's `None`. */
type Optional = number | null | undefined;

/** Options of every `SpooledBytesIO`, however it is made. */
export interface SpooledBytesIOOptions extends BytesIOOptions {
  /**
   * The most bytes to keep in memory; with one more, all of them move to a temporary file. `Infinity`: never.
   * Default: 16,777,216 (16 MiB): documents, images and small archives never touch the disk, and a server that makes
   * fifty of them at a time still needs less than 1 GiB for them.
   */
  maxSize?: number | undefined;
  /** The directory for the temporary file, which gets a directory of its own in it. Default: `os.tmpdir()`. */
  dir?: string | undefined;
}

const MAX_SIZE = 16 * 1024 * 1024;
const TEXT_PIECE = 65_536;
const BLOB_PIECE = 4 * 1024 * 1024;

/** Closes the files of streams that were forgotten without `close()`. */
const forgotten = new FinalizationRegistry<SpoolFile>((file) => file.close());

/**
 * A `BytesIO` that may outgrow memory: Python's `tempfile.SpooledTemporaryFile`. Up to `maxSize` bytes it is in memory;
 * beyond, everything is in a temporary file (permissions 0600, in a directory of its own), which is removed by `close()`,
 * at the end of a `using` block and when the process exits. It can be used wherever a `BytesIO` can, and does the same,
 * except that there is no view of a file: once it has moved, `getbuffer()` and `transfer()` throw `UnsupportedOperation`.
 *
 * When the file cannot be made or the disk is full, the method that needed it throws an `Error` with the `code`
 * `ERR_MEMIO_SPOOL`, and what Node.js threw as `cause`. The stream is then as it was: nothing that was written is lost.
 *
 * @example
 * ```ts
 * using io = new SpooledBytesIO(undefined, { maxSize: 1_000_000 });
 * await io.writeFrom(await fetch('https://example.com/large.bin')); // 2,000,000 bytes
 * io.rolled; //=> true
 * ```
 *
 * @see {@link https://docs.python.org/3/library/tempfile.html#tempfile.SpooledTemporaryFile | tempfile.SpooledTemporaryFile}
 */
export class SpooledBytesIO extends BytesIO {
  // In memory everything is inherited, and the limit there is `maxSize`: that it is reached is told by a LimitError.
  // From then on `#file` and `#position` are the stream, and what is inherited is empty.
  readonly #maxBytes: number;
  readonly #options: SpooledBytesIOOptions;
  readonly #maxSize: number;
  #file: SpoolFile | undefined;
  #position = 0;
  #readers = 0;

  static {
    // For `openContent`, and nobody else: so it is not in the type.
    Object.defineProperty(SpooledBytesIO.prototype, CONTENT, {
      value(this: SpooledBytesIO): Content | undefined {
        return this.#file && this.#hold(this.#file);
      },
    });
  }

  /**
   * A stream that holds a copy of `initialBytes`, with its cursor at 0.
   *
   * @throws {TypeError} when `initialBytes` is not bytes-like, or an option of the wrong type
   * @throws {RangeError} when `maxBytes` or `maxSize` is negative
   * @throws {LimitError} when `initialBytes` is larger than `maxBytes`
   */
  constructor(initialBytes?: BytesLike | null, options: SpooledBytesIOOptions = {}) {
    const { maxBytes = Number.POSITIVE_INFINITY, maxSize = MAX_SIZE, dir } = options;
    requireLimit(maxBytes, 'limit a stream to', 'maxBytes');
    requireLimit(maxSize, 'keep in memory', 'maxSize');
    if (dir !== undefined && typeof dir !== 'string')
      throw typeError(`Cannot make a temporary file in ${describe(dir)}: dir must be a string`);
    super(undefined, { maxBytes: Math.min(maxBytes, maxSize) });
    this.#maxBytes = maxBytes;
    this.#maxSize = maxSize;
    this.#options = { maxSize, dir };
    if (initialBytes === undefined || initialBytes === null) return;
    this.#write(requireBytes(initialBytes, 'make a stream of'));
    this.#seek(0);
  }

  /** The same as the constructor: bytes that are to move to a file are not worth being kept by reference. */
  static override adopt(bytes: Uint8Array<ArrayBuffer>, options?: SpooledBytesIOOptions): SpooledBytesIO {
    return new SpooledBytesIO(bytes, options);
  }

  /**
   * A stream of everything that `source` yields, with its cursor at 0, ready to read; memory stays bounded by `maxSize`.
   * Sources, options and errors are those of `BytesIO.from`; the `partial` of an error is cut to `maxSize` bytes.
   */
  static override async from(
    source: Source,
    options: FromOptions & SpooledBytesIOOptions = {},
  ): Promise<SpooledBytesIO> {
    const stream = new SpooledBytesIO(undefined, options);
    try {
      await ingest(source, options, basinOf(stream, stream.#maxSize));
    } catch (error) {
      stream.close();
      throw error;
    }
    stream.#seek(0);
    return stream;
  }

  /**
   * Writes everything that `source` yields at the cursor, in one step after the source has ended: on failure the stream
   * is as it was. Until then the bytes are kept in memory up to `maxSize` and otherwise in a temporary file, which an
   * empty stream takes over as it is. The `partial` of an error is cut to `maxSize` bytes.
   *
   * @returns the number of bytes written
   */
  override async writeFrom(source: Source, options: FromOptions = {}): Promise<number> {
    super.writelines([]); // a closed stream is told before the source is touched
    const staged = new SpooledBytesIO(undefined, this.#options);
    try {
      await ingest(source, options, basinOf(staged, this.#maxSize));
      return this.#place(staged);
    } finally {
      staged.close();
    }
  }

  /** Whether the content has moved to a temporary file. It never moves back. */
  get rolled(): boolean {
    return this.#file !== undefined;
  }

  /**
   * Moves the content to a temporary file now, whatever its size. Once it is there, nothing happens.
   *
   * @throws {BufferError} while a view is out
   */
  rollover(): void {
    if (this.#file) return;
    const position = super.tell();
    const view = super.getbuffer();
    let file: SpoolFile;
    try {
      file = new SpoolFile(this.#options.dir, view);
    } finally {
      view.release();
    }
    try {
      super.transfer();
    } catch (error) {
      file.close();
      throw error;
    }
    this.#moveTo(file, position);
  }

  override get size(): number {
    return this.#file ? this.#file.size : super.size;
  }

  override write(data: BytesLike): number {
    return this.#write(data);
  }

  override writelines(lines: Iterable<BytesLike>): void {
    const iterable = typeof lines === 'object' && typeof lines?.[Symbol.iterator] === 'function';
    super.writelines(iterable ? [] : lines); // refuses what is no iterable, and any when closed
    for (const line of lines) this.#write(line);
  }

  override read(size?: Optional): Uint8Array<ArrayBuffer> {
    const file = this.#file;
    return file ? this.#take(file, this.#endOf(file, size, 'read')) : super.read(size);
  }

  override read1(size?: Optional): Uint8Array<ArrayBuffer> {
    const file = this.#file;
    return file ? this.#take(file, this.#endOf(file, size, 'read')) : super.read1(size);
  }

  override peek(size: number = 0): Uint8Array<ArrayBuffer> {
    const file = this.#file;
    if (!file) return super.peek(size);
    requireInteger(size, 'peek', 'size');
    const position = this.#position;
    const bytes = this.#take(file, this.#endOf(file, size < 1 ? -1 : size, 'peek'));
    this.#position = position;
    return bytes;
  }

  override readinto(target: BytesLike): number {
    const file = this.#file;
    if (!file) return super.readinto(target);
    const into = requireBytes(target, 'read into');
    const length = Math.min(into.length, file.size - this.#position);
    if (length <= 0) return 0;
    file.read(into.subarray(0, length), this.#position);
    this.#position += length;
    return length;
  }

  override readline(size?: Optional): Uint8Array<ArrayBuffer> {
    const file = this.#file;
    if (!file) return super.readline(size);
    return this.#take(file, this.#endOfLine(file, this.#endOf(file, size, 'read a line of')));
  }

  override readlines(hint?: Optional): Uint8Array<ArrayBuffer>[] {
    const file = this.#file;
    if (!file) return super.readlines(hint);
    if (hint !== undefined && hint !== null) requireInteger(hint, 'read lines of', 'hint');
    const most = hint && hint > 0 ? hint : Number.POSITIVE_INFINITY;
    const lines: Uint8Array<ArrayBuffer>[] = [];
    for (let total = 0; total < most && this.#position < file.size; ) {
      const line = this.#line();
      total += line.length;
      lines.push(line);
    }
    return lines;
  }

  /** The lines from the cursor on; every step moves the cursor. */
  override [Symbol.iterator](): IterableIterator<Uint8Array<ArrayBuffer>, void, undefined> {
    return {
      next: () => {
        const value = this.#line();
        return value.length > 0 ? { done: false, value } : { done: true, value: undefined };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  override seek(offset: number, whence: 0 | 1 | 2 = 0): number {
    const file = this.#file;
    if (!file) return super.seek(offset, whence);
    requireInteger(offset, 'seek to', 'position');
    requireInteger(whence, 'seek with whence', 'whence');
    if (whence < 0 || whence > 2) throw rangeError(`Cannot seek with whence ${whence}: expected 0, 1 or 2`);
    if (whence === 0 && offset < 0) throw rangeError(`Cannot seek to ${offset}: position must be >= 0`);
    const position = offset + (whence === 0 ? 0 : whence === 1 ? this.#position : file.size);
    if (position > Number.MAX_SAFE_INTEGER) throw rangeError(`Cannot seek to ${position}: position must be < 2 ** 53`);
    this.#position = Math.max(position, 0);
    return this.#position;
  }

  override tell(): number {
    return this.#file ? this.#position : super.tell();
  }

  override truncate(size?: Optional): number {
    const file = this.#file;
    if (!file) return super.truncate(size);
    if (size !== undefined && size !== null) requireInteger(size, 'truncate to', 'size');
    const to = (size ?? this.#position) + 0; // -0 is an integer too
    if (to < 0) throw rangeError(`Cannot truncate to ${to}: size must be >= 0`);
    if (to < file.size) {
      this.#requireResizable(`truncate to ${to}`);
      file.truncate(to);
    }
    return to;
  }

  /** A copy of the whole content in memory, whatever the cursor. */
  override getvalue(): Uint8Array<ArrayBuffer> {
    return this.#file ? this.#file.copy(0, this.#file.size) : super.getvalue();
  }

  /** @throws {UnsupportedOperation} once the content is in a temporary file; `getvalue()` and `stream()` work there too */
  override getbuffer(): BytesView {
    if (this.#file) throw new UnsupportedOperation(`Cannot get the buffer: ${NOT_IN_MEMORY}`);
    return super.getbuffer();
  }

  /** @throws {UnsupportedOperation} once the content is in a temporary file; `getvalue()` and `stream()` work there too */
  override transfer(): Uint8Array<ArrayBuffer> {
    if (this.#file) throw new UnsupportedOperation(`Cannot transfer: ${NOT_IN_MEMORY}`);
    return super.transfer();
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#file ? readableOf(this.#hold(this.#file)) : super.stream();
  }

  /** A `Blob` of a copy of the whole content, in memory, whatever the cursor. */
  override blob(type: string = ''): Blob {
    const file = this.#file;
    if (!file) return super.blob(type);
    // A Blob of Blobs shares their memory: a piece is in memory twice for a moment, not the whole.
    const parts: Blob[] = [];
    for (const piece of file.pieces(BLOB_PIECE)) parts.push(new Blob([piece]));
    return new Blob(parts, { type });
  }

  override text(encoding?: string): string {
    const file = this.#file;
    if (!file) return super.text(encoding);
    const decoder = new TextDecoder(encoding);
    let text = '';
    for (const piece of file.pieces(TEXT_PIECE)) text += decoder.decode(piece, { stream: true });
    return text + decoder.decode();
  }

  /**
   * Gives the memory back and removes the temporary file; every later operation throws `ClosedError`. Closing twice is
   * harmless.
   *
   * @throws {BufferError} while a view is out, or a stream reads the temporary file
   */
  override close(): void {
    const file = this.#file;
    if (file) this.#requireResizable('close');
    super.close();
    if (!file) return;
    this.#file = undefined;
    forgotten.unregister(this);
    file.close();
  }

  /** Puts what is still in memory into the temporary file, where there is one. */
  override flush(): void {
    if (this.#file) this.#file.flush();
    else super.flush();
  }

  /** @throws {UnsupportedOperation} always; Python's rolls over and gives it */
  override fileno(): never {
    throw new UnsupportedOperation('Cannot give a descriptor: saveTo(io, path) writes the content to a file');
  }

  #hold(file: SpoolFile): Content {
    this.#readers += 1;
    let held = true;
    const copy = (start: number, end: number) => file.copy(start, end);
    const release = () => {
      if (held) this.#readers -= 1;
      held = false;
    };
    return { size: file.size, lend: copy, copy, release };
  }

  #requireResizable(action: string): void {
    if (this.#readers === 0) return;
    const readers = this.#readers === 1 ? '1 stream reads it' : `${this.#readers} streams read it`;
    throw new BufferError(`Cannot ${action} while ${readers}: let it end, or cancel it`);
  }

  #moveTo(file: SpoolFile, position: number): void {
    forgotten.unregister(this);
    this.#file = file;
    this.#position = position;
    forgotten.register(this, file, this);
  }

  #seek(position: number): void {
    if (this.#file) this.#position = position;
    else super.seek(position);
  }

  #write(data: BytesLike): number {
    const file = this.#file;
    if (!file) return this.#writeInMemory(data);
    const bytes = requireBytes(data, 'write');
    if (bytes.length === 0) return 0;
    const end = this.#position + bytes.length;
    this.#requireRoom(file, end);
    file.write(bytes, this.#position);
    this.#position = end;
    return bytes.length;
  }

  #writeInMemory(data: BytesLike): number {
    try {
      return super.write(data);
    } catch (error) {
      if (!isMemioError(error, 'ERR_MEMIO_LIMIT')) throw error;
      this.#requireWithin(super.tell() + requireBytes(data, 'write').length);
      this.rollover();
      return this.#write(data);
    }
  }

  #requireRoom(file: SpoolFile, end: number): void {
    if (end <= file.size) return;
    this.#requireResizable(`grow to ${end} bytes`);
    this.#requireWithin(end);
  }

  #requireWithin(size: number): void {
    if (size > this.#maxBytes)
      throw new LimitError(`Cannot hold ${size} bytes: maxBytes is ${this.#maxBytes}`, 'maxBytes', this.#maxBytes);
    if (size > Number.MAX_SAFE_INTEGER) throw rangeError(`Cannot hold ${size} bytes: no file can be that large`);
  }

  /** Writes the content of `staged` at the cursor: all of it, or nothing. `staged` is of no use afterwards. */
  #place(staged: SpooledBytesIO): number {
    const source = staged.#file;
    if (!source) return this.#write(staged.transfer());
    const length = source.size;
    const start = this.tell();
    const end = start + length;
    if (!this.#file) {
      this.#requireWithin(end);
      this.rollover();
    }
    const file = this.#file!;
    this.#requireRoom(file, end);
    if (file.size === 0 && start === 0) {
      this.#moveTo(source, end);
      staged.#moveTo(file, 0);
    } else {
      file.writeAll(source, start);
      this.#position = end;
    }
    return length;
  }

  #line(): Uint8Array<ArrayBuffer> {
    const file = this.#file;
    return file ? this.#take(file, this.#endOfLine(file, file.size)) : super.readline();
  }

  /** Where a read of `size` bytes from the cursor ends; before the cursor when that is behind the end. */
  #endOf(file: SpoolFile, size: Optional, action: string): number {
    const end = file.size;
    if (size === undefined || size === null) return end;
    requireInteger(size, action, 'size');
    const wanted = this.#position + size;
    return size >= 0 && wanted < end ? wanted : end;
  }

  #endOfLine(file: SpoolFile, end: number): number {
    return this.#position < end ? file.indexOfNewline(this.#position, end) + 1 || end : end;
  }

  #take(file: SpoolFile, end: number): Uint8Array<ArrayBuffer> {
    const start = this.#position;
    if (start >= end) return new Uint8Array(0);
    const bytes = file.copy(start, end);
    this.#position = end;
    return bytes;
  }
}

const NOT_IN_MEMORY =
  'the content is larger than maxSize and in a temporary file; getvalue() copies it into memory, stream() and createReadStream(io) read it piece by piece';

/** Takes chunks into `stream`, of which an error carries the first `most` bytes. */
function basinOf(stream: SpooledBytesIO, most: number): Basin {
  return {
    expect() {},
    take(chunk) {
      stream.write(chunk);
    },
    partial() {
      stream.seek(0);
      return stream.read(Math.min(most, stream.size));
    },
  };
}
