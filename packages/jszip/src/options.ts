import { describe, rangeError, typeError } from '@memio/core/adapter';

/** The type that `typeof` gives for each option; `any` for those that are checked elsewhere. */
export type OptionTypes = Readonly<Record<string, 'any' | 'boolean' | 'function' | 'object' | 'string'>>;

/**
 * Refuses options that do not exist, which would be ignored otherwise, and values of another type. `undefined` stands for
 * the default.
 *
 * @param action such as `read a ZIP`
 */
export function requireOptions(action: string, options: object, types: OptionTypes): void {
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!type)
      throw typeError(`Cannot ${action} with ${name}: there is no such option, but ${Object.keys(types).join(', ')}`);
    if (value !== undefined && type !== 'any' && typeof value !== type)
      throw typeError(`Cannot ${action} with ${name} ${describe(value)}: expected a ${type}`);
  }
}

/** JSZip's own options for generating, all of which go through as they are, and dates. */
export interface ZipOptions {
  /** Default: `'STORE'`, or `'DEFLATE'` where `compressionOptions` has a level. */
  compression?: 'STORE' | 'DEFLATE' | undefined;
  /**
   * `level` 1 (fastest) to 9 (smallest). Default: 6. Node's zlib compresses, or the platform's `CompressionStream` where
   * there is no level; JSZip does the rest, at a third of the speed.
   */
  compressionOptions?: { level?: number | undefined } | null | undefined;
  /** The comment of the archive. Default: that of what `readZip` or JSZip has read. */
  comment?: string | undefined;
  /** The system whose permissions the entries have. Default: `'UNIX'` where there are `unixPermissions`, else `'DOS'`. */
  platform?: 'DOS' | 'UNIX' | undefined;
  /** Writes the sizes behind each entry instead of before it. */
  streamFiles?: boolean | undefined;
  encodeFileName?: ((name: string) => string) | undefined;
  /** Of entries that have no date of their own, from 1980 to 2107, written as local time. Default: now. */
  date?: Date | undefined;
  /**
   * Makes the same bytes of the same input, whenever and wherever: `date` is 1980-01-01 unless it is given and holds for
   * the entries of a JSZip as well, dates are written in UTC, and JSZip compresses. Default: `false`.
   */
  deterministic?: boolean | undefined;
}

/** Options of an entry, which are JSZip's. What `readZip` gives as `info` of an entry is one. */
export interface EntryOptions {
  /** Default: that of the archive; `'DEFLATE'` where `compressionOptions` has a level. */
  compression?: 'STORE' | 'DEFLATE' | undefined;
  /** Default: those of the archive. */
  compressionOptions?: { level?: number | undefined } | null | undefined;
  /** From 1980 to 2107; written as local time, to two seconds. Default: that of the archive. */
  date?: Date | undefined;
  comment?: string | null | undefined;
  /**
   * The mode of the file, such as `0o755`, or as an octal string; the type of a link is `0o120000`, and its content the
   * path. Default: 0o664, of a folder 0o775. It makes the `platform` of the archive `'UNIX'`.
   */
  unixPermissions?: number | string | null | undefined;
  /** The six lowest bits of the attributes, where the `platform` of the archive is `'DOS'`. */
  dosPermissions?: number | null | undefined;
}

export const ZIP_OPTIONS: OptionTypes = {
  compression: 'string',
  compressionOptions: 'object',
  comment: 'string',
  platform: 'string',
  streamFiles: 'boolean',
  encodeFileName: 'function',
  date: 'any',
  deterministic: 'boolean',
};

const ENTRY_OPTIONS: OptionTypes = {
  content: 'any',
  compression: 'string',
  compressionOptions: 'object',
  date: 'any',
  comment: 'any',
  unixPermissions: 'any',
  dosPermissions: 'any',
};

/** JSZip also takes the names that `process.platform` has for them. */
const PLATFORMS = ['DOS', 'UNIX', 'darwin', 'freebsd', 'linux', 'sunos', 'win32'];
/** The type of a file, in the upper four bits of its mode. */
const FILE_TYPE = 0o170000;
const [FOLDER, FILE] = [0o040000, 0o100000];

