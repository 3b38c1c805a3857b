import { pack } from 'tar-stream';
import type { Entry } from './tar-source.ts';

/**
 * The archive of `entries`, a chunk at a time, made no faster than it is read. Contents are read in their order, one at a
 * time; what was not read is cancelled, and views are released, at the end and on every failure.
 */
export async function* archiveOf(
  entries: readonly Entry[],
  { gzip, signal }: { gzip: boolean; signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (!gzip) return yield* plain(entries, signal);
    const chunks = plain(entries, signal);
    const source = new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          // The compressor may keep it for longer than the next step takes.
          else controller.enqueue(new Uint8Array(value));
        },
        cancel: async () => void (await chunks.return()),
      },
      { highWaterMark: 0 },
    );
    const reader = source.pipeThrough(new CompressionStream('gzip')).getReader();
    try {
      for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
    } finally {
      await reader.cancel().catch(() => {});
    }
  } finally {
    for (const { content } of entries) content?.release();
  }
}

async function* plain(entries: readonly Entry[], signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
  const tar = pack();
  const fed = feed(tar, entries, signal);
  // Its error ends the loop below.
  fed.catch((error) => tar.destroy(error));
  try {
    for await (const chunk of tar as AsyncIterable<Uint8Array>) yield chunk;
    await fed;
  } finally {
    tar.destroy();
  }
}

async function feed(tar: ReturnType<typeof pack>, entries: readonly Entry[], signal: AbortSignal): Promise<void> {
  for (const { header, content } of entries) {
    signal.throwIfAborted();
    const held = await content?.hold(signal);
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (error?: Error | null) => (error ? reject(error) : resolve());
        // tar-stream writes its defaults into the header.
        const sink = held ? tar.entry({ ...header }, held.bytes, done) : tar.entry({ ...header }, done);
        // Without a listener the end of the archive would be an uncaught exception.
        sink.on('error', () => {});
      });
    } finally {
      held?.release();
    }
  }
  tar.finalize();
}
