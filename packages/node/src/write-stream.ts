import { Writable } from 'node:stream';
import type { BytesIO } from '@memio/core';
import { requireCount, requireOptions, requireSignal } from '@memio/core/adapter';
import { requireStream } from './arguments.ts';

/** Options of `createWriteStream`, named as in `node:fs`. */
export interface WriteStreamOptions {
  /** Where to write: the cursor is moved there at once. Default: the cursor. */
  start?: number | undefined;
  /** From how many waiting bytes on `write` answers `false`, from 1 on. Default: 65,536. */
  highWaterMark?: number | undefined;
  /** Aborting it destroys the stream with an `AbortError`, as in `node:fs`. */
  signal?: AbortSignal | undefined;
}

/**
 * A Node.js stream that writes into `io` at its cursor, as `fs.createWriteStream` does into a file: with the same options,
 * but the first argument is a BytesIO and not a path. Chunks are copied as they come, strings are encoded as for any
 * Node.js stream. What `io.write` throws (`LimitError`, `BufferError`, `ClosedError`) is the error of the stream; what was
 * written before it stays. Ending the stream does not close `io`.
 *
 * @throws {TypeError} when `io` is not a BytesIO, or an option of the wrong type
 * @throws {RangeError} when an option is out of range
 * @throws {ClosedError} when `io` is closed
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 *
 * await pipeline(createReadStream('photo.png'), createWriteStream(io));
 * ```
 */
export function createWriteStream(io: BytesIO, options: WriteStreamOptions = {}): Writable {
  requireOptions(options, 'write a stream', ['start', 'highWaterMark', 'signal']);
  const { start, highWaterMark = 65_536, signal } = options;
  requireStream(io, 'write into');
  if (start !== undefined) requireCount(start, 'write at', 'start');
  requireCount(highWaterMark, 'write with', 'highWaterMark', 1);
  requireSignal(signal, 'write');

  io.seek(start ?? io.tell());
  return new Writable({
    highWaterMark,
    ...(signal && { signal }),
    write(chunk: Uint8Array, _encoding, callback) {
      try {
        io.write(chunk);
      } catch (error) {
        callback(error as Error);
        return;
      }
      callback();
    },
  });
}
