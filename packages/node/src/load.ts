import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BytesIO, LimitError, UnsupportedOperation } from '@memio/core';
import { rangeError, requireLimit, requireOptions, requireSignal } from '@memio/core/adapter';
import { requirePath } from './arguments.ts';
import { fileError } from './file-error.ts';

/** Options of `load`. */
export interface LoadOptions {
  /** The most bytes to take; a larger file is a `LimitError` before anything is read. Default: no limit. */
  maxBytes?: number | undefined;
  /** Aborting it stops the reading after the piece of 8 MiB that is being read, and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const PIECE = 8 * 1024 * 1024;
const CHUNK = 65_536;

/**
 * A stream of everything that the file holds, with its cursor at 0. The bytes are in memory once. A file that grows or
 * shrinks meanwhile, or does not tell its size (as in `/proc`), is read to where it ends; each time that such a file
 * outgrows its memory, its bytes are in memory twice for a moment.
 *
 * @throws {LimitError} when the file has more than `maxBytes`
 * @throws {UnsupportedOperation} when it is a FIFO, a device or a socket: what it yields may never end
 * @throws {RangeError} when the engine cannot allocate that much
 * @throws {Error} when the file system refuses, with the `code` of Node.js (`ENOENT`, `EISDIR`, …), a message that names
 *   `path`, and what Node.js threw as `cause`
 *
 * @example
 * ```ts
 * const io = await load('photo.png', { maxBytes: 50_000_000 });
 * ```
 */
export async function load(path: string | URL, options: LoadOptions = {}): Promise<BytesIO> {
  requireOptions(options, 'load', ['maxBytes', 'signal']);
  const { maxBytes = Number.POSITIVE_INFINITY, signal } = options;
  const file = requirePath(path, 'load');
  requireLimit(maxBytes, 'load at most', 'maxBytes');
  requireSignal(signal, 'load');
  signal?.throwIfAborted();

  const requireRoom = (size: number) => {
    if (size > maxBytes)
      throw new LimitError(`Cannot load ${size} bytes of ${file}: maxBytes is ${maxBytes}`, 'maxBytes', maxBytes);
  };
  try {
    // To open a FIFO that nobody writes to blocks a thread of the pool for as long as nobody does.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (!stats.isFile() && !stats.isDirectory()) throw notRegular(file);
      // A folder tells a size, but has no bytes: to read it is the error of the file system that names what it is.
      const size = stats.isFile() ? stats.size : 0;
      requireRoom(size);
      const bytes = allocate(size, file);
      const stream = BytesIO.adopt(bytes.subarray(0, await fill(handle, bytes, signal)));
      await readOn(handle, stream, requireRoom, signal);
      return stream;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (signal?.aborted && cause === signal.reason) throw cause;
    throw isSocket(cause) ? notRegular(file, { cause }) : fileError('load', file, cause);
  }
}

/** What the open() of a socket says on Linux, and on macOS: no socket can be opened. */
const isSocket = (cause: unknown) => ['ENXIO', 'EOPNOTSUPP'].includes((cause as NodeJS.ErrnoException).code ?? '');

const notRegular = (file: string, options?: ErrorOptions) =>
  new UnsupportedOperation(
    `Cannot load ${file}: it is not a regular file; read it with BytesIO.from(fs.createReadStream(path), { maxBytes, signal })`,
    options,
  );

/** @returns the number of bytes that came: fewer than there is room for when the file has shrunk */
async function fill(handle: FileHandle, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<number> {
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(PIECE, bytes.length - at));
    signal?.throwIfAborted();
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return at;
}

/** Takes what lies behind the size that the file told. */
async function readOn(
  handle: FileHandle,
  stream: BytesIO,
  requireRoom: (size: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const chunk = new Uint8Array(CHUNK);
  stream.seek(0, 2);
  for (;;) {
    const length = await fill(handle, chunk, signal);
    if (length === 0) break;
    requireRoom(stream.size + length);
    stream.write(chunk.subarray(0, length));
  }
  stream.seek(0);
}

function allocate(size: number, file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw rangeError(`Cannot load ${size} bytes of ${file}: the engine cannot allocate that much`, { cause });
  }
}
