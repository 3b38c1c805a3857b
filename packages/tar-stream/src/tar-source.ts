import { BytesIO, type Source } from '@memio/core';
import { bytesOf, describe, type Held, holdContent, isStream, rangeError, typeError } from '@memio/core/adapter';
import { requireZipName } from '@memio/formats';
import { TarFiles, type TarInfo, type TarType } from './tar-files.ts';
import type { TarOptions } from './tar-options.ts';

/** What goes into a file: text, written as UTF-8, a `BytesIO` with its whole content, or any source of bytes. */
export type TarContent = string | Source;

/** An entry with metadata, by the names of tar-stream. */
export interface TarEntry extends Partial<TarInfo> {
  /** Of a file. Other types have none. */
  content?: TarContent | undefined;
}

/** What can be written as an archive: what `readTar` gave, or names with contents. */
export type TarSource =
  | TarFiles
  | Readonly<Record<string, TarContent | TarEntry>>
  | ReadonlyMap<string, TarContent | TarEntry>
  | Iterable<readonly [name: string, content: TarContent | TarEntry]>;

/** What tar-stream's `pack.entry()` takes. */
export interface Header {
  name: string;
  type: TarType;
  mode: number;
  mtime: Date;
  uid: number;
  gid: number;
  uname: string;
  gname: string;
  linkname: string;
  devmajor: number;
  devminor: number;
  /** Records of POSIX's extended header, for what the others cannot hold. */
  pax: Record<string, string> | null;
}

/** An entry that is checked and ready to be written. */
export interface Entry {
  header: Header;
  content: Content | undefined;
}

/** The content of a file, which is not read before the archive has come to it. */
export class Content {
  #source: TarContent | undefined;
  #view: Held | undefined;

  constructor(source: TarContent) {
    this.#source = source;
    if (isStream(source) && !isSpooled(source)) {
      const bytes = source.getbuffer();
      this.#view = { bytes, release: () => bytes.release() };
    }
    // A Node.js stream that fails while it waits would end the process. Its reader gets the error later.
    const { on } = source as { on?: unknown };
    if (typeof on === 'function') on.call(source, 'error', () => {});
  }

