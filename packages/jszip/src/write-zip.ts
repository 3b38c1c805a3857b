import type { BytesIO, Source } from '@memio/core';
import {
  bytesOf,
  type ChunkSink,
  describe,
  type Held,
  holdContent,
  isStream,
  type Operation,
  rangeError,
  typeError,
  type WriteOptions,
  writeChunks,
} from '@memio/core/adapter';
import JSZip from 'jszip';
import type { ChunkStream } from './chunk-stream.ts';
import { requireName } from './entry-name.ts';
import { PulledStream } from './pulled-stream.ts';
import { requireSize, WaitingContent } from './waiting-content.ts';

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

/** JSZip's own options for generating, all of which go through as they are, and dates. */
export interface WriteZipOptions extends WriteOptions {
  /** JSZip's default: `'STORE'`. */
  compression?: 'STORE' | 'DEFLATE';
  /** `level` 1 (fastest) to 9 (smallest). JSZip's default: 6. */
  compressionOptions?: { level: number } | null;
  /** The comment of the archive. */
  comment?: string;
  platform?: 'DOS' | 'UNIX';
  /** Writes the sizes behind each entry instead of before it. */
  streamFiles?: boolean;
  encodeFileName?: (name: string) => string;
  /** Of entries that have no date of their own, from 1980 to 2107. Default: now. The entries of a JSZip have one. */
  date?: Date;
  /**
   * Makes the same bytes of the same input, whenever and wherever: `date` is 1980-01-01 unless it is given, and holds
   * for the entries of a JSZip as well. Default: `false`.
   */
  deterministic?: boolean;
}

const OF: Operation = { adapter: '@memio/jszip', operation: 'writeZip' };

/** What a ZIP needs for an entry besides its data and twice its name: the two headers. */
const HEADERS = 30 + 46;
const END_RECORD = 22;

/**
 * Writes an archive of entries in the order they come. A name that ends with `/` makes a folder; folders in front of
 * other names are not made.
 *
 * Contents that are text, bytes or a `BytesIO` are read where they are and must not be changed until it settles. Other
 * contents are read one after the other, each when the archive has come to it. None is kept afterwards.
 *
 * The archive is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was.
 * Without `into` a new stream is returned, its cursor at 0, ready to read.
 *
 * @throws {TypeError} when `source` is not a source, or a content is neither text nor bytes
 * @throws {RangeError} when a name is empty, absolute, contains `\` or a part that is empty, `.` or `..`, or comes twice;
 *   when there are more than 65,534 entries or 4 GiB - 1 bytes, a name or comment is longer than 65,526 bytes, a level is
 *   none, or a date is not from 1980 to 2107
 * @throws {IngestError} when a content cannot be read
 * @throws {AdapterError} when JSZip fails
 *
 * @example
 * ```ts
 * const zip = await writeZip({ 'hello.txt': 'Hello', 'logo.png': png }, { compression: 'DEFLATE' });
 * zip.read(4); //=> b`PK\x03\x04`
 * ```
 */
export async function writeZip(
  source: ZipSource,
  { into, signal, onProgress, date, deterministic, ...options }: WriteZipOptions = {},
): Promise<BytesIO> {
  if (date !== undefined) requireDate(date);
  requireLevel(options.compressionOptions);
  requireShort('the comment', options.comment ?? '');
  const fixed = date ?? (deterministic ? new Date(Date.UTC(1980, 0, 1)) : undefined);
  const held: Pick<Held, 'release'>[] = [];
  try {
    const entries = isArchive(source) ? [] : await entriesOf(source, held, signal);
    const archive = isArchive(source) ? source : archiveOf(entries, fixed);
    if (isArchive(source)) requireArchive(source);
    else requireZip32(entries, options.compression);
    const made = isArchive(source) && deterministic && fixed ? dated(source, fixed) : archive;
    return await writeChunks(OF, { into, signal, onProgress }, (sink) => {
      watchStreams(archive, sink);
      const chunks = made.generateInternalStream({ ...options, type: 'uint8array' }) as ChunkStream;
      const queue = new Queue(entries, options.streamFiles === true);
      let written = 0;
      let stopped = false;
      chunks.on('data', (chunk, { currentFile }) => {
        written += (chunk as Uint8Array).length;
        try {
          requireSize(written);
        } catch (error) {
          sink.reject(error);
        }
        sink.push(chunk);
        if (!stopped) queue.reached(currentFile);
      });
      chunks.on('end', sink.end);
      chunks.on('error', sink.fail);
      chunks.resume();
      return () => {
        stopped = true;
        chunks.pause();
      };
    });
  } finally {
    for (const content of held) content.release();
  }
}

