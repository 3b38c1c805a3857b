import { BytesIO, type BytesIOOptions, type BytesLike, UnsupportedOperation } from '@memio/core';
import { describe, requireLimit, requireOptions, typeError } from '@memio/core/adapter';
import { STORE } from '@memio/core/internal';
import { SpooledStore } from './spooled-store.ts';

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

/**
 * A `BytesIO` that may outgrow memory: Python's `tempfile.SpooledTemporaryFile`. Up to `maxSize` bytes it is in memory;
 * beyond, everything is in a temporary file. It can be used wherever a `BytesIO` can, and does the same, except that
 * there is no view of a file: once it has moved, `getbuffer()` and `transfer()` throw `UnsupportedOperation`. `from()` and
 * `adopt()` take the same options as the constructor; while they take bytes in, memory stays bounded by twice `maxSize`
 * (and chunks that are not yet collected as garbage), and the `partial` of an error is cut to `maxSize`.
 *
 * Its methods read and write the file synchronously, and block the event loop meanwhile: by 1 to 4 ms per MiB where the
 * system has the file in its cache. `stream()`, `createReadStream(io)` and `saveTo(io, path)` do it piece by piece.
 *
 * The file has permissions 0600, in a directory of its own. Where the system allows it (not on Windows), its name is
 * removed as soon as it is open: however the process ends, nothing is left. Elsewhere `close()` removes it, and so do
 * the end of a `using` block and the exit of the process.
 *
 * When the file cannot be made or the disk is full, the method that needed it throws an `Error` with the `code`
 * `ERR_MEMIO_SPOOL`, and what Node.js threw as `cause`. The stream is then as it was: nothing that was written is lost.
 *
 * @example
 * ```ts
 * const io = new SpooledBytesIO(undefined, { maxSize: 1_000_000 });
 * try {
 *   await io.writeFrom(await fetch('https://example.com/large.bin')); // 2,000,000 bytes
 *   io.rolled; //=> true
 * } finally {
 *   io.close();
 * }
 * ```
 *
 * @see {@link https://docs.python.org/3/library/tempfile.html#tempfile.SpooledTemporaryFile | tempfile.SpooledTemporaryFile}
 */
export class SpooledBytesIO extends BytesIO {
  readonly #store: SpooledStore;

  /**
   * A stream that holds a copy of `initialBytes`, with its cursor at 0.
   *
   * @throws {TypeError} when `initialBytes` is not bytes-like, an option is unknown or of the wrong type
   * @throws {RangeError} when `maxBytes` or `maxSize` is negative
   * @throws {LimitError} when `initialBytes` is larger than `maxBytes`
   */
  constructor(initialBytes?: BytesLike | null, options: SpooledBytesIOOptions = {}) {
    requireOptions(options, 'make a stream', ['maxBytes', 'maxSize', 'dir']);
    const { maxBytes = Number.POSITIVE_INFINITY, maxSize = MAX_SIZE, dir } = options;
    requireLimit(maxBytes, 'limit a stream to', 'maxBytes');
    requireLimit(maxSize, 'keep in memory', 'maxSize');
    if (dir !== undefined && typeof dir !== 'string')
      throw typeError(`Cannot make a temporary file in ${describe(dir)}: dir must be a string`);
    const store = new SpooledStore(maxBytes, maxSize, dir);
    super(initialBytes, { [STORE]: store } as BytesIOOptions);
    this.#store = store;
  }

  /** Whether the content has moved to a temporary file. It never moves back. */
  get rolled(): boolean {
    return this.#store.inFile;
  }

  /**
   * Moves the content to a temporary file now, whatever its size. Once it is there, nothing happens.
   *
   * @throws {BufferError} while a view of the content is in use
   */
  rollover(): void {
    this.#store.rollover();
  }

  /** Puts what is still in memory into the temporary file, where there is one. */
  override flush(): void {
    super.flush();
    this.#store.flush();
  }

  /** @throws {UnsupportedOperation} always; Python's rolls over and gives it */
  override fileno(): never {
    throw new UnsupportedOperation('Cannot give a descriptor: saveTo(io, path) writes the content to a file');
  }
}
