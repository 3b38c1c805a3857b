import { DataError } from '@memio/core/adapter';
import type { Pacer } from './pacer.ts';
import type { ZipDirectoryEntry, ZipExtent } from './zip-directory.ts';
import { IN_ZIP64, readZipExtra, resolveZip64, size64, unicodeText, viewOf } from './zip-extra.ts';
import { quoteName } from './zip-names.ts';

/** Where an entry is in the archive: its compressed data, and everything that belongs to it. */
export interface ZipPlace {
  dataStart: number;
  /** Behind its data descriptor, or behind its data. */
  end: number;
}

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const LOCAL_SIZE = 30;

const HAS_DESCRIPTOR = 0x08;
const UTF8 = 0x800;
/** Bits 1 and 2: how well the data was compressed, which is no matter. */
const LEVEL = 0x06;

/** The most bytes that the local header of an entry can have. */
export const ZIP_LOCAL_MOST: number = LOCAL_SIZE + 2 * 0xffff;
/** The most bytes that a data descriptor can have. */
export const ZIP_DESCRIPTOR_MOST = 24;

/**
 * Compares the local header (APPNOTE 4.3.7) of an entry with the directory, in every field that both have but the version
 * that is needed: a program that reads an archive from its beginning must not see other files.
 *
 * @param header the bytes from `entry.offset` on: `ZIP_LOCAL_MOST`, or all that precede the directory
 * @returns the length of the header
 * @throws {DataError} that names the entry and the field
 */
export function checkLocalHeader(entry: ZipDirectoryEntry, header: Uint8Array): number {
  const name = quoteName(entry.name);
  const view = viewOf(header);
  if (header.length < LOCAL_SIZE || view.getUint32(0, true) !== LOCAL)
    throw new DataError(`the entry ${name} is not where the central directory states`);
  const contradicts = (field: string, local: unknown, central: unknown) =>
    new DataError(
      `the entry ${name} has the ${field} ${local} in its local header, but ${central} in the central directory`,
    );
  const nameEnd = LOCAL_SIZE + view.getUint16(26, true);
  const end = nameEnd + view.getUint16(28, true);
  if (end > header.length) throw new DataError(`the entry ${name} is cut off`);
  const nameBytes = header.subarray(LOCAL_SIZE, nameEnd);
  if (!isSameName(nameBytes, entry.nameBytes))
    throw new DataError(`the entry ${name} has another name in its local header`);

  const flags = view.getUint16(6, true);
  const differing = (flags ^ entry.flags) & ~LEVEL;
  // To ASCII it does not matter whether it is marked as UTF-8.
  if (differing !== 0 && (differing !== UTF8 || nameBytes.some((byte) => byte > 0x7f)))
    throw contradicts('flags', `0x${flags.toString(16)}`, `0x${entry.flags.toString(16)}`);
  if (view.getUint16(8, true) !== entry.method)
    throw contradicts('compression method', view.getUint16(8, true), entry.method);
  if (view.getUint32(10, true) !== entry.modified)
    throw contradicts('date', hex(view.getUint32(10, true)), hex(entry.modified));

  const extra = end > nameEnd ? readZipExtra(header.subarray(nameEnd, end), `the local header of ${name}`) : {};
  const unicodeName = unicodeText(extra.unicodeName, nameBytes, 'the name of an entry');
  if (unicodeName !== undefined && unicodeName !== entry.name)
    throw new DataError(`the entry ${name} has another name in its local header`);
  const stated = { size: view.getUint32(22, true), compressedSize: view.getUint32(18, true) };
  const sizes = resolveZip64(stated, extra, `the local header of ${name}`);
  // Where a data descriptor follows, these fields may be empty.
  const isEmpty = (flags & HAS_DESCRIPTOR) !== 0;
  const fields: [string, number, number][] = [
    ['CRC', view.getUint32(14, true), entry.crc],
    ['compressed size', sizes.compressedSize, entry.compressedSize],
    ['size', sizes.size, entry.size],
  ];
  for (const [field, local, central] of fields)
    if (local !== central && !(isEmpty && (local === 0 || (local === IN_ZIP64 && !extra.zip64))))
      throw contradicts(field, local, central);
  return end;
}

