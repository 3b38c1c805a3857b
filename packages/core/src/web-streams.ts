import type { BytesIO } from './bytes-io.ts';
import type { BytesLike } from './bytes-like.ts';

const CHUNK = 65_536;

/** The content of `io`, a copy of 64 KiB at a time, or straight into the buffer that a BYOB reader brings. */
export function readableOf(io: BytesIO): ReadableStream<Uint8Array<ArrayBuffer>> {
  const view = io.getbuffer();
  let at = 0;
  const closeAtEnd = (controller: ReadableByteStreamController) => {
    if (at < view.length) return;
    view.release();
    controller.close();
    // A closed byte stream still owes an answer to the reader that waits.
    controller.byobRequest?.respond(0);
  };
  return new ReadableStream({
    type: 'bytes',
    start: closeAtEnd,
    pull(controller) {
      const request = controller.byobRequest;
      const start = at;
      at = Math.min(start + (request?.view?.byteLength ?? CHUNK), view.length);
      if (request?.view) {
        new Uint8Array(request.view.buffer, request.view.byteOffset).set(view.subarray(start, at));
        request.respond(at - start);
      } else {
        controller.enqueue(view.slice(start, at));
      }
      closeAtEnd(controller);
    },
    cancel: () => view.release(),
  });
}

/** Writes each chunk at the cursor as it comes. */
export const writableOf = (io: BytesIO): WritableStream<BytesLike> =>
  new WritableStream({ write: (chunk) => void io.write(chunk) });