/** Of the end record, and of the locator of that of Zip64. */
const SIGNATURES = ['PK\u0005\u0006', 'PK\u0006\u0007'];
/** What four bytes can say; JSZip writes no Zip64. */
const MOST_BYTES = 0xffffffff;
/** What a ZIP needs for an entry besides its data and twice its name: the two headers. */
const HEADERS = 30 + 46;
const END_RECORD = 22;

/** Checks the options of an archive but for those that concern its entries. */
export function requireZipOptions({ compression, compressionOptions, comment = '', platform, date }: ZipOptions): void {
  requireCompression(compression);
  requireLevel(compressionOptions);
  requireText('the comment', comment);
  if (date !== undefined) requireDate(date);
  if (platform !== undefined && !PLATFORMS.includes(platform))
    throw rangeError(`Cannot write a ZIP with platform ${describe(platform)}: expected 'DOS' or 'UNIX'`);
}

/** Checks the options of an entry. @returns them with the mode as a number, which has the type of the file */
export function entryOptions(name: string, given: EntryOptions): EntryOptions & { unixPermissions: number | null } {
  const quoted = JSON.stringify(name.slice(0, 32));
  requireOptions(`write ${quoted} into a ZIP`, given, ENTRY_OPTIONS);
  const { compression, compressionOptions, comment, date, dosPermissions } = given;
  requireCompression(compression);
  requireLevel(compressionOptions);
  if (compression === 'STORE' && levelOf(compressionOptions) !== undefined)
    throw rangeError(`Cannot store ${quoted} with a level: expected compression 'DEFLATE'`);
  if (date !== undefined) requireDate(date);
  requireText(`the name of ${quoted}`, name);
  requireText(`the comment of ${quoted}`, comment ?? '');
  if (dosPermissions != null && !(Number.isInteger(dosPermissions) && dosPermissions >= 0 && dosPermissions <= 0x3f))
    throw rangeError(`Cannot give ${quoted} dosPermissions ${describe(dosPermissions)}: expected 0 to 63`);
  const unixPermissions = modeOf(quoted, given.unixPermissions, name.endsWith('/'));
  if (!name.endsWith('/') && dosPermissions != null && dosPermissions & 0x10)
    throw rangeError(`Cannot give the file ${quoted} the permissions of a folder`);
  if (unixPermissions !== null && dosPermissions != null)
    throw rangeError(`Cannot give ${quoted} both unixPermissions and dosPermissions: a ZIP has those of one system`);
  return { ...given, unixPermissions };
}

function modeOf(quoted: string, given: unknown, folder: boolean): number | null {
  if (given == null) return null;
  const mode = typeof given === 'string' && /^[0-7]+$/.test(given) ? Number.parseInt(given, 8) : given;
  if (typeof mode !== 'number' || !Number.isInteger(mode) || mode < 0 || mode > 0xffff)
    throw rangeError(`Cannot give ${quoted} unixPermissions ${describe(given)}: expected 0 to 0o177777`);
  const type = mode & FILE_TYPE;
  // JSZip drops the content of an entry with this bit, which devices and sockets have, too.
  if (!folder && type & FOLDER) throw rangeError(`Cannot give the file ${quoted} the permissions of a folder`);
  if (folder && type !== 0 && type !== FOLDER)
    throw rangeError(`Cannot give the folder ${quoted} the permissions of a file`);
  return mode | (type === 0 ? (folder ? FOLDER : FILE) : 0);
}

/**
 * The system whose permissions are written: all entries of a JSZip's archive have the same.
 *
 * @throws {RangeError} when permissions would be lost
 */
