import { DataError, typeError } from '@memio/core/adapter';
import type { Pacer } from './pacer.ts';
import { describeFormat, detectFormat } from './signatures.ts';
import { IN_ZIP64, readZipExtra, resolveZip64, size64, unicodeText, viewOf } from './zip-extra.ts';
import { decodeUnmarked, decodeUtf8, quoteName } from './zip-names.ts';

/** An entry by the central directory (APPNOTE 4.3.12), before it is compared with its local header. */
export interface ZipDirectoryEntry {
  /** As it stands in the archive, decoded; not a safe path. */
  name: string;
  nameBytes: Uint8Array;
  comment: string;
  flags: number;
  /** 0 (stored) or 8 (deflated). */
  method: number;
  /** Date and time as DOS has them, 16 bits each: local time of the program that wrote it. */
  modified: number;
  crc: number;
  /** In bytes, as the next. */
  compressedSize: number;
  size: number;
  /** The offset of its local header in the archive. */
  offset: number;
  /** The system whose attributes it has (4.4.2), such as 3 for UNIX. */
  host: number;
  attributes: number;
}

/** How the central directory of a ZIP is read. */
export interface ZipDirectoryOptions {
  /** Decodes names that are not marked as UTF-8. Default: UTF-8 where they are that, otherwise code page 437. */
  decodeFileName?: ((bytes: Uint8Array) => string) | undefined;
  /** Called with the number of entries before they are read. */
  onCount?: ((entries: number) => void) | undefined;
  pacer?: Pacer | undefined;
}

