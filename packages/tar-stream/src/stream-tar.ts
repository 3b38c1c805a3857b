import { adapterError, type Operation, type WriteOptions } from '@memio/core/adapter';
import { archiveOf } from './archive.ts';
import { requireTarOptions, TAR_OPTIONS, type TarOptions } from './tar-options.ts';
import { entriesOf, type TarSource } from './tar-source.ts';

/** Options of `streamTar`. */
export interface StreamTarOptions extends TarOptions, Pick<WriteOptions, 'signal' | 'onProgress'> {}

const OF: Operation = { adapter: '@memio/tar-stream', operation: 'streamTar' };
const OPTIONS = [...TAR_OPTIONS, 'signal', 'onProgress'];

/**
 * An archive as a stream that is made while it is read: for a response that starts before its last entry exists. Takes what
 * `writeTar` takes. A content is read whole before its entry begins: its size precedes it.
 *
 * Nothing is made before the stream is read, and at most one content is read ahead. A content that fails, or `signal`, errors the
 * stream. Cancelling it stops the work. Each chunk is a copy, and the reader's.
 *
 * @throws {TypeError} and {RangeError} at once, for the reasons of `writeTar`
 *
 * @example
 * ```ts
 * const response = new Response(streamTar({ 'hello.txt': 'Hello', 'logo.png': png }));
 * (await BytesIO.from(response)).read(9); //=> b`hello.txt`
 * ```
 */
export function streamTar(source: TarSource, options: StreamTarOptions = {}): ReadableStream<Uint8Array<ArrayBuffer>> {
  requireTarOptions(options, 'stream a TAR', OPTIONS);
  const { signal, onProgress, gzip = false, ...rest } = options;
  signal?.throwIfAborted();
  const entries = entriesOf(source, rest);
  const stop = new AbortController();
  const chunks = archiveOf(entries, { gzip, signal: stop.signal });
  let settled = false;
  let written = 0;
  let controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const settle = (finish: () => void): void => {
    if (settled) return;
    settled = true;
    signal?.removeEventListener('abort', onAbort);
    finish();
  };
  const giveUp = (): void => {
    stop.abort();
    for (const { content } of entries) content?.release();
    chunks.return().catch(() => {});
  };
  const onAbort = (): void =>
    settle(() => {
      controller.error(signal?.reason);
      giveUp();
    });
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      start(given) {
        controller = given;
        signal?.addEventListener('abort', onAbort);
      },
      async pull() {
        try {
          const { done, value } = await chunks.next();
          if (settled) return;
          if (done) return settle(() => controller.close());
          written += value.length;
          try {
            onProgress?.(written);
          } catch (error) {
            settle(() => controller.error(error));
            return giveUp();
          }
          // tar-stream passes on pieces of what it was given.
          controller.enqueue(new Uint8Array(value));
        } catch (error) {
          settle(() => controller.error(adapterError(OF, error)));
          giveUp();
        }
      },
      cancel: () => settle(giveUp),
    },
    { highWaterMark: 0 },
  );
}