/**
 * Compares the data descriptor (4.3.9) of an entry with the directory. It may have a signature or not, and sizes of 4 or 8
 * bytes.
 *
 * @param bytes what follows the data of the entry: `ZIP_DESCRIPTOR_MOST`, or all that precede the directory
 * @returns its length; 0 when the entry has none
 * @throws {DataError} that names the entry and the field
 */
export function checkDescriptor(entry: ZipDirectoryEntry, bytes: Uint8Array): number {
  if (!(entry.flags & HAS_DESCRIPTOR)) return 0;
  const view = viewOf(bytes);
  const fields: [string, number][] = [
    ['CRC', entry.crc],
    ['compressed size', entry.compressedSize],
    ['size', entry.size],
  ];
  let fault: string | undefined;
  for (const start of bytes.length >= 4 && view.getUint32(0, true) === DESCRIPTOR ? [4, 0] : [0]) {
    for (const width of [4, 8]) {
      const end = start + 4 + 2 * width;
      if (end > bytes.length) continue;
      const stated = [0, 1, 2].map((index) => {
        const at = start + (index && 4 + (index - 1) * width);
        return index > 0 && width === 8 ? size64(view, at) : view.getUint32(at, true);
      });
      const wrong = fields.findIndex(([, central], index) => stated[index] !== central);
      if (wrong < 0) return end;
      const [field, central] = fields[wrong]!;
      fault ??= `the entry ${quoteName(entry.name)} has the ${field} ${stated[wrong]} in its data descriptor, but ${central} in the central directory`;
    }
  }
  throw new DataError(fault ?? `the data descriptor of ${quoteName(entry.name)} is missing`);
}

/**
 * Compares all entries with their local headers and data descriptors, and requires that none overlap: entries that share
 * data make a small archive inflate to any size.
 *
 * @returns where each entry is, in the order of `entries`
 * @throws {DataError} that names the entry and what is wrong
 */
export async function placeZipEntries(
  archive: Uint8Array,
  entries: readonly ZipDirectoryEntry[],
  { start: limit }: ZipExtent,
  pacer?: Pacer,
): Promise<ZipPlace[]> {
  const places: ZipPlace[] = [];
  for (const entry of entries) {
    const { offset, compressedSize } = entry;
    const header = archive.subarray(offset, Math.min(offset + ZIP_LOCAL_MOST, limit));
    const dataStart = offset + checkLocalHeader(entry, header);
    const dataEnd = dataStart + compressedSize;
    if (dataEnd > limit) throw new DataError(`the entry ${quoteName(entry.name)} is cut off`);
    const behind = archive.subarray(dataEnd, Math.min(dataEnd + ZIP_DESCRIPTOR_MOST, limit));
    places.push({ dataStart, end: dataEnd + checkDescriptor(entry, behind) });
    const pause = pacer?.pause();
    if (pause) await pause;
  }
  requireApart(entries, places);
  return places;
}

function requireApart(entries: readonly ZipDirectoryEntry[], places: readonly ZipPlace[]): void {
  const order = Array.from(entries.keys());
  const isSorted = entries.every(({ offset }, index) => index === 0 || entries[index - 1]!.offset <= offset);
  if (!isSorted) order.sort((one, other) => entries[one]!.offset - entries[other]!.offset);
  for (let at = 1; at < order.length; at++) {
    const [one, other] = [order[at - 1]!, order[at]!];
    if (entries[other]!.offset < places[one]!.end)
      throw new DataError(
        `the entries ${quoteName(entries[one]!.name)} and ${quoteName(entries[other]!.name)} overlap`,
      );
  }
}

/** Some programs write `\` in one place and `/` in the other. */
const isSameName = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, at) => byte === other[at] || (isSlash(byte) && isSlash(other[at]!)));
const isSlash = (byte: number) => byte === 0x2f || byte === 0x5c;
const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`;