/** Where the central directory is, in offsets of the archive. */
export interface ZipExtent {
  /** Its first byte; entries end before it. */
  start: number;
  /** The first byte of the records behind it. */
  end: number;
  entries: number;
  /** How many bytes precede what offsets in the archive are counted from: those of a program, for example. */
  shift: number;
  comment: string;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const DIGITAL_SIGNATURE = 0x05054b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

const END_SIZE = 22;
const CENTRAL_SIZE = 46;
/** Of the Zip64 end record without its extensible data, and of the locator behind it. */
const END_64_SIZE = 56;
const LOCATOR_64_SIZE = 20;

/** Bit 0: the data, bit 13: the directory as well (4.4.4). */
const ENCRYPTED = 0x2001;
const PATCH = 0x20;
const UTF8 = 0x800;

/** Names of compression methods (4.4.5), for messages. */
const METHODS: Record<number, string> = {
  1: 'shrunk',
  2: 'reduced',
  3: 'reduced',
  4: 'reduced',
  5: 'reduced',
  6: 'imploded',
  9: 'Deflate64',
  10: 'PKWARE DCL imploded',
  12: 'bzip2',
  14: 'LZMA',
  16: 'IBM z/OS CMPSC',
  18: 'IBM TERSE',
  19: 'IBM LZ77',
  20: 'Zstandard, old',
  93: 'Zstandard',
  94: 'MP3',
  95: 'XZ',
  96: 'JPEG',
  97: 'WavPack',
  98: 'PPMd',
  99: 'AES encryption',
};

/** How many bytes at the end of an archive `locateZipDirectory` needs, unless a Zip64 record has much extensible data. */
export const ZIP_TAIL: number = END_SIZE + 0xffff + LOCATOR_64_SIZE + END_64_SIZE;

/**
 * Finds the central directory by the end record (4.3.16), which is searched from the end since a comment may follow it.
 *
 * @param tail the end of the archive: `ZIP_TAIL` bytes or more, or all of it
 * @param size the size of the archive, in bytes
 * @param head the beginning of the archive, for messages; at least 4 bytes
 * @throws {DataError} when there is none, it contradicts itself, or the archive is cut off or split
 */
export function locateZipDirectory(tail: Uint8Array, size: number, head: Uint8Array): ZipExtent {
  const view = viewOf(tail);
  /** What an offset of `tail` is in the archive. */
  const base = size - tail.length;
  const end = findEnd(tail, view, head);
  let disks = [view.getUint16(end + 4, true), view.getUint16(end + 6, true)];
  let counts = [view.getUint16(end + 8, true), view.getUint16(end + 10, true)];
  let places = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
  let behind = end;
  const found = findEnd64(view, end, base);
  if (found) {
    const { at, locator } = found;
    const isStated = (value: number) => value !== 0xffff && value !== IN_ZIP64;
    const all = [
      [disks, [view.getUint32(at + 16, true), view.getUint32(at + 20, true)]],
      [counts, [size64(view, at + 24), size64(view, at + 32)]],
      [places, [size64(view, at + 40), size64(view, at + 48)]],
    ] as const;
    if (all.some(([short, long]) => short.some((value, index) => isStated(value) && value !== long[index])))
      throw new DataError('the end record of the archive contradicts its Zip64 end record');
    [disks, counts, places] = all.map(([, long]) => [...long]) as [number[], number[], number[]];
    if (view.getUint32(locator + 4, true) !== 0 || view.getUint32(locator + 16, true) > 1) disks.push(1);
    behind = at;
  } else if ([...disks, ...counts].includes(0xffff) || places.includes(IN_ZIP64)) {
    throw new DataError('the archive states that it is a Zip64 archive, but has no Zip64 end record');
  }
  if (disks.some((disk) => disk !== 0) || counts[0] !== counts[1])
    throw new DataError('the archive is split into several files, which is not supported');
  const [length, offset] = places as [number, number];
  const shift = base + behind - length - offset;
  if (shift < 0) throw new DataError(`the archive is cut off: ${-shift} bytes are missing`);
  if (found && size64(view, found.locator + 8) + shift !== base + found.at)
    throw new DataError('the offset of the Zip64 end record is wrong');
  if (shift > 0 && viewOf(head).getUint32(0, true) === LOCAL)
    throw new DataError('the archive is cut off, or another archive precedes it');
  if (length < CENTRAL_SIZE * counts[0]!)
    throw new DataError(`the archive states ${counts[0]} entries in a directory of ${length} bytes`);
  const comment = decodeUnmarked(tail.subarray(end + END_SIZE, end + END_SIZE + view.getUint16(end + 20, true)));
  return { start: base + behind - length, end: base + behind, entries: counts[0]!, shift, comment };
}

/** @returns the offset of the end record in `tail` */
function findEnd(tail: Uint8Array, view: DataView, head: Uint8Array): number {
  const last = tail.length - END_SIZE;
  const lowest = Math.max(0, last - 0xffff);
  let found: number | undefined;
  for (let at = last; at >= lowest; at--) {
    if (tail[at] !== 0x50 || view.getUint32(at, true) !== END) continue;
    const isExact = at + END_SIZE + view.getUint16(at + 20, true) === tail.length;
    // Some programs take the last record, and others the one whose comment reaches to the end.
    if (found !== undefined && isExact) throw new DataError('the archive has two end records');
    found ??= at;
  }
  if (found === undefined) {
    throw new DataError(
      detectFormat(head) === 'zip'
        ? 'the archive is cut off: it has no end record'
        : `the bytes are not a ZIP archive, but ${describeFormat(head)}: no end record was found`,
    );
  }
  if (found + END_SIZE + view.getUint16(found + 20, true) > tail.length)
    throw new DataError('the archive is cut off within its comment');
  return found;
}

/** The Zip64 end record and its locator (4.3.14, 4.3.15), which stand in front of the end record, as offsets of `tail`. */
function findEnd64(view: DataView, end: number, base: number): { at: number; locator: number } | undefined {
  const locator = end - LOCATOR_64_SIZE;
  if (locator < 0 || view.getUint32(locator, true) !== LOCATOR_64) return undefined;
  // Usually without extensible data; with it, the record is only found where the locator points to.
  for (const at of [locator - END_64_SIZE, size64(view, locator + 8) - base]) {
    if (at < 0 || at + END_64_SIZE > locator || view.getUint32(at, true) !== END_64) continue;
    if (at + 12 + size64(view, at + 4) !== locator) continue;
    // Version 2 of the record describes an encrypted directory (7.3.4).
    if (view.getUint16(at + 14, true) >= 62 && locator - at > END_64_SIZE)
      throw new DataError('the directory of the archive is encrypted, which is not supported');
    return { at, locator };
  }
  return undefined;
}

/**
 * Reads the entries of a central directory, in their order. Sections are those of PKWARE's APPNOTE.TXT.
 *
 * @param directory the bytes from `extent.start` to `extent.end`
 * @throws {DataError} when it is damaged, or an entry is encrypted or compressed by another method than Deflate
 */
export async function readZipDirectory(
  directory: Uint8Array,
  extent: ZipExtent,
  { decodeFileName, onCount, pacer }: ZipDirectoryOptions = {},
): Promise<ZipDirectoryEntry[]> {
  onCount?.(extent.entries);
  const view = viewOf(directory);
  const entries: ZipDirectoryEntry[] = [];
  let at = 0;
  while (at + CENTRAL_SIZE <= directory.length && view.getUint32(at, true) === CENTRAL) {
    const nameEnd = at + CENTRAL_SIZE + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const next = extraEnd + view.getUint16(at + 32, true);
    if (next > directory.length) throw new DataError('the central directory is cut off');
    if (entries.length === extent.entries) throw wrongCount(extent, `more than ${entries.length}`);
    entries.push(readEntry(directory, view, { at, nameEnd, extraEnd, next }, extent.shift, decodeFileName));
    at = next;
    const pause = pacer?.pause();
    if (pause) await pause;
  }
  if (at + 6 <= directory.length && view.getUint32(at, true) === DIGITAL_SIGNATURE)
    at += 6 + view.getUint16(at + 4, true);
  if (at !== directory.length)
    throw new DataError(`the central directory is damaged behind ${entries.length} of ${extent.entries} entries`);
  if (entries.length !== extent.entries) throw wrongCount(extent, `${entries.length}`);
  return entries;
}

function readEntry(
  directory: Uint8Array,
  view: DataView,
  { at, nameEnd, extraEnd, next }: { at: number; nameEnd: number; extraEnd: number; next: number },
  shift: number,
  decodeFileName: ((bytes: Uint8Array) => string) | undefined,
): ZipDirectoryEntry {
  const flags = view.getUint16(at + 8, true);
  const nameBytes = directory.subarray(at + CENTRAL_SIZE, nameEnd);
  const rough = () => quoteName(decodeUnmarked(nameBytes.subarray(0, 320)));
  const extra = extraEnd > nameEnd ? readZipExtra(directory.subarray(nameEnd, extraEnd), `the entry ${rough()}`) : {};
  const unicodeName = unicodeText(extra.unicodeName, nameBytes, 'the name of an entry');
  const name = nameOf(flags, nameBytes, unicodeName, decodeFileName);
  const quoted = quoteName(name);
  const method = view.getUint16(at + 10, true);
  const sizes = resolveZip64(
    {
      size: view.getUint32(at + 24, true),
      compressedSize: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    },
    extra,
    `the entry ${quoted}`,
  );
  requireReadable(flags, method, view.getUint16(at + 34, true), sizes, quoted);
  const commentBytes = directory.subarray(extraEnd, next);
  return {
    name,
    nameBytes,
    comment: unicodeText(extra.unicodeComment, commentBytes, `the entry ${quoted}`) ?? decodeUnmarked(commentBytes),
    flags,
    method,
    modified: view.getUint32(at + 12, true),
    crc: view.getUint32(at + 16, true),
    ...sizes,
    offset: sizes.offset + shift,
    host: view.getUint8(at + 5),
    attributes: view.getUint32(at + 38, true),
  };
}

function nameOf(
  flags: number,
  nameBytes: Uint8Array,
  unicodeName: string | undefined,
  decode: (bytes: Uint8Array) => string = decodeUnmarked,
): string {
  if (flags & UTF8) {
    const name = decodeUtf8(nameBytes);
    if (name === undefined) throw new DataError('the name of an entry is marked as UTF-8, but is not');
    if (unicodeName !== undefined && unicodeName !== name)
      throw new DataError(`an entry has two names, ${quoteName(name)} and ${quoteName(unicodeName)}`);
    return name;
  }
  if (unicodeName !== undefined) return unicodeName;
  const name: unknown = decode(nameBytes.slice());
  if (typeof name !== 'string') throw typeError(`decodeFileName returned ${String(name)}: expected a string`);
  return name;
}

function requireReadable(
  flags: number,
  method: number,
  disk: number,
  { compressedSize, size }: { compressedSize: number; size: number },
  name: string,
): void {
  if (flags & ENCRYPTED) throw new DataError(`the entry ${name} is encrypted, which is not supported`);
  if (flags & PATCH) throw new DataError(`the entry ${name} is a patch, which is not supported`);
  if (disk !== 0 && disk !== 0xffff)
    throw new DataError('the archive is split into several files, which is not supported');
  if (method !== 0 && method !== 8) {
    const known = METHODS[method] ? ` (${METHODS[method]})` : '';
    throw new DataError(
      `the entry ${name} is compressed by method ${method}${known}: only 0 (stored) and 8 (deflated) are supported`,
    );
  }
  if (method === 0 && compressedSize !== size)
    throw new DataError(`the entry ${name} is stored, but its two sizes are ${compressedSize} and ${size} bytes`);
}

const wrongCount = ({ entries }: ZipExtent, found: string) =>
  new DataError(`the archive states that it has ${entries} entries, but lists ${found}`);
