import { DataError } from '@memio/core/adapter';
import { crc32 } from './crc32.ts';
import { decodeUtf8 } from './zip-names.ts';

/** Sizes and offsets of a header; `undefined` where it has no such field. */
export interface ZipSizes {
  size: number;
  compressedSize: number;
  offset?: number | undefined;
}

/** The extra fields (APPNOTE 4.5) that change the meaning of a header; the others are skipped. */
export interface ZipExtra {
  zip64?: Uint8Array;
  unicodeName?: Uint8Array;
  unicodeComment?: Uint8Array;
}

/** Sizes in a header of 4 bytes that stand in the Zip64 field instead. */
export const IN_ZIP64 = 0xffffffff;

/** The fields by which two readers of an archive would differ if one took the first and the other the last of them. */
const KINDS = new Map<number, keyof ZipExtra>([
  [0x0001, 'zip64'],
  [0x7075, 'unicodeName'],
  [0x6375, 'unicodeComment'],
]);

/**
 * Splits the extra fields of a header.
 *
 * @throws {DataError} when a field exceeds the header, or one that matters occurs twice
 */
export function readZipExtra(bytes: Uint8Array, of: string): ZipExtra {
  const found: ZipExtra = {};
  const view = viewOf(bytes);
  // What is shorter than a field is padding, as zipalign adds it.
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length) throw new DataError(`the extra fields of ${of} are damaged`);
    const kind = KINDS.get(view.getUint16(at, true));
    if (kind) {
      if (found[kind]) throw new DataError(`${of} has two extra fields of the kind ${kind}`);
      found[kind] = bytes.subarray(at + 4, end);
    }
    at = end;
  }
  return found;
}

/**
 * The sizes of a header, from its Zip64 field where that has them (4.5.3): it holds those, in this order, that are
 * `0xffffffff` in the header. Some programs add the others; these have to agree.
 *
 * @throws {DataError} when the field is too short, or contradicts the header
 */
export function resolveZip64(
  header: ZipSizes,
  { zip64 }: ZipExtra,
  of: string,
): { size: number; compressedSize: number; offset: number } {
  const { size, compressedSize, offset } = header;
  const stated = [size, compressedSize, ...(offset === undefined ? [] : [offset])];
  const sizes = ([size, compressedSize, offset = 0]: number[]) => ({
    size: size!,
    compressedSize: compressedSize!,
    offset,
  });
  if (!zip64) return sizes(stated);
  const view = viewOf(zip64);
  const needed = stated.filter((value) => value === IN_ZIP64).length;
  if (zip64.length < 8 * needed) throw new DataError(`the Zip64 field of ${of} is too short`);
  // The number of the disk, 4 bytes, may follow.
  if (needed < stated.length && zip64.length >= 8 * (needed + 1)) {
    const all = stated.map((_, index) => (zip64.length >= 8 * (index + 1) ? size64(view, 8 * index) : undefined));
    if (
      stated.some((value, index) =>
        all[index] === undefined ? value === IN_ZIP64 : value !== IN_ZIP64 && value !== all[index],
      )
    )
      throw new DataError(`the Zip64 field of ${of} contradicts its header`);
    return sizes(stated.map((value, index) => all[index] ?? value));
  }
  let at = 0;
  return sizes(stated.map((value) => (value === IN_ZIP64 ? size64(view, 8 * at++) : value)));
}

/**
 * The text of an Info-ZIP Unicode field (4.6.8, 4.6.9): a version, the CRC of the text in the header, and UTF-8.
 *
 * @returns `undefined` when the text in the header was changed since
 * @throws {DataError} when it is not UTF-8
 */
export function unicodeText(field: Uint8Array | undefined, header: Uint8Array, of: string): string | undefined {
  if (!field || field.length <= 5 || field[0] !== 1 || viewOf(field).getUint32(1, true) !== crc32(header))
    return undefined;
  const text = decodeUtf8(field.subarray(5));
  if (text === undefined) throw new DataError(`the Unicode text of ${of} is not UTF-8`);
  return text;
}

export const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, length);

/** Beyond 2 ** 53 it is not exact, and larger than any archive. */
export const size64 = (view: DataView, at: number): number =>
  view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
