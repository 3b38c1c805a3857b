import { requireInteger } from './arguments.ts';
import type { BytesLike } from './bytes-like.ts';
import type { Content } from './store.ts';

const CHUNK = 65_536;

/**
 * The bytes of `[start, end)` of `content`: copies of 64 KiB, or as much as a BYOB reader has room for. `content` is
 * released at the end, on cancel and when reading it fails.
 */
export function readableOf(content: Content, start: number, end: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stop = Math.min(end, content.size);
  let at = start;
  const closeAtEnd = (controller: ReadableByteStreamController) => {
    if (at < stop) return;
    content.release();
    controller.close();
    // A closed byte stream still owes an answer to the reader that waits.
    controller.byobRequest?.respond(0);
  };
  return new ReadableStream({
    type: 'bytes',
    start: closeAtEnd,
    pull(controller) {
      const request = controller.byobRequest;
      const from = at;
      at = Math.min(from + (request?.view?.byteLength ?? CHUNK), stop);
      try {
        if (request?.view) {
          new Uint8Array(request.view.buffer, request.view.byteOffset).set(content.lend(from, at));
          request.respond(at - from);
        } else {
          controller.enqueue(content.copy(from, at));
        }
      } catch (error) {
        content.release();
        throw error;
      }
      closeAtEnd(controller);
    },
    cancel: () => content.release(),
  });
}

/** The whole of `content`, in copies of 64 KiB. */
export async function* chunksOf(hold: () => Content): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const content = hold();
  try {
    for (let at = 0; at < content.size; at += CHUNK) yield content.copy(at, Math.min(at + CHUNK, content.size));
  } finally {
    content.release();
  }
}

/**
 * What `sink()` takes: bytes for the cursor, or a command of the File System API, as libraries that write containers
 * give them.
 *
 * @see {@link https://fs.spec.whatwg.org/#api-filesystemwritablefilestream-write | FileSystemWritableFileStream.write}
 */
export type SinkChunk =
  | BytesLike
  | { type: 'write'; data: BytesLike; position?: number | null | undefined; size?: undefined }
  | { type: 'seek'; position: number; data?: undefined; size?: undefined }
  | { type: 'truncate'; size: number; data?: undefined; position?: undefined };

/** A `BytesIO`, as far as a sink needs one. */
interface Target {
  readonly size: number;
  write(data: BytesLike): number;
  seek(position: number): number;
  tell(): number;
  truncate(size: number): number;
}

/** Writes each chunk as it comes: bytes at the cursor, and commands as a file would carry them out. */
export const writableOf = (io: Target): WritableStream<SinkChunk> =>
  new WritableStream({
    write(chunk) {
      const { type, data, position, size } = Object(chunk) as Exclude<SinkChunk, BytesLike>;
      if (ArrayBuffer.isView(chunk)) io.write(chunk);
      else if (type === 'write') writeAt(io, position ?? io.tell(), data);
      else if (type === 'seek') io.seek(position);
      else if (type === 'truncate') {
        requireInteger(size, 'truncate to', 'size'); // none would mean the cursor
        io.truncate(size);
        io.seek(Math.min(io.tell(), io.size));
      } else io.write(chunk as BytesLike);
    },
  });

/** When it fails the cursor is where it was. */
function writeAt(io: Target, position: number, data: BytesLike): void {
  const before = io.tell();
  io.seek(position);
  try {
    io.write(data);
  } catch (error) {
    io.seek(before);
    throw error;
  }
}
