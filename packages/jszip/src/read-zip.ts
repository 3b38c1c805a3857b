import type { Source } from '@memio/core';
import { DataError, type Operation, type ReadOptions, readBytes } from '@memio/core/adapter';
import { readZipArchive, type ZipBudgets, type ZipFiles, type ZipInfo } from '@memio/formats';
import { inflateWithHost } from './host-inflate.ts';
import { requireOptions } from './options.ts';

/** JSZip's own options for loading, a filter, and budgets. */
export interface ReadZipOptions extends ReadOptions, ZipBudgets {
  /** Checks every file against its checksum. Default: `true` (JSZip's own default is `false`). */
  checkCRC32?: boolean | undefined;
  /** Decodes names that are not marked as UTF-8. Default: UTF-8 where they are that, otherwise code page 437. */
  decodeFileName?: ((bytes: Uint8Array) => string) | undefined;
  /**
   * Chooses the entries to read, by their safe name, which ends with `/` for a folder, and their information. Entries that
   * are left out are compared with their headers, but not inflated, and do not count for `maxBytes`. Default: all.
   */
  filter?: ((name: string, info: ZipInfo) => boolean) | undefined;
}

const OF: Operation = { adapter: '@memio/jszip', operation: 'readZip' };
const OPTIONS = {
  signal: 'any',
  // Budgets are checked where they are used.
  maxInputBytes: 'any',
  maxEntries: 'any',
  maxBytes: 'any',
  maxRatio: 'any',
  checkCRC32: 'boolean',
  decodeFileName: 'function',
  filter: 'function',
} as const;

/**
 * Reads an archive: its files by name, in the order of the archive, each a stream with its cursor at 0; with the
 * information of its entries, folders included, in `info`. Names are made relative and safe by the rules of Python's
 * `ZipFile.extract`: `\` becomes `/`; a drive, a leading `/` and parts that are `.` or `..` are left out. The content of a
 * symbolic link is the path that it points to. Of a `BytesIO` it reads from the cursor to the end; on failure the cursor is
 * where it was.
 *
 * The files are copies, and yours. What they may cost is limited: by default to 10,000 entries, to 256 MiB altogether, and
 * for a file of more than 4 MiB to 200 times its compressed size. The archive is compared with these limits before
 * anything is inflated, and no file inflates to more than its stated size.
 *
 * @throws {LimitError} when the archive exceeds `maxInputBytes`, `maxEntries`, `maxBytes` or `maxRatio`
 * @throws {DataError} when the bytes are not an archive, are cut off, encrypted or damaged, when local headers or data
 *   descriptors contradict the central directory, or two files have one name
 * @throws {SourceError} when the source fails before that
 * @throws {TypeError} for an unknown option, or one of the wrong type
 * @throws {RangeError} when a budget is negative or `NaN`
 *
 * @example
 * ```ts
 * const files = await readZip(await fetch('https://example.com/data.zip'), { maxBytes: 1_000_000 });
 * files.get('data.csv')?.readline();
 * ```
 */
export async function readZip(source: Source, options: ReadZipOptions = {}): Promise<ZipFiles> {
  requireOptions('read a ZIP', options, OPTIONS);
  const { signal, maxInputBytes, decodeFileName, filter, ...rest } = options;
  const own = new OwnErrors();
  const reading = {
    ...rest,
    signal,
    decodeFileName: own.watch(decodeFileName),
    filter: own.watch(filter),
    host: inflateWithHost,
  };
  try {
    return await readBytes(OF, source, { signal, maxInputBytes }, (bytes) => {
      if (bytes.length === 0)
        throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
      return readZipArchive(bytes, reading);
    });
  } catch (error) {
    throw own.failure ? own.failure.error : error;
  }
}

/** What a callback throws is the caller's, and reaches the caller as it is. */
class OwnErrors {
  failure: { error: unknown } | undefined;

  watch<Args extends unknown[], Result>(
    callback: ((...args: Args) => Result) | undefined,
  ): ((...args: Args) => Result) | undefined {
    if (!callback) return undefined;
    return (...args) => {
      try {
        return callback(...args);
      } catch (error) {
        this.failure = { error };
        throw error;
      }
    };
  }
}
