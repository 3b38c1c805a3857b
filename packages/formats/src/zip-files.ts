import type { BytesIO } from '@memio/core';
import type { ZipDirectoryEntry } from './zip-directory.ts';

/** UNIX, and Darwin: their attributes have the mode of a file in the upper half. */
const UNIX_HOSTS = [3, 19];
/** FAT, HPFS, NTFS (two numbers), VFAT: their attributes have those of DOS in the lowest byte. */
const DOS_HOSTS = [0, 6, 10, 11, 14];
const DOS_FOLDER = 0x10;

/**
 * The information of an entry, by the names of the options with which it is written. Change it to write something else.
 */
export class ZipInfo {
  /** The date of the entry: local time, to two seconds. */
  date: Date;
  comment: string;
  compression: 'STORE' | 'DEFLATE';
  /** The mode of the file with its type, such as `0o100755`, or `0o120777` of a link; `null` where there is none. */
  unixPermissions: number | null;
  /** The six lowest bits of the attributes: 1 read-only, 2 hidden, 4 system, 32 archive; `null` where there are none. */
  dosPermissions: number | null;
  readonly #size: number;
  readonly #compressedSize: number;

  /** Reads what the directory says of an entry. */
  constructor(entry: ZipDirectoryEntry) {
    const { attributes, host } = entry;
    this.date = dateOf(entry.modified);
    this.comment = entry.comment;
    this.compression = entry.method === 8 ? 'DEFLATE' : 'STORE';
    this.unixPermissions = (UNIX_HOSTS.includes(host) && attributes >>> 16) || null;
    this.dosPermissions = (DOS_HOSTS.includes(host) && attributes & 0x2f) || null;
    this.#size = entry.size;
    this.#compressedSize = entry.compressedSize;
  }

  /** In bytes, when it was read. */
  get size(): number {
    return this.#size;
  }

  /** In bytes, when it was read. */
  get compressedSize(): number {
    return this.#compressedSize;
  }
}

/**
 * The files of an archive by name, in its order, and what else it has: `writeZip` accepts it back. Replace the content of
 * a file with `set`, and remove a file with `delete`.
 */
export class ZipFiles extends Map<string, BytesIO> {
  /** The information of each entry by name. The names of folders end with `/`. */
  readonly info: Map<string, ZipInfo> = new Map();
  /** The comment of the archive. */
  comment = '';
}

/**
 * Tells whether an entry is a folder: by its name, or by attributes of the systems that define them. A file with content is
 * never a folder, whatever they state.
 */
export function isZipFolder({ name, host, attributes, size, crc }: ZipDirectoryEntry): boolean {
  if (name.endsWith('/')) return true;
  if (size !== 0 || crc !== 0) return false;
  if (UNIX_HOSTS.includes(host)) return attributes >>> 28 === 4;
  return name.endsWith('\\') || (DOS_HOSTS.includes(host) && (attributes & DOS_FOLDER) !== 0);
}

/** The time of DOS (MS-DOS date and time) as local time. What is no date is the first one that DOS has. */
export function dateOf(modified: number): Date {
  const [time, day] = [modified & 0xffff, modified >>> 16];
  const [month, date] = [(day >>> 5) & 0x0f, day & 0x1f];
  const [hours, minutes, seconds] = [time >>> 11, (time >>> 5) & 0x3f, (time & 0x1f) * 2];
  if (month < 1 || month > 12 || date < 1 || hours > 23 || minutes > 59 || seconds > 59) return new Date(1980, 0, 1);
  return new Date(1980 + (day >>> 9), month - 1, date, hours, minutes, seconds);
}
