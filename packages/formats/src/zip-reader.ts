import { BytesIO } from '@memio/core';
import { DataError, typeError } from '@memio/core/adapter';
import { copyStored, type InflateChunks, inflate } from './inflate.ts';
import { Pacer } from './pacer.ts';
import { type ZipBudgets, ZipLimits } from './zip-budgets.ts';
import { locateZipDirectory, readZipDirectory, ZIP_TAIL, type ZipDirectoryEntry } from './zip-directory.ts';
import { isZipFolder, ZipFiles, ZipInfo } from './zip-files.ts';
import { placeZipEntries } from './zip-local.ts';
import { quoteName, safeZipName } from './zip-names.ts';

/** How to read an archive. */
export interface ReadArchiveOptions extends ZipBudgets {
  signal?: AbortSignal | undefined;
  /** Compares every file with its checksum. Default: `true`. */
  checkCRC32?: boolean | undefined;
  /** Decodes names that are not marked as UTF-8. Default: UTF-8 where they are that, otherwise code page 437. */
  decodeFileName?: ((bytes: Uint8Array) => string) | undefined;
  /** Called with the safe name of each entry, which ends with `/` for a folder; an entry is left out when it is false. */
  filter?: ((name: string, info: ZipInfo) => boolean) | undefined;
  /** Inflates where the platform cannot. */
  host?: InflateChunks | undefined;
}

/** What is read of an entry. */
interface Chosen {
  name: string;
  entry: ZipDirectoryEntry;
  dataStart: number;
}

/**
 * Reads an archive. Everything that it states is compared before any of it is inflated, and what was compared is what is
 * inflated: no other parser reads it.
 *
 * @param archive is read, not kept: the files are copies
 * @throws {DataError} when it is damaged or contradicts itself, or two files have one name
 * @throws {LimitError} when it exceeds a budget
 */
export async function readZipArchive(
  archive: Uint8Array<ArrayBuffer>,
  options: ReadArchiveOptions = {},
): Promise<ZipFiles> {
  const { signal, checkCRC32: check = true, decodeFileName, filter, host } = options;
  const limits = new ZipLimits(options);
  const pacer = new Pacer(signal);
  const tail = archive.subarray(Math.max(0, archive.length - ZIP_TAIL));
  const extent = locateZipDirectory(tail, archive.length, archive.subarray(0, 4096));
  const onCount = (entries: number) => limits.requireEntries(entries);
  const directory = archive.subarray(extent.start, extent.end);
  const entries = await readZipDirectory(directory, extent, { decodeFileName, onCount, pacer });
  const places = await placeZipEntries(archive, entries, extent, pacer);

  const files = new ZipFiles();
  files.comment = extent.comment;
  const names = new Set<string>();
  const chosen: Chosen[] = [];
  for (const [index, entry] of entries.entries()) {
    const folder = isZipFolder(entry);
    const name = requireSafe(entry, folder);
    if (folder && (name === '/' || names.has(name))) continue;
    if (names.has(name)) throw new DataError(`two entries are named ${quoteName(name)}`);
    names.add(name);
    const info = new ZipInfo(entry);
    if (filter && !accepts(filter(name, info))) continue;
    files.info.set(name, info);
    if (!folder) {
      limits.add({ ...entry, name });
      chosen.push({ name, entry, dataStart: places[index]!.dataStart });
    }
    const pause = pacer.pause();
    if (pause) await pause;
  }

  for (const { name, entry, dataStart } of chosen) {
    const pause = pacer.pause();
    if (pause) await pause;
    const { compressedSize, size, crc, method } = entry;
    const packed = archive.subarray(dataStart, dataStart + compressedSize);
    const work = method === 0 || compressedSize === 0 ? copyStored : inflate;
    const isEmpty = size === 0 && compressedSize === 0 && crc === 0;
    if (compressedSize === 0 && size > 0) throw new DataError(`${quoteName(name)} is damaged: it has no data`);
    files.set(
      name,
      isEmpty ? new BytesIO() : await work({ packed, size, crc }, quoteName(name), { check, pacer, host }),
    );
  }
  pacer.throwIfAborted();
  return files;
}

/** A promise would count as true. */
function accepts(answer: unknown): boolean {
  if (typeof (answer as PromiseLike<unknown> | undefined)?.then === 'function')
    throw typeError('filter returned a promise: expected a boolean');
  return Boolean(answer);
}

function requireSafe(entry: ZipDirectoryEntry, folder: boolean): string {
  const name = safeZipName(entry.name);
  if (folder) {
    if (entry.size > 0) throw new DataError(`the folder ${quoteName(entry.name)} has content`);
    return `${name}/`;
  }
  if (name === '') throw new DataError(`the name ${quoteName(entry.name)} of an entry is empty`);
  return name;
}
