import type { Content } from './content.ts';

const CHUNK = 65_536;

/** `content`, 64 KiB at a time or as much as a BYOB reader has room for; released at the end and on cancel. */
export function readableOf(content: Content): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  const closeAtEnd = (controller: ReadableByteStreamController) => {
    if (at < content.size) return;
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
      const start = at;
      const end = Math.min(start + (request?.view?.byteLength ?? CHUNK), content.size);
      let bytes: Uint8Array<ArrayBuffer>;
      try {
        bytes = content.copy(start, end);
      } catch (error) {
        content.release();
        throw error;
      }
      at = end;
      if (request?.view) {
        new Uint8Array(request.view.buffer, request.view.byteOffset).set(bytes);
        request.respond(bytes.length);
      } else {
        controller.enqueue(bytes);
      }
      closeAtEnd(controller);
    },
    cancel: () => content.release(),
  });
}
