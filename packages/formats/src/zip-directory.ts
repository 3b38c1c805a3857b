import { DataError } from '@memio/core/adapter';
import { crc32 } from './crc32.ts';

/** What the central directory says of an entry (APPNOTE 4.3.12). All of it may be a lie. */
export interface ZipDirectoryEntry {
  /** As it stands in the archive, decoded. */
  name: string;
  folder: boolean;
  crc: number;
  /** In bytes, as the next. */
  compressedSize: number;
  size: number;
}

/** How the central directory of a ZIP is read. */
export interface DirectoryOptions {
  /** Decodes names that are not marked as UTF-8. Default: UTF-8 where they are that, otherwise code page 437. */
  decodeFileName?: ((bytes: Uint8Array) => string) | undefined;
  /** Called before the entries are read, with their number. */
  onCount(entries: number): void;
}

/** Where the central directory lies, in offsets of the archive. */
interface Extent {
  start: number;
  end: number;
  entries: number;
  /** How many bytes precede what the offsets in the archive are counted from: a program, for example. */
  shift: number;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

const END_SIZE = 22;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
/** Of the Zip64 end record without its extensible data, and of the locator behind it. */
const END_64_SIZE = 56;
const LOCATOR_64_SIZE = 20;

/**
 * Reads the central directory of an archive: its entries in their order. Sections are those of PKWARE's APPNOTE.TXT.
 *
 * @throws {DataError} when the archive is damaged, cut off, encrypted, or of a kind that JSZip does not read
 */
export function readZipDirectory(
  archive: Uint8Array,
  { decodeFileName, onCount }: DirectoryOptions,
): ZipDirectoryEntry[] {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.length);
  const extent = locate(view);
  onCount(extent.entries);

  const entries: ZipDirectoryEntry[] = [];
  const ranges: { start: number; end: number; name: string }[] = [];
  let at = extent.start;
  while (at + CENTRAL_SIZE <= extent.end && view.getUint32(at, true) === CENTRAL) {
    const fields = readFields(archive, view, at, extent.end);
    const name = nameOf(fields, decodeFileName);
    const quoted = JSON.stringify(name.slice(0, 80));
    requireReadable(fields, quoted);
    entries.push({ ...fields, name, folder: isFolder(fields, name) });
    ranges.push({ ...dataOf(fields, archive, view, extent, quoted), name: quoted });
    at = fields.next;
  }
  if (at !== extent.end) throw new DataError(`the central directory is damaged behind ${entries.length} entries`);
  if (entries.length !== extent.entries)
    throw new DataError(`the archive says that it has ${extent.entries} entries, but lists ${entries.length}`);
  requireApart(ranges);
  return entries;
}

/** Finds the central directory by the end record (4.3.16), which is found from the end since a comment may follow. */
function locate(view: DataView): Extent {
  let end = view.byteLength - END_SIZE;
  const lowest = Math.max(0, end - 0xffff);
  while (end >= lowest && view.getUint32(end, true) !== END) end--;
  if (end < lowest) {
    throw new DataError(
      view.byteLength >= 4 && view.getUint32(0, true) === LOCAL
        ? 'the archive is cut off: it has no end record'
        : 'the bytes are not a ZIP archive: no end record was found',
    );
  }
  if (end + END_SIZE + view.getUint16(end + 20, true) > view.byteLength)
    throw new DataError('the archive is cut off within its comment');

  let disks = [view.getUint16(end + 4, true), view.getUint16(end + 6, true)];
  let counts = [view.getUint16(end + 8, true), view.getUint16(end + 10, true)];
  let size = view.getUint32(end + 12, true);
  let offset = view.getUint32(end + 16, true);
  if ([...disks, ...counts].includes(0xffff) || size === 0xffffffff || offset === 0xffffffff) {
    // 4.3.14 and 4.3.15: the Zip64 end record and its locator stand in front of the end record.
    const locator = end - LOCATOR_64_SIZE;
    end = locator - END_64_SIZE;
    if (end < 0 || view.getUint32(locator, true) !== LOCATOR_64 || view.getUint32(end, true) !== END_64)
      throw new DataError('the archive says that it is a Zip64 archive, but has no Zip64 end record');
    if (size64(view, end + 4) !== END_64_SIZE - 12)
      throw new DataError('extensible data in a Zip64 archive is not supported');
    disks = [view.getUint32(end + 16, true), view.getUint32(end + 20, true)];
    if (view.getUint32(locator + 16, true) > 1) disks.push(1);
    counts = [size64(view, end + 24), size64(view, end + 32)];
    size = size64(view, end + 40);
    offset = size64(view, end + 48);
  }
  if (disks.some((disk) => disk !== 0) || counts[0] !== counts[1])
    throw new DataError('archives that are split over several disks are not supported');
  const shift = end - size - offset;
  if (shift < 0) throw new DataError(`the archive is cut off: ${-shift} bytes are missing`);
  return { start: end - size, end, entries: counts[0]!, shift };
}

interface Fields {
  madeBy: number;
  flags: number;
  method: number;
  crc: number;
  compressedSize: number;
  size: number;
  attributes: number;
  disk: number;
  offset: number;
  nameBytes: Uint8Array;
  unicodeName: Uint8Array | undefined;
  next: number;
}

