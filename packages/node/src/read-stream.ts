import { Readable } from 'node:stream';
import type { BytesIO } from '@memio/core';
import { rangeError, requireCount, requireLimit, requireOptions, requireSignal } from '@memio/core/adapter';
import { holdContent } from '@memio/core/internal';
import { requireStream } from './arguments.ts';

/** Options of `createReadStream`, named as in `node:fs`. */
export interface ReadStreamOptions {
  /** The first byte to read, counted from 0. Default: 0, whatever the cursor. */
  start?: number | undefined;
  /** The last byte to read: inclusive, as in `node:fs`. Default: `Infinity`, the end of the content. */
  end?: number | undefined;
  /** The most bytes in a chunk, from 1 on. Default: 65,536. */
  highWaterMark?: number | undefined;
  /** Aborting it destroys the stream with an `AbortError`, as in `node:fs`. */
  signal?: AbortSignal | undefined;
}

/**
 * The content of `io` as a Node.js stream, as `fs.createReadStream` gives that of a file: with the same options, but the
 * first argument is a BytesIO and not a path. The cursor does not matter and does not move.
 *
 * The stream holds the content until it has ended or is destroyed: meanwhile a change of the size of `io` (or closing
 * it) throws `BufferError`. Its chunks are copies.
 *
 * @throws {TypeError} when `io` is not a BytesIO, or an option of the wrong type
 * @throws {RangeError} when an option is out of range
 * @throws {ClosedError} when `io` is closed
 *
 * @example
 * ```ts
 * await pipeline(createReadStream(io), createGzip(), createWriteStream(packed));
 * ```
 */
export function createReadStream(io: BytesIO, options: ReadStreamOptions = {}): Readable {
  requireOptions(options, 'read a stream', ['start', 'end', 'highWaterMark', 'signal']);
  const { start = 0, end = Number.POSITIVE_INFINITY, highWaterMark = 65_536, signal } = options;
  requireStream(io, 'read');
  requireCount(start, 'read from', 'start');
  requireLimit(end, 'read up to', 'end');
  if (start > end) throw rangeError(`Cannot read from ${start} to ${end}: start must be <= end`);
  requireCount(highWaterMark, 'read in chunks of', 'highWaterMark', 1);
  requireSignal(signal, 'read');

  const content = holdContent(io, 'createReadStream()');
  const stop = Math.min(end + 1, content.size);
  let at = start;
  return new Readable({
    highWaterMark,
    ...(signal && { signal }),
    read(size) {
      if (at >= stop) {
        // Everything has been copied out: whoever listens for `end` may change the size.
        content.release();
        this.push(null);
        return;
      }
      const from = at;
      at = Math.min(at + Math.min(size, highWaterMark), stop);
      try {
        this.push(content.copy(from, at));
      } catch (error) {
        this.destroy(error as Error);
      }
    },
    destroy(error, callback) {
      content.release();
      callback(error);
    },
  });
}
