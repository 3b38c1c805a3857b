import type { BytesIO, Source } from '@memio/core';
import { bytesOf, describe, isStream, rangeError, typeError } from '@memio/core/adapter';
import { requireZipName } from '@memio/formats';
import { type Content, ContentInMemory, ContentOnDisk, ContentToRead } from './content.ts';
import { requireDate } from './zip32.ts';

/** What goes into an entry: text, written as UTF-8, a `BytesIO` with its whole content, or any source of bytes. */
export type ZipContent = string | Source;

/** A content with options of its own, which are JSZip's. */
export interface ZipEntry {
  content: ZipContent;
  /** Default: that of the archive. */
  compression?: 'STORE' | 'DEFLATE';
  /** Default: those of the archive. */
  compressionOptions?: { level: number } | null;
  /** From 1980 to 2107; written in UTC, to two seconds. Default: that of the archive. */
  date?: Date;
  comment?: string;
  /** Such as `0o755`; written when the `platform` of the archive is `'UNIX'`. */
  unixPermissions?: number | string | null;
  /** The six lowest bits of the attributes; written when the `platform` of the archive is `'DOS'`. */
  dosPermissions?: number | null;
}

/** What can be written as an archive: a JSZip, or names with contents. */
export type ZipSource =
  | ZipArchive
  | Readonly<Record<string, ZipContent | ZipEntry>>
  | ReadonlyMap<string, ZipContent | ZipEntry>
  | Iterable<readonly [name: string, content: ZipContent | ZipEntry]>;

/** A JSZip that holds its entries already. */
export interface ZipArchive {
  generateInternalStream(options: { type: 'uint8array' }): unknown;
}

/** An entry before it is JSZip's. */
export interface Entry {
  name: string;
  content: Content;
  /** In bytes, where it is known before the content is read. */
  size: number | undefined;
  options: Omit<ZipEntry, 'content'>;
}

export const isArchive = (source: unknown): source is ZipArchive =>
  typeof source === 'object' && source !== null && typeof (source as ZipArchive).generateInternalStream === 'function';

/** Adds the entries of `source` to `entries` in the order they come, checked. */
export function addEntries(source: Exclude<ZipSource, ZipArchive>, entries: Entry[]): void {
  const names = new Set<string>();
  for (const pair of pairsOf(source)) {
    if (!Array.isArray(pair)) throw typeError(`Cannot write ${describe(pair)} into a ZIP: expected [name, content]`);
    const [name, given] = pair as [string, ZipContent | ZipEntry];
    requireZipName(name);
    if (names.has(name)) throw rangeError(`Cannot write ${JSON.stringify(name)} into a ZIP twice`);
    names.add(name);
    const { content, ...options } = isEntry(given) ? given : { content: given };
    if (options.date !== undefined) requireDate(options.date);
    const entry = { name, options, ...take(name, content) };
    entries.push(entry);
    if (!name.endsWith('/')) requireFile(name, options);
    else if (entry.size !== 0) throw rangeError(`Cannot write content into the folder ${JSON.stringify(name)}`);
  }
}

function pairsOf(source: Exclude<ZipSource, ZipArchive>): Iterable<readonly [string, ZipContent | ZipEntry]> {
  if (
    typeof source !== 'object' ||
    source === null ||
    ArrayBuffer.isView(source) ||
    !(Symbol.iterator in source || isRecord(source))
  ) {
    throw typeError(
      `Cannot write a ZIP of ${describe(source)}: expected a JSZip, a record, a Map or an iterable of [name, content]`,
    );
  }
  return Symbol.iterator in source
    ? (source as Iterable<readonly [string, ZipContent | ZipEntry]>)
    : Object.entries(source);
}

/** A plain object, of any realm. A promise that nobody awaited, or a buffer, would make an archive without entries. */
function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const isEntry = (given: unknown): given is ZipEntry =>
  typeof given === 'object' && given !== null && isRecord(given) && 'content' in given;

function take(name: string, content: ZipContent): Pick<Entry, 'content' | 'size'> {
  if (typeof content !== 'string' && (typeof content !== 'object' || content === null))
    throw typeError(`Cannot write ${describe(content)} into ${JSON.stringify(name)}: expected text or bytes`);
  if (isSpooled(content)) return { content: new ContentOnDisk(content), size: content.size };
  if (isStream(content)) {
    const view = content.getbuffer();
    return { content: new ContentInMemory(view, () => view.release()), size: view.length };
  }
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : bytesOf(content);
  if (bytes) return { content: new ContentInMemory(bytes), size: bytes.length };
  return { content: new ContentToRead(content as Source), size: undefined };
}

/** A `SpooledBytesIO` that has moved to a file. */
const isSpooled = (content: ZipContent): content is BytesIO =>
  isStream(content) && 'rolled' in content && content.rolled === true;

/** JSZip drops the content of an entry with the permissions of a folder. */
function requireFile(name: string, { unixPermissions: unix, dosPermissions: dos }: Omit<ZipEntry, 'content'>): void {
  const mode = typeof unix === 'string' ? Number.parseInt(unix, 8) : (unix ?? 0);
  if (mode & 0x4000 || (dos ?? 0) & 0x10)
    throw rangeError(`Cannot give the file ${JSON.stringify(name)} the permissions of a folder`);
}
