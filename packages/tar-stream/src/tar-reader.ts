import { BytesIO, LimitError } from '@memio/core';
import { DataError, rangeError } from '@memio/core/adapter';
import { type Pacer, quoteName, requireBudget, safeZipName } from '@memio/formats';
import { TarFiles, type TarInfo, type TarType } from './tar-files.ts';

/** What an archive may cost. More is a `LimitError`; `Infinity` lifts a limit. */
export interface TarBudgets {
  /** The most entries, folders and links counted. Default: 10,000. */
  maxEntries?: number | undefined;
  /** The most bytes of all files together; of a `.tar.gz` also of the archive inside. Default: 268,435,456 (256 MiB). */
  maxBytes?: number | undefined;
}

/** How names are encoded that no PAX record gives. */
export type NameEncoding = 'utf-8' | 'latin1';

const BLOCK = 512;
/** The most bytes of an extended header: names and numbers, not contents. */
const MOST_EXTENDED = 1024 * 1024;

/** The types of entries, by the typeflag of POSIX (pax, ustar interchange format). */
const TYPES: Readonly<Record<string, TarType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
  '7': 'file',
};

/** What is refused, since its content is not what the next blocks are. */
const REFUSED: Readonly<Record<string, string>> = {
  S: 'it is a sparse file, whose holes tar-stream and memio do not fill',
  M: 'it continues on another volume',
  V: 'it is the label of a volume',
  D: 'it is a directory of an incremental backup',
  N: 'it has a long name in a format of before 1990',
};

/** The limits of a reader, with their defaults. */
export class TarLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
  #bytes = 0;

  constructor({ maxEntries = 10_000, maxBytes = 268_435_456 }: TarBudgets) {
    for (const [name, value] of Object.entries({ maxEntries, maxBytes })) requireBudget(name, value);
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  addBytes(size: number): void {
    this.#bytes += size;
    this.requireBytes(this.#bytes);
  }

  requireBytes(size: number): void {
    if (size > this.maxBytes)
      throw new LimitError(
        `Cannot read ${size} bytes of a TAR: maxBytes is ${this.maxBytes}`,
        'maxBytes',
        this.maxBytes,
      );
  }

  requireEntries(count: number): void {
    const most = this.maxEntries;
    if (count > most)
      throw new LimitError(`Cannot read ${count} entries of a TAR: maxEntries is ${most}`, 'maxEntries', most);
  }
}

interface Extended {
  records: Map<string, string>;
  longName: string | undefined;
  longLink: string | undefined;
}

/**
 * Reads an archive from its first header to the two blocks of zeros that end it, and zeros behind them.
 *
 * @param consumed called with the length of the archive
 */
export async function readArchive(
  bytes: Uint8Array<ArrayBuffer>,
  { limits, encoding, pacer }: { limits: TarLimits; encoding: NameEncoding; pacer: Pacer },
  consumed: (length: number) => void,
): Promise<TarFiles> {
  const files = new TarFiles();
  const global = new Map<string, string>();
  let next: Extended = { records: new Map(), longName: undefined, longLink: undefined };
  let entries = 0;
  for (let at = 0; ; ) {
    const pause = pacer.pause();
    if (pause) await pause;
    const block = blockAt(bytes, at);
    if (isZero(block)) {
      if (isExtended(next)) throw new DataError('the archive ends behind an extended header, which needs an entry');
      if (!isZero(blockAt(bytes, at + BLOCK)))
        throw new DataError(`a block of zeros at byte ${at} is followed by an entry`);
      consumed(endOfZeros(bytes, at + 2 * BLOCK));
      return files;
    }
    const header = headerOf(block, at, encoding);
    const start = at + BLOCK;
    if ('xgLK'.includes(header.flag)) {
      if (header.size > MOST_EXTENDED)
        throw new DataError(`the extended header at byte ${at} has ${header.size} bytes`);
      const data = dataAt(bytes, start, header.size, `the extended header at byte ${at}`);
      if (header.flag === 'g') addGlobal(global, recordsOf(data, at));
      else next = withHeader(next, header.flag, data, at, encoding);
      at = start + padded(header.size);
      continue;
    }
    const found = entryOf(header, global, next);
    next = { records: new Map(), longName: undefined, longLink: undefined };
    limits.requireEntries(++entries);
    const { name, info, size } = found;
    const what = quoteName(name);
    if (info.type !== 'file' && size > 0) throw new DataError(`the ${info.type} ${what} has ${size} bytes of content`);
    limits.addBytes(size);
    const content = dataAt(bytes, start, size, what);
    at = start + padded(size);
    if (name === '') continue; // the folder that the archive was made of
    // As every program does that unpacks: of entries with one name the last one counts.
    files.delete(name);
    files.info.delete(name);
    files.info.set(name, info);
    if (info.type === 'file') {
      files.set(name, new BytesIO(content));
    } else if (info.type === 'link') {
      files.set(name, linked(files, name, info.linkname, limits));
    }
  }
}

/** A hard link is the content of an entry before it, once more. */
function linked(files: TarFiles, name: string, target: string, limits: TarLimits): BytesIO {
  const original = files.get(target);
  if (!original || target === name)
    throw new DataError(`the link ${quoteName(name)} leads to ${quoteName(target)}, which is no file before it`);
  limits.addBytes(original.size);
  return new BytesIO(original.getvalue());
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

function blockAt(bytes: Uint8Array, at: number): Uint8Array {
  if (at + BLOCK > bytes.length)
    throw new DataError(`the archive is cut off at byte ${bytes.length}: it does not end with two blocks of zeros`);
  return bytes.subarray(at, at + BLOCK);
}

function dataAt(bytes: Uint8Array<ArrayBuffer>, start: number, size: number, what: string): Uint8Array<ArrayBuffer> {
  if (start + padded(size) > bytes.length)
    throw new DataError(`the archive is cut off within ${what}: ${bytes.length - start} of ${size} bytes are there`);
  return bytes.subarray(start, start + size);
}

const isZero = (block: Uint8Array): boolean => block.every((byte) => byte === 0);

function endOfZeros(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at + BLOCK <= bytes.length && isZero(bytes.subarray(at, at + BLOCK))) at += BLOCK;
  return at;
}

interface RawHeader {
  name: string;
  linkname: string;
  /** The typeflag. */
  flag: string;
  size: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  uname: string;
  gname: string;
  devmajor: number;
  devminor: number;
  at: number;
}

function headerOf(block: Uint8Array, at: number, encoding: NameEncoding): RawHeader {
  const stated = numberAt(block, 148, 8, 'checksum', at);
  let sum = 8 * 32;
  for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += block[index]!;
  if (sum !== stated) throw new DataError(`there is no TAR header at byte ${at}: its checksum is wrong`);

  const magic = String.fromCharCode(...block.subarray(257, 265));
  const isPosix = magic === 'ustar\x0000';
  const isGnu = magic === 'ustar  \0';
  if (!isPosix && !isGnu && block.subarray(257, 265).some((byte) => byte !== 0))
    throw new DataError(`the header at byte ${at} is of an unknown kind of TAR`);
  const text = (start: number, length: number) => textAt(block, start, length, encoding, at);
  const number = (start: number, length: number, field: string) => numberAt(block, start, length, field, at);
  const prefix = isPosix ? text(345, 155) : '';
  const named = isPosix || isGnu;
  const size = number(124, 12, 'size');
  if (!Number.isSafeInteger(size) || size < 0) throw new DataError(`the size at byte ${at} is ${size}`);
  return {
    name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100),
    linkname: text(157, 100),
    flag: String.fromCharCode(block[156]!),
    size,
    mode: number(100, 8, 'mode'),
    uid: number(108, 8, 'uid'),
    gid: number(116, 8, 'gid'),
    mtime: number(136, 12, 'mtime'),
    uname: named ? text(265, 32) : '',
    gname: named ? text(297, 32) : '',
    devmajor: named ? number(329, 8, 'devmajor') : 0,
    devminor: named ? number(337, 8, 'devminor') : 0,
    at,
  };
}