  async hold(signal: AbortSignal): Promise<Held> {
    if (this.#view) return this.#view;
    const source = this.#source!;
    this.#source = undefined;
    return holdContent(source, { signal });
  }

  /** Gives a stream back, and cancels a source that was not read: its connection, or file, would stay open. */
  release(): void {
    this.#view?.release();
    const source = this.#source;
    this.#source = undefined;
    if (this.#view || source === undefined || typeof source === 'string' || bytesOf(source) || isStream(source)) return;
    BytesIO.from(source, { signal: AbortSignal.abort() }).catch(() => {});
  }
}

/** A `SpooledBytesIO` that has moved to a file. */
const isSpooled = (content: TarContent): boolean => isStream(content) && 'rolled' in content && content.rolled === true;

/** The entries of `source` in the order they come, checked. */
export function entriesOf(source: TarSource, { mtime, deterministic = false }: TarOptions): Entry[] {
  const date = mtime ?? new Date(deterministic ? 0 : Date.now());
  requireDate(date);
  const entries: Entry[] = [];
  const names = new Set<string>();
  try {
    for (const pair of pairsOf(source)) {
      if (!Array.isArray(pair)) throw typeError(`Cannot write ${describe(pair)} into a TAR: expected [name, content]`);
      const [given, value] = pair as [string, TarContent | TarEntry];
      const entry = isEntry(value) ? value : { content: value };
      const type = typeOf(given, entry);
      const name = type === 'directory' && !given.endsWith('/') ? `${given}/` : given;
      if (names.has(name.replace(/\/$/, ''))) throw rangeError(`Cannot write ${JSON.stringify(name)} into a TAR twice`);
      names.add(name.replace(/\/$/, ''));
      const header = headerOf(name, type, entry, date);
      entries.push({ header, content: contentOf(name, type, entry.content) });
    }
  } catch (error) {
    for (const { content } of entries) content?.release();
    throw error;
  }
  return entries;
}

function pairsOf(source: TarSource): Iterable<readonly [string, TarContent | TarEntry]> {
  if (source instanceof TarFiles) return withInfo(source);
  if (
    typeof source !== 'object' ||
    source === null ||
    ArrayBuffer.isView(source) ||
    !(Symbol.iterator in source || isRecord(source))
  ) {
    throw typeError(
      `Cannot write a TAR of ${describe(source)}: expected a record, a Map or an iterable of [name, content]`,
    );
  }
  return Symbol.iterator in source
    ? (source as Iterable<readonly [string, TarContent | TarEntry]>)
    : Object.entries(source);
}

/** Every entry as it was read; files that were added or replaced since, and without those that were deleted. */
function* withInfo(files: TarFiles): Generator<[string, TarEntry]> {
  for (const [name, info] of files.info) {
    const content = files.get(name);
    if (info.type === 'file' && content === undefined) continue;
    yield [name, info.type === 'file' ? { ...info, content } : info];
  }
  for (const [name, content] of files) if (!files.info.has(name)) yield [name, { content }];
}

/** A plain object, of any realm. A promise that nobody awaited, or a buffer, would make an archive without entries. */
function isRecord(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const KEYS = new Set('content type mode mtime uid gid uname gname linkname devmajor devminor'.split(' '));

function isEntry(value: unknown): value is TarEntry {
  if (typeof value !== 'object' || value === null || !isRecord(value)) return false;
  for (const key of Object.keys(value))
    if (!KEYS.has(key))
      throw typeError(
        `Cannot write an entry of a TAR with ${key}: there is no such option, but ${[...KEYS].join(', ')}`,
      );
  return true;
}

const TYPES: readonly TarType[] = ['file', 'link', 'symlink', 'directory', 'character-device', 'block-device', 'fifo'];

function typeOf(name: unknown, { type, linkname }: TarEntry): TarType {
  requireZipName(name, 'TAR');
  const folder = name.endsWith('/');
  const found = type ?? (folder ? 'directory' : 'file');
  if (!TYPES.includes(found))
    throw rangeError(`Cannot write an entry of the type ${describe(found)}: expected ${TYPES.join(', ')}`);
  if (folder && found !== 'directory')
    throw rangeError(`Cannot name the ${found} ${JSON.stringify(name)}: only folders end with /`);
  const isLink = found === 'link' || found === 'symlink';
  if (linkname !== undefined && typeof linkname !== 'string')
    throw typeError(`Cannot link ${JSON.stringify(name)} to ${describe(linkname)}: expected a string`);
  if (isLink !== Boolean(linkname))
    throw rangeError(
      `Cannot write the ${found} ${JSON.stringify(name)}: ${isLink ? 'a link needs a linkname' : 'only links have a linkname'}`,
    );
  if (linkname?.includes('\0') || linkname?.isWellFormed() === false)
    throw rangeError(
      `Cannot link ${JSON.stringify(name)} to ${JSON.stringify(linkname)}: it contains a NUL, or is not well-formed text`,
    );
  if (found === 'link') requireZipName(linkname, 'TAR');
  return found;
}

function contentOf(name: string, type: TarType, content: TarContent | undefined): Content | undefined {
  if (type !== 'file') {
    if (content === undefined || content === '' || bytesOf(content)?.length === 0) return undefined;
    throw rangeError(`Cannot write content into the ${type} ${JSON.stringify(name)}`);
  }
  if (typeof content !== 'string' && (typeof content !== 'object' || content === null))
    throw typeError(`Cannot write ${describe(content)} into ${JSON.stringify(name)}: expected text or bytes`);
  return new Content(content);
}

/** What a field of the header holds: 6 octal digits, as tar-stream writes them. */
const MOST_ID = 0o777777;
/** What tar-stream writes of a date. */
const MOST_SECONDS = 0x7fffffff;

function headerOf(name: string, type: TarType, entry: TarEntry, date: Date): Header {
  const { mode = type === 'directory' ? 0o755 : 0o644, mtime = date, uname = '', gname = '', linkname = '' } = entry;
  const { uid = 0, gid = 0, devmajor = 0, devminor = 0 } = entry;
  requireInteger(name, 'mode', mode, 0o7777);
  requireDate(mtime);
  for (const [field, value] of Object.entries({ uid, gid }))
    requireInteger(name, field, value, Number.MAX_SAFE_INTEGER);
  for (const [field, value] of Object.entries({ devmajor, devminor })) requireInteger(name, field, value, MOST_ID);
  for (const [field, value] of Object.entries({ uname, gname })) requireText(name, field, value);

  const seconds = Math.floor(mtime.getTime() / 1000);
  const pax: Record<string, string> = {};
  if (seconds < 0 || seconds > MOST_SECONDS) pax['mtime'] = String(seconds);
  for (const [field, value] of Object.entries({ uid, gid })) if (value > MOST_ID) pax[field] = String(value);
  for (const [field, value] of Object.entries({ uname, gname })) if (!/^[ -~]{0,31}$/.test(value)) pax[field] = value;
  return {
    name,
    type,
    mode,
    mtime: 'mtime' in pax ? new Date(0) : new Date(seconds * 1000),
    uid: 'uid' in pax ? 0 : uid,
    gid: 'gid' in pax ? 0 : gid,
    uname: 'uname' in pax ? '' : uname,
    gname: 'gname' in pax ? '' : gname,
    linkname,
    devmajor,
    devminor,
    pax: Object.keys(pax).length > 0 ? pax : null,
  };
}

function requireInteger(name: string, field: string, value: unknown, most: number): void {
  if (typeof value !== 'number')
    throw typeError(`Cannot give ${JSON.stringify(name)} the ${field} ${describe(value)}: expected a number`);
  if (!Number.isInteger(value) || value < 0 || value > most)
    throw rangeError(
      `Cannot give ${JSON.stringify(name)} the ${field} ${value}: expected an integer from 0 to ${most}`,
    );
}

function requireText(name: string, field: string, value: unknown): void {
  if (typeof value !== 'string')
    throw typeError(`Cannot give ${JSON.stringify(name)} the ${field} ${describe(value)}: expected a string`);
  if (value.includes('\0') || !value.isWellFormed())
    throw rangeError(
      `Cannot give ${JSON.stringify(name)} the ${field} ${JSON.stringify(value)}: it contains a NUL, or is not well-formed text`,
    );
}

function requireDate(date: unknown): asserts date is Date {
  if (!(date instanceof Date)) throw typeError(`Cannot write the date ${describe(date)} into a TAR: expected a Date`);
  if (Number.isNaN(date.getTime())) throw rangeError('Cannot write an invalid date into a TAR');
}