export function platformOf(
  given: ZipOptions['platform'],
  entries: Iterable<readonly [name: string, EntryOptions]>,
): 'DOS' | 'UNIX' {
  const isUnix = given === undefined ? undefined : given !== 'DOS' && (given as string) !== 'win32';
  let [unix, dos]: (string | undefined)[] = [];
  let dosBits = 0;
  for (const [name, { unixPermissions, dosPermissions }] of entries) {
    if (unixPermissions != null) unix ??= name;
    else if (dosPermissions != null) {
      dos ??= name;
      // The archive bit means nothing to UNIX, and the bit of a folder is implied.
      dosBits |= dosPermissions & ~0x30;
    }
  }
  const lost = (what: string, name: string, platform: string) =>
    rangeError(
      `Cannot write the ${what} of ${JSON.stringify(name.slice(0, 32))}: the platform of the ZIP is ${platform}`,
    );
  if (isUnix === false && unix !== undefined) throw lost('unixPermissions', unix, 'DOS');
  const platform = (isUnix ?? unix !== undefined) ? 'UNIX' : 'DOS';
  if (platform === 'UNIX' && dos !== undefined && (isUnix || dosBits !== 0)) throw lost('dosPermissions', dos, 'UNIX');
  return platform;
}

export const levelOf = (options: EntryOptions['compressionOptions']): number | undefined => options?.level;

function requireCompression(compression: unknown): void {
  if (compression !== undefined && !['STORE', 'DEFLATE'].includes(String(compression).toUpperCase()))
    throw rangeError(`Cannot compress with ${describe(compression)}: expected 'STORE' or 'DEFLATE'`);
}

/** A level that the compressor does not know is refused so late that the error ends the process; 0 means 6 to JSZip. */
function requireLevel(options: EntryOptions['compressionOptions']): void {
  const [unknown] = Object.keys(options ?? {}).filter((name) => name !== 'level');
  if (unknown) throw typeError(`Cannot compress with ${unknown}: compressionOptions has level alone`);
  const { level } = options ?? {};
  if (level !== undefined && !(Number.isInteger(level) && level >= 1 && level <= 9))
    throw rangeError(`Cannot compress with level ${describe(level)}: expected 1 to 9`);
}

export function requireSize(bytes: number): void {
  if (bytes > MOST_BYTES)
    throw rangeError(`Cannot write a ZIP of ${bytes} bytes: ${MOST_BYTES} are the most without Zip64`);
}

/** As far as it is known before the contents are read. */
export function requireZip32(entries: readonly { name: string; size: number | undefined; stored: boolean }[]): void {
  requireCount(entries.length);
  let least = END_RECORD;
  for (const { name, size = 0, stored } of entries) {
    requireSize(size);
    least += HEADERS + 2 * name.length + (stored ? size : 0);
  }
  requireSize(least);
}

export function requireCount(entries: number): void {
  if (entries >= 0xffff) throw rangeError(`Cannot write a ZIP of ${entries} entries: 65534 are the most without Zip64`);
}

/**
 * Beside the text JSZip writes it once more, with 9 bytes in front, when it is not ASCII. Programs search the end record
 * from the end of an archive, and would find one in a comment.
 */
function requireText(what: string, text: unknown): void {
  if (typeof text !== 'string') throw typeError(`Cannot write a ZIP: ${what} is ${describe(text)}, expected a string`);
  const { length } = new TextEncoder().encode(text);
  if (length > 0xffff - 9) throw rangeError(`Cannot write a ZIP: ${what} has ${length} bytes, 65526 are the most`);
  if (SIGNATURES.some((signature) => text.includes(signature)))
    throw rangeError(
      `Cannot write a ZIP: ${what} contains the signature of an end record, so that it could not be read`,
    );
}

/** What the two bytes for a date can say. */
function requireDate(date: unknown): void {
  if (Object.prototype.toString.call(date) !== '[object Date]')
    throw typeError(`Cannot date an entry of a ZIP ${describe(date)}: expected a Date`);
  const year = (date as Date).getFullYear();
  if (!(year >= 1980 && year <= 2107)) {
    const given = Number.isNaN(year) ? 'an invalid date' : (date as Date).toISOString();
    throw rangeError(`Cannot date an entry of a ZIP ${given}: expected 1980 to 2107`);
  }
}

/** JSZip writes dates in UTC: the date whose fields in UTC are those of `date` in local time. */
export const localDate = (date: Date): Date =>
  new Date(
    Date.UTC(
      date.getFullYear(),
      date.getMonth(),
      date.getDate(),
      date.getHours(),
      date.getMinutes(),
      date.getSeconds(),
    ),
  );