function textAt(block: Uint8Array, start: number, length: number, encoding: NameEncoding, at: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return decode(end < 0 ? field : field.subarray(0, end), encoding, at);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, encoding: NameEncoding, at: number): string {
  if (encoding === 'latin1') return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new DataError(`a name at byte ${at} is not UTF-8: filenameEncoding: 'latin1' reads names of older programs`, {
      cause,
    });
  }
}

/** Octal digits between spaces and NULs, or base 256, whose first byte has its highest bit set. */
function numberAt(block: Uint8Array, start: number, length: number, field: string, at: number): number {
  const digits = block.subarray(start, start + length);
  if (digits[0]! & 0x80) {
    const isNegative = (digits[0]! & 0x40) !== 0;
    let value = isNegative ? -1n : BigInt(digits[0]! & 0x3f);
    for (const byte of digits.subarray(1)) value = value * 256n + BigInt(byte);
    return Number(value);
  }
  const text = String.fromCharCode(...digits);
  const [, octal] = /^ *([0-7]*)[ \0]*$/.exec(text) ?? [];
  if (octal === undefined) throw new DataError(`the ${field} at byte ${at} is not a number: ${quoteName(text)}`);
  return octal === '' ? 0 : Number.parseInt(octal, 8);
}

function isExtended({ records, longName, longLink }: Extended): boolean {
  return records.size > 0 || longName !== undefined || longLink !== undefined;
}

