import { BytesIO, type Source } from '@memio/core';
import {
  abortable,
  type ChunkSink,
  DataError,
  type Operation,
  type ReadOptions,
  readBytes,
  writeChunks,
} from '@memio/core/adapter';
import {
  crc32,
  readZipDirectory,
  safeZipName,
  type ZipBudgets,
  type ZipDirectoryEntry,
  ZipUsage,
} from '@memio/formats';
import JSZip from 'jszip';
import type { ChunkStream } from './chunk-stream.ts';

/** JSZip's own options for loading, and budgets. */
export interface ReadZipOptions extends ReadOptions, ZipBudgets {
  /** Checks every file against its checksum. Default: `true` (JSZip's own default is `false`). */
  checkCRC32?: boolean;
  /** Decodes names that are not marked as UTF-8. Default: UTF-8 where they are that, otherwise code page 437. */
  decodeFileName?: (bytes: Uint8Array) => string;
}

const OF: Operation = { adapter: '@memio/jszip', operation: 'readZip' };

/**
 * Reads an archive: its files by name, in the order of the archive, each a stream with its cursor at 0. Folders are
 * left out. Names are made relative and safe by the rules of Python's `ZipFile.extract`: `\` becomes `/`; a drive, a
 * leading `/` and parts that are `.` or `..` are left out. Of a `BytesIO` it reads from the cursor to the end; on
 * failure the cursor is where it was.
 *
 * The files are copies, and yours. What they may cost is limited: by default to 10,000 entries, to 256 MiB altogether,
 * and for a file of more than 4 MiB to 200 times its compressed size, all of it counted while they inflate.
 *
 * @throws {LimitError} when the archive goes over `maxEntries`, `maxBytes` or `maxRatio`
 * @throws {DataError} when the bytes are not an archive, are cut off, encrypted, damaged, or two files have one name
 * @throws {SourceError} when the source fails before that
 * @throws {TypeError} when a budget is not a number
 * @throws {RangeError} when a budget is negative or `NaN`
 *
 * @example
 * ```ts
 * const files = await readZip(await fetch('https://example.com/data.zip'), { maxBytes: 1_000_000 });
 * files.get('data.csv')?.readline();
 * ```
 */
export async function readZip(source: Source, options: ReadZipOptions = {}): Promise<Map<string, BytesIO>> {
  const { signal, maxInputBytes, checkCRC32 = true, decodeFileName } = options;
  const budgets = new ZipUsage(options);
  return readBytes(OF, source, { signal, maxInputBytes }, async (bytes) => {
    if (bytes.length === 0)
      throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
    const entries = readZipDirectory(bytes, { decodeFileName, onCount: (count) => budgets.requireEntries(count) });
    const names = new Set<string>();
    for (const entry of entries) {
      if (entry.folder) continue;
      entry.name = safeZipName(entry.name);
      if (names.has(entry.name))
        throw new DataError(`two entries are named ${JSON.stringify(entry.name.slice(0, 80))}`);
      names.add(entry.name);
    }
    budgets.requireSizes(entries.filter(({ folder }) => !folder));

    const contents = await abortable(load(bytes), signal);
    if (contents.length !== entries.length)
      throw new DataError(`JSZip found ${contents.length} of ${entries.length} entries`);
    const files = new Map<string, BytesIO>();
    for (const [index, entry] of entries.entries()) {
      if (entry.folder) continue;
      const isEmpty = entry.size === 0 && entry.compressedSize === 0 && entry.crc === 0;
      const drain = (sink: ChunkSink) => inflate(contents[index]!.internalStream('uint8array'), entry, sink);
      files.set(entry.name, isEmpty ? new BytesIO() : await writeChunks(OF, { signal }, drain));
    }
    return files;
  });

  function inflate(
    chunks: ChunkStream,
    { name, size, compressedSize, crc }: ZipDirectoryEntry,
    sink: ChunkSink,
  ): () => void {
    let inflated = 0;
    let checksum = 0;
    const damaged = (cause: unknown) =>
      new DataError(`${JSON.stringify(name)} is damaged: it cannot be inflated`, { cause });
    const wrongSize = (cause?: unknown) =>
      new DataError(`${JSON.stringify(name)} is damaged: it has ${inflated} of ${size} bytes`, { cause });
    chunks.on('data', (chunk) => {
      const bytes = chunk as Uint8Array;
      inflated += bytes.length;
      try {
        budgets.count({ name, compressedSize }, bytes.length, inflated);
      } catch (error) {
        // pako goes on to the end of the 16 KiB that it is at, which are 16 MiB at most; they are dropped.
        sink.reject(error);
      }
      // What is too much is counted, since it may be a bomb, but not kept.
      if (inflated > size) return;
      if (checkCRC32) checksum = crc32(bytes, checksum);
      sink.push(bytes);
    });
    chunks.on('error', (error) => sink.fail(inflated === size ? damaged(error) : wrongSize(error)));
    chunks.on('end', () => {
      if (inflated !== size) sink.fail(wrongSize());
      else if (checkCRC32 && checksum !== crc)
        sink.fail(new DataError(`${JSON.stringify(name)} is damaged: its checksum is wrong`));
      else sink.end();
    });
    chunks.resume();
    return () => chunks.pause();
  }
}

/** What JSZip makes of an entry. */
interface Content {
  internalStream(type: 'uint8array'): ChunkStream;
}

/**
 * The entries that JSZip finds, in the order of the archive. JSZip keeps them by name, where some names come before
 * others and some replace others: here each is given its number for a name.
 */
async function load(bytes: Uint8Array): Promise<Content[]> {
  const archive = new JSZip();
  const add = archive.file.bind(archive) as (name: string, data: unknown, options: object) => unknown;
  const contents: Content[] = [];
  const file = (_: string, ...added: [data: unknown] | []) => {
    if (added.length === 0) return contents.at(-1);
    const name = String(contents.length);
    add(name, added[0], { binary: true, createFolders: false });
    contents.push(archive.files[name] as unknown as Content);
    return archive;
  };
  await Object.assign(archive, { file }).loadAsync(bytes, { decodeFileName: () => '' });
  return contents;
}
