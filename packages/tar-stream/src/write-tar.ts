import type { BytesIO } from '@memio/core';
import { type Operation, type WriteOptions, writeChunks } from '@memio/core/adapter';
import { archiveOf } from './archive.ts';
import { requireTarOptions, TAR_OPTIONS, type TarOptions } from './tar-options.ts';
import { entriesOf, type TarSource } from './tar-source.ts';

/** Options of `writeTar`. */
export interface WriteTarOptions extends TarOptions, WriteOptions {}

const OF: Operation = { adapter: '@memio/tar-stream', operation: 'writeTar' };
const OPTIONS = [...TAR_OPTIONS, 'into', 'signal', 'onProgress'];

/**
 * Writes an archive at the cursor of `into`, in one step once it is complete: on failure `into` is as it was. Without
 * `into` a new stream is returned, its cursor at 0.
 *
 * Contents are read one after the other, in the order of the entries. A name that no header holds, a date before 1970 or
 * after 2037 and the like are written as PAX records, which GNU tar, Python and libarchive read. Nothing of the caller's
 * is kept. A `BytesIO` that is a content cannot change its size before the promise settles.
 *
 * @param source a record, a `Map` or an iterable of `[name, content]`, or what `readTar` gave. Instead of a content it takes
 *   `{ content, mode, mtime, ... }`. A name that ends with `/` makes a folder. Names are relative and safe, and each comes
 *   once.
 * @throws {TypeError} for what is not a source, an unknown option, or a value of the wrong type
 * @throws {RangeError} for an unsafe name, a name that comes twice, or a value out of range
 * @throws {SourceError} when a content fails
 *
 * @example
 * ```ts
 * const tar = await writeTar({ 'hello.txt': 'Hello', 'run.sh': { content: '#!/bin/sh', mode: 0o755 } });
 * tar.read(9); //=> b`hello.txt`
 * ```
 */
export async function writeTar(source: TarSource, options: WriteTarOptions = {}): Promise<BytesIO> {
  requireTarOptions(options, 'write a TAR', OPTIONS);
  const { into, signal, onProgress, gzip = false, ...rest } = options;
  const entries = entriesOf(source, rest);
  const stop = new AbortController();
  try {
    return await writeChunks(OF, { into, signal, onProgress }, (sink) => {
      void drain(archiveOf(entries, { gzip, signal: stop.signal }), sink);
      return () => stop.abort();
    });
  } finally {
    for (const { content } of entries) content?.release();
  }
}

async function drain(
  archive: AsyncIterable<Uint8Array>,
  sink: { push(chunk: unknown): void; end(): void; fail(cause: unknown): void },
): Promise<void> {
  try {
    for await (const chunk of archive) sink.push(chunk);
    sink.end();
  } catch (error) {
    sink.fail(error);
  }
}