function readFields(archive: Uint8Array, view: DataView, at: number, end: number): Fields {
  const nameEnd = at + CENTRAL_SIZE + view.getUint16(at + 28, true);
  const extraEnd = nameEnd + view.getUint16(at + 30, true);
  const next = extraEnd + view.getUint16(at + 32, true);
  if (next > end) throw new DataError('the central directory is cut off');
  const fields: Fields = {
    madeBy: view.getUint8(at + 5),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    compressedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    disk: view.getUint16(at + 34, true),
    attributes: view.getUint32(at + 38, true),
    offset: view.getUint32(at + 42, true),
    nameBytes: archive.subarray(at + CENTRAL_SIZE, nameEnd),
    unicodeName: undefined,
    next,
  };
  for (let extra = nameEnd; extra + 4 <= extraEnd; ) {
    const start = extra + 4;
    const stop = start + view.getUint16(extra + 2, true);
    if (stop > extraEnd) break;
    const id = view.getUint16(extra, true);
    if (id === 0x0001) readZip64(fields, view, start, stop);
    if (id === 0x7075 && isUnicodeName(fields, view, start, stop))
      fields.unicodeName = archive.subarray(start + 5, stop);
    extra = stop;
  }
  return fields;
}

/** 4.5.3: only those fields are there that did not fit into their place in the record. */
function readZip64(fields: Fields, view: DataView, start: number, stop: number): void {
  let at = start;
  for (const field of ['size', 'compressedSize', 'offset'] as const) {
    if (fields[field] !== 0xffffffff || at + 8 > stop) continue;
    fields[field] = size64(view, at);
    at += 8;
  }
}

/** 4.6.9: the name in UTF-8, unless the name in the record was changed since. */
const isUnicodeName = ({ nameBytes }: Fields, view: DataView, start: number, stop: number): boolean =>
  stop - start >= 5 && view.getUint8(start) === 1 && view.getUint32(start + 1, true) === crc32(nameBytes);

/** Beyond 2 ** 53 it is not exact, and larger than any archive. */
const size64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;

function requireReadable({ flags, method, disk, compressedSize, size }: Fields, name: string): void {
  // 4.4.4: bit 0 the data, bit 13 the directory as well.
  if (flags & 0x2001) throw new DataError(`the entry ${name} is encrypted, which is not supported`);
  if (flags & 0x20) throw new DataError(`the entry ${name} is a patch, which is not supported`);
  if (disk !== 0 && disk !== 0xffff)
    throw new DataError('archives that are split over several disks are not supported');
  if (method !== 0 && method !== 8)
    throw new DataError(
      `the entry ${name} is compressed by method ${method}: only 0 (stored) and 8 (deflated) are supported`,
    );
  if (method === 0 && compressedSize !== size)
    throw new DataError(`the entry ${name} is stored, but its two sizes are ${compressedSize} and ${size} bytes`);
}

/** Where the local header (4.3.7) and the data of an entry lie. */
function dataOf(fields: Fields, archive: Uint8Array, view: DataView, { start: limit, shift }: Extent, name: string) {
  const start = fields.offset + shift;
  if (start + LOCAL_SIZE > limit || view.getUint32(start, true) !== LOCAL)
    throw new DataError(`the entry ${name} is not where the central directory says`);
  const nameStart = start + LOCAL_SIZE;
  const nameEnd = nameStart + view.getUint16(start + 26, true);
  const end = nameEnd + view.getUint16(start + 28, true) + fields.compressedSize;
  if (end > limit) throw new DataError(`the entry ${name} is cut off`);
  const local = archive.subarray(nameStart, nameEnd);
  if (local.length !== fields.nameBytes.length || local.some((byte, index) => byte !== fields.nameBytes[index]))
    throw new DataError(`the entry ${name} has another name in front of its data`);
  return { start, end };
}

/** Entries that share their data make a small file inflate to any size. */
function requireApart(ranges: { start: number; end: number; name: string }[]): void {
  ranges.sort((one, other) => one.start - other.start);
  for (const [index, { start, name }] of ranges.entries()) {
    const before = ranges[index - 1];
    if (before && start < before.end) throw new DataError(`the entries ${before.name} and ${name} overlap`);
  }
}

/** A name that ends with a slash, or attributes (4.4.15) of a folder: those of DOS, or of UNIX. */
const isFolder = ({ attributes, madeBy }: Fields, name: string): boolean =>
  /[\\/]$/.test(name) || (attributes & 0x10) !== 0 || (madeBy === 3 && attributes >>> 28 === 4);

function nameOf({ flags, nameBytes, unicodeName }: Fields, decode = decodeUnmarked): string {
  if (!(flags & 0x0800) && !unicodeName) return String(decode(nameBytes.slice()));
  // 4.4.4, bit 11
  const name = decodeUtf8(unicodeName ?? nameBytes);
  if (name === undefined) throw new DataError('the name of an entry is marked as UTF-8, but is not');
  return name;
}

/** Most programs write UTF-8 today, marked or not; code page 437 is what unmarked names are by appendix D.1. */
function decodeUnmarked(bytes: Uint8Array): string {
  return (
    decodeUtf8(bytes) ??
    Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join('')
  );
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