function withHeader(before: Extended, flag: string, data: Uint8Array, at: number, encoding: NameEncoding): Extended {
  const twice = () => new DataError(`the extended header at byte ${at} follows another of its kind`);
  if (flag === 'x') {
    if (before.records.size > 0) throw twice();
    return { ...before, records: recordsOf(data, at) };
  }
  const end = data.indexOf(0);
  const text = decode(end < 0 ? data : data.subarray(0, end), encoding, at);
  if (flag === 'L') {
    if (before.longName !== undefined) throw twice();
    return { ...before, longName: text };
  }
  if (before.longLink !== undefined) throw twice();
  return { ...before, longLink: text };
}

/** PAX records: `LENGTH KEY=VALUE\n`, in UTF-8. */
function recordsOf(data: Uint8Array, at: number): Map<string, string> {
  const records = new Map<string, string>();
  for (let start = 0; start < data.length; ) {
    const space = data.indexOf(0x20, start);
    const digits = String.fromCharCode(...data.subarray(start, Math.min(space < 0 ? start : space, start + 12)));
    const end = start + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (!/^[1-9]\d*$/.test(digits) || end > data.length || data[end - 1] !== 0x0a || equals < 0 || equals >= end - 1)
      throw new DataError(`the PAX record at byte ${at + BLOCK + start} is damaged`);
    const key = decode(data.subarray(space + 1, equals), 'utf-8', at);
    if (key.startsWith('GNU.sparse.')) throw new DataError(`an entry at byte ${at} is refused: ${REFUSED['S']}`);
    records.set(key, decode(data.subarray(equals + 1, end - 1), 'utf-8', at));
    start = end;
  }
  const charset = records.get('hdrcharset');
  if (charset !== undefined && charset !== 'ISO-IR 10646 2000 UTF-8')
    throw new DataError(`the PAX records at byte ${at} are not UTF-8, but ${quoteName(charset)}`);
  return records;
}

function addGlobal(global: Map<string, string>, records: ReadonlyMap<string, string>): void {
  for (const [key, value] of records) {
    if (['path', 'linkpath', 'size'].includes(key))
      throw new DataError(`a global header gives every entry one ${key}, which programs interpret differently`);
    global.set(key, value);
  }
}

function entryOf(header: RawHeader, global: ReadonlyMap<string, string>, extended: Extended) {
  const records = new Map([...global, ...extended.records]);
  const path = records.get('path');
  const linkpath = records.get('linkpath');
  if (
    (path !== undefined && extended.longName !== undefined) ||
    (linkpath !== undefined && extended.longLink !== undefined)
  )
    throw new DataError(`the entry at byte ${header.at} has two names: one of PAX and one of GNU`);
  const given = path ?? extended.longName ?? header.name;
  const refused = REFUSED[header.flag];
  let type = TYPES[header.flag];
  if (refused || !type)
    throw new DataError(
      `the entry ${quoteName(given)} is refused: ${refused ?? `its type ${quoteName(header.flag)} is unknown`}`,
    );
  // Programs of before 1988 had no type for folders.
  if (type === 'file' && given.endsWith('/')) type = 'directory';
  const name = safeZipName(given);
  if (name === '' && type !== 'directory') throw new DataError(`the name ${quoteName(given)} of an entry is empty`);
  const linkname = linkpath ?? extended.longLink ?? header.linkname;
  const isLink = type === 'link' || type === 'symlink';
  if (linkname.includes('\0')) throw new DataError(`where ${quoteName(name)} leads contains a NUL`);
  const number = (field: 'uid' | 'gid' | 'size' | 'mtime') =>
    numberOf(records.get(field), field, given) ?? header[field];
  const size = number('size');
  if (!Number.isSafeInteger(size) || size < 0) throw new DataError(`the size of ${quoteName(given)} is ${size}`);
  const mtime = new Date(Math.floor(number('mtime')) * 1000);
  if (Number.isNaN(mtime.getTime())) throw new DataError(`the date of ${quoteName(given)} is out of range`);
  const info: TarInfo = {
    type,
    mode: header.mode & 0o7777,
    mtime,
    uid: number('uid'),
    gid: number('gid'),
    uname: records.get('uname') ?? header.uname,
    gname: records.get('gname') ?? header.gname,
    linkname: type === 'link' ? safeZipName(linkname) : isLink ? linkname : '',
    devmajor: header.devmajor,
    devminor: header.devminor,
  };
  return { name: type === 'directory' && name !== '' ? `${name}/` : name, info, size };
}

function numberOf(text: string | undefined, field: string, name: string): number | undefined {
  if (text === undefined || text === '') return undefined;
  const isDate = field === 'mtime';
  if (!(isDate ? /^-?\d+(\.\d*)?$/ : /^\d+$/).test(text))
    throw new DataError(`the ${field} of ${quoteName(name)} is not a number: ${quoteName(text)}`);
  return Number(text);
}

/** @throws {RangeError} for an encoding that is not one of the two */
export function requireEncoding(encoding: unknown): asserts encoding is NameEncoding {
  if (encoding !== 'utf-8' && encoding !== 'latin1')
    throw rangeError(`Cannot decode names as ${JSON.stringify(encoding)}: expected 'utf-8' or 'latin1'`);
}