/** An entry before it is JSZip's. */
interface Entry {
  name: string;
  content: Uint8Array | PulledStream | WaitingContent;
  /** In bytes, where it is known before the content is read. */
  size: number | undefined;
  options: Omit<ZipEntry, 'content'>;
}

/** Starts contents when the archive comes to them. */
class Queue {
  readonly #entries: readonly Entry[];
  /** JSZip tells of an entry when it has compressed it, or with `streamFiles` when it begins with it. */
  readonly #ahead: number;
  #at = 0;
  #started = 0;

  constructor(entries: readonly Entry[], streamFiles: boolean) {
    this.#entries = entries;
    this.#ahead = streamFiles ? 0 : 1;
    this.#startTo(0);
  }

  reached(name: string | null | undefined): void {
    if (typeof name !== 'string') return;
    while (this.#at < this.#entries.length && this.#entries[this.#at]!.name !== name) this.#at++;
    this.#startTo(this.#at + this.#ahead);
  }

  #startTo(index: number): void {
    for (; this.#started <= index && this.#started < this.#entries.length; this.#started++) {
      const { content } = this.#entries[this.#started]!;
      if (content instanceof WaitingContent) content.start();
    }
  }
}

const isArchive = (source: unknown): source is ZipArchive =>
  typeof source === 'object' && source !== null && typeof (source as ZipArchive).generateInternalStream === 'function';

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

/** What JSZip does not declare: the entries, and the Node.js stream that an entry may wait for. */
interface Internals {
  files?: Record<
    string,
    {
      comment?: string | null;
      options?: { compressionOptions?: { level?: unknown } | null };
      _data?: { _stream?: Readable; _upstreamEnded?: boolean };
    }
  >;
}

interface Readable {
  readonly readableEnded?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  once(event: 'close', listener: () => void): unknown;
}

/** JSZip waits for ever for the end of a stream that was closed before it. */
function watchStreams(archive: ZipArchive & Internals, sink: ChunkSink): void {
  for (const [name, { _data: data }] of Object.entries(archive.files ?? {})) {
    const stream = data?._stream;
    if (!stream || data._upstreamEnded || stream instanceof PulledStream) continue;
    const fail = () =>
      sink.fail(stream.errored ?? new Error(`the stream of ${JSON.stringify(name)} was closed before its end`));
    if (stream.destroyed || stream.readableEnded) fail();
    else stream.once('close', () => stream.readableEnded || fail());
  }
}

/** A level that the compressor does not know is refused so late that the error ends the process. */
function requireLevel(options: { level?: unknown } | null | undefined): void {
  const { level } = options ?? {};
  if (level !== undefined && !(Number.isInteger(level) && (level as number) >= -1 && (level as number) <= 9))
    throw rangeError(`Cannot compress with level ${describe(level)}: expected 1 to 9`);
}

/** What JSZip writes into two or four bytes whether it fits or not; it knows no Zip64. */
function requireZip32(entries: readonly Entry[], byDefault: string = 'STORE'): void {
  requireCount(entries.length);
  let least = END_RECORD;
  for (const { name, size = 0, options } of entries) {
    requireEntry(name, options);
    requireSize(size);
    const stored = String(options.compression ?? byDefault).toUpperCase() === 'STORE';
    least += HEADERS + 2 * name.length + (stored ? size : 0);
  }
  requireSize(least);
}

function requireArchive({ files = {} }: ZipArchive & Internals): void {
  const entries = Object.entries(files);
  requireCount(entries.length);
  for (const [name, { comment, options }] of entries) requireEntry(name, { comment, ...options });
}

function requireCount(entries: number): void {
  if (entries >= 0xffff) throw rangeError(`Cannot write a ZIP of ${entries} entries: 65534 are the most without Zip64`);
}

interface EntryLimits {
  comment?: string | null | undefined;
  compressionOptions?: { level?: unknown } | null | undefined;
}

function requireEntry(name: string, { comment, compressionOptions }: EntryLimits): void {
  requireLevel(compressionOptions);
  const quoted = JSON.stringify(name.slice(0, 32));
  requireShort(`the name of ${quoted}`, name);
  requireShort(`the comment of ${quoted}`, comment ?? '');
}

/** Beside the text JSZip writes it once more, with 9 bytes in front, when it is not ASCII. */
function requireShort(what: string, text: string): void {
  const { length } = new TextEncoder().encode(text);
  if (length > 0xffff - 9) throw rangeError(`Cannot write a ZIP: ${what} has ${length} bytes, 65526 are the most`);
}

