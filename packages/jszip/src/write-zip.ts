import type { BytesIO } from '@memio/core';
import { type Operation, type WriteOptions, writeChunks } from '@memio/core/adapter';
import type { ZipSource } from './entries.ts';
import { Generation } from './generation.ts';
import { requireOptions, ZIP_OPTIONS, type ZipOptions } from './options.ts';

export interface WriteZipOptions extends WriteOptions, ZipOptions {}

const OF: Operation = { adapter: '@memio/jszip', operation: 'writeZip' };
const OPTIONS = { into: 'any', signal: 'any', onProgress: 'any', ...ZIP_OPTIONS } as const;

/**
 * Writes an archive of entries in the order they come. A name that ends with `/` makes a folder; folders in front of
 * other names are not made.
 *
 * Contents that are text, bytes or a `BytesIO` are read where they are and must not be changed until it settles. Other
 * contents are read one after the other, each when the archive has come to it. None is kept afterwards.
 *
 * The archive is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was.
 * Without `into` a new stream is returned, its cursor at 0, ready to read.
 *
 * @throws {TypeError} when `source` is not a source, a content is neither text nor bytes, or for an unknown option
 * @throws {RangeError} when a name is empty, absolute, contains `\` or a part that is empty, `.` or `..`, or comes twice;
 *   when there are more than 65,534 entries or 4 GiB - 1 bytes, a name or comment is longer than 65,526 bytes, a level is
 *   not from 1 to 9, or a date not from 1980 to 2107; when a comment contains the signature of an end record; when options
 *   contradict each other, such as `unixPermissions` and the platform `'DOS'`
 * @throws {SourceError} when a content cannot be read
 * @throws {AdapterError} when JSZip fails
 *
 * @example
 * ```ts
 * const zip = await writeZip({ 'hello.txt': 'Hello', 'logo.png': png }, { compression: 'DEFLATE' });
 * zip.read(4); //=> b`PK\x03\x04`
 * ```
 */
export async function writeZip(source: ZipSource, given: WriteZipOptions = {}): Promise<BytesIO> {
  requireOptions('write a ZIP', given, OPTIONS);
  const { into, signal, onProgress, ...options } = given;
  const generation = new Generation(source, options);
  try {
    await generation.prepare();
    return await writeChunks(OF, { into, signal, onProgress }, (sink) => {
      const chunks = generation.start(sink);
      chunks.resume();
      return () => chunks.pause();
    });
  } finally {
    generation.release();
  }
}