/** What the two bytes for a date can say. */
function requireDate(date: unknown): void {
  if (Object.prototype.toString.call(date) !== '[object Date]')
    throw typeError(`Cannot date an entry of a ZIP ${describe(date)}: expected a Date`);
  const year = (date as Date).getUTCFullYear();
  if (!(year >= 1980 && year <= 2107)) {
    const given = Number.isNaN(year) ? 'an invalid date' : (date as Date).toISOString();
    throw rangeError(`Cannot date an entry of a ZIP ${given}: expected 1980 to 2107`);
  }
}

/** JSZip drops the content of an entry with the permissions of a folder. */
function requireFile(name: string, { unixPermissions: unix, dosPermissions: dos }: Omit<ZipEntry, 'content'>): void {
  const mode = typeof unix === 'string' ? Number.parseInt(unix, 8) : (unix ?? 0);
  if (mode & 0x4000 || (dos ?? 0) & 0x10)
    throw rangeError(`Cannot give the file ${JSON.stringify(name)} the permissions of a folder`);
}

async function entriesOf(
  source: Exclude<ZipSource, ZipArchive>,
  held: Pick<Held, 'release'>[],
  signal: AbortSignal | undefined,
): Promise<Entry[]> {
  const entries = new Map<string, Entry>();
  for (const pair of pairsOf(source)) {
    if (!Array.isArray(pair)) throw typeError(`Cannot write ${describe(pair)} into a ZIP: expected [name, content]`);
    const [name, given] = pair as [string, ZipContent | ZipEntry];
    requireName(name);
    if (entries.has(name)) throw rangeError(`Cannot write ${JSON.stringify(name)} into a ZIP twice`);
    const { content, ...options } = isEntry(given) ? given : { content: given };
    if (options.date !== undefined) requireDate(options.date);
    const taken = await take(name, content, held, signal);
    if (!name.endsWith('/')) requireFile(name, options);
    else if (taken.size !== 0) throw rangeError(`Cannot write content into the folder ${JSON.stringify(name)}`);
    entries.set(name, { name, options, ...taken });
  }
  return [...entries.values()];
}

async function take(
  name: string,
  content: ZipContent,
  held: Pick<Held, 'release'>[],
  signal: AbortSignal | undefined,
): Promise<Pick<Entry, 'content' | 'size'>> {
  if (typeof content !== 'string' && (typeof content !== 'object' || content === null))
    throw typeError(`Cannot write ${describe(content)} into ${JSON.stringify(name)}: expected text or bytes`);
  if (isSpooled(content)) {
    const stream = new PulledStream(content);
    held.push(stream);
    return { content: stream, size: content.size };
  }
  if (typeof content !== 'string' && !isStream(content) && !bytesOf(content))
    return { content: new WaitingContent(content, signal), size: undefined };
  const inMemory = await holdContent(content, { signal });
  held.push(inMemory);
  return { content: inMemory.bytes, size: inMemory.bytes.length };
}

const isEntry = (given: unknown): given is ZipEntry =>
  typeof given === 'object' && given !== null && isRecord(given) && 'content' in given;

/**
 * A JSZip that makes its entries when it generates, one after the other, and keeps none: not their contents, and not
 * their order either, in which names that are whole numbers would come first.
 */
function archiveOf(entries: readonly Entry[], date: Date | undefined): ZipArchive {
  const archive = new JSZip();
  const forEach = (visit: (name: string, file: JSZip.JSZipObject) => void) => {
    for (const { name, content, options } of entries) {
      const data = content instanceof WaitingContent ? content.take() : content;
      const own = { ...(date && { date }), ...options, binary: true, createFolders: false, dir: name.endsWith('/') };
      archive.file(name, data as Uint8Array, own as JSZip.JSZipFileOptions);
      visit(name, archive.files[name]!);
      delete archive.files[name];
    }
  };
  return Object.assign(archive, { forEach });
}

/** `archive` with another date for each of its entries; it stays as it is. */
function dated(archive: ZipArchive, date: Date): ZipArchive {
  const forEach = (visit: (name: string, file: unknown) => void) =>
    (archive as JSZip).forEach((name, file) => {
      visit(name, Object.create(file, { date: { value: date } }));
    });
  return Object.create(archive, { forEach: { value: forEach } }) as ZipArchive;
}

/** A `SpooledBytesIO` that has moved to a file. */
const isSpooled = (content: ZipContent): content is BytesIO =>
  isStream(content) && 'rolled' in content && content.rolled === true;
