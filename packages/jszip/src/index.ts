import type { BytesIO, Source } from '@memio/core';
import {
  abortable,
  type ChunkSink,
  describe,
  type Held,
  holdContent,
  isStream,
  type ReadOptions,
  rangeError,
  readBytes,
  typeError,
  type WriteOptions,
  writeChunks,
} from '@memio/core/adapter';
import JSZip from 'jszip';
import { PulledStream } from './pulled-stream.ts';

/** What goes into an entry: text, written as UTF-8, a `BytesIO` with its whole content, or any source of bytes. */
export type ZipContent = string | Source;

/** What can be written as an archive: a JSZip, or names with contents. */
export type ZipSource =
  | ZipArchive
  | Readonly<Record<string, ZipContent>>
  | ReadonlyMap<string, ZipContent>
  | Iterable<readonly [name: string, content: ZipContent]>;

/** A JSZip that holds its entries already. */
export interface ZipArchive {
  generateInternalStream(options: { type: 'uint8array' }): unknown;
}

/** JSZip's own options for generating; all of them go through as they are. */
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
}

/** JSZip's own options for loading. */
export interface ReadZipOptions extends ReadOptions {
  /** Checks every entry against its checksum. Default: `true` (JSZip's own default is `false`). */
  checkCRC32?: boolean;
  /** Decodes the names of entries that are not marked as UTF-8. */
  decodeFileName?: (bytes: Uint8Array) => string;
}

const ADAPTER = '@memio/jszip';

/**
 * Writes an archive of entries in the order they come; only names that are whole numbers come first, since JSZip keeps
 * entries as the properties of an object. A name that ends with `/` makes a folder; folders in front of
 * other names are not made. Contents are read before the archive is begun and not kept afterwards; until then they must
 * not be changed.
 *
 * The archive is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was.
 * Without `into` a new stream is returned, its cursor at 0, ready to read.
 *
 * @throws {TypeError} when `source` is not a source, or a content is neither text nor bytes
 * @throws {RangeError} when a name is empty, absolute, contains `\` or a part that is empty, `.` or `..`, or comes twice;
 *   when there are more than 65,534 entries, a name or comment is longer than 65,526 bytes, or a level is none
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
  { into, signal, onProgress, ...options }: WriteZipOptions = {},
): Promise<BytesIO> {
  const held: Pick<Held, 'release'>[] = [];
  try {
    const archive = isArchive(source) ? source : await archiveOf(entriesOf(source), held, signal);
    requireLevel(options.compressionOptions);
    requireZip32(archive, options.comment);
    return await writeChunks({ adapter: ADAPTER, operation: 'writeZip' }, { into, signal, onProgress }, (sink) => {
      watchStreams(archive, sink);
      const chunks = archive.generateInternalStream({ ...options, type: 'uint8array' }) as ChunkStream;
      chunks.on('data', sink.push);
      chunks.on('end', sink.end);
      chunks.on('error', sink.fail);
      chunks.resume();
      return () => chunks.pause();
    });
  } finally {
    for (const content of held) content.release();
  }
}

/**
 * Reads an archive: its files by name, in the order of JSZip's listing, each a stream with its cursor at 0. Folders are
 * left out. Of a `BytesIO` it reads from the cursor to the end; on failure the cursor is where it was.
 *
 * @throws {AdapterError} when the bytes are not an archive, are cut off, encrypted or damaged
 * @throws {IngestError} when the source fails before that
 *
 * @example
 * ```ts
 * const files = await readZip(await fetch('https://example.com/data.zip'));
 * files.get('data.csv')?.readline();
 * ```
 */
export async function readZip(
  source: Source,
  { signal, ...options }: ReadZipOptions = {},
): Promise<Map<string, BytesIO>> {
  const of = { adapter: ADAPTER, operation: 'readZip' };
  return readBytes(of, source, { signal }, async (bytes) => {
    if (bytes.length === 0)
      throw new Error('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
    const loading = JSZip.loadAsync(bytes, { checkCRC32: true, ...options } as JSZip.JSZipLoadOptions);
    const archive = await abortable(loading, signal);
    const files = new Map<string, BytesIO>();
    for (const [name, entry] of Object.entries(archive.files)) {
      if (entry.dir) continue;
      const content = await writeChunks(of, { signal }, (sink) => {
        const chunks = (entry as unknown as { internalStream(type: 'uint8array'): ChunkStream }).internalStream(
          'uint8array',
        );
        chunks.on('data', sink.push);
        chunks.on('end', sink.end);
        chunks.on('error', sink.fail);
        chunks.resume();
        return () => chunks.pause();
      });
      files.set(name, content);
    }
    return files;
  });
}

/** JSZip's `StreamHelper`. */
interface ChunkStream {
  on(event: 'data', listener: (chunk: unknown) => void): this;
  on(event: 'end', listener: () => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  resume(): this;
  pause(): this;
}

const isArchive = (source: unknown): source is ZipArchive =>
  typeof source === 'object' && source !== null && typeof (source as ZipArchive).generateInternalStream === 'function';

function entriesOf(source: Exclude<ZipSource, ZipArchive>): Iterable<readonly [string, ZipContent]> {
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
  return Symbol.iterator in source ? (source as Iterable<readonly [string, ZipContent]>) : Object.entries(source);
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

/** What JSZip writes into two bytes whether it fits or not; it knows no Zip64. */
function requireZip32(archive: ZipArchive & Internals, comment: string | undefined): void {
  const entries = Object.entries(archive.files ?? {});
  if (entries.length >= 0xffff)
    throw rangeError(`Cannot write a ZIP of ${entries.length} entries: 65534 are the most without Zip64`);
  for (const [name, entry] of entries) {
    requireLevel(entry.options?.compressionOptions);
    for (const [what, text] of [
      ['name', name],
      ['comment', entry.comment ?? ''],
    ] as const)
      requireShort(`the ${what} of ${JSON.stringify(name.slice(0, 32))}`, text);
  }
  requireShort('the comment', comment ?? '');
}

/** Beside the text JSZip writes it once more, with 9 bytes in front, when it is not ASCII. */
function requireShort(what: string, text: string): void {
  const { length } = new TextEncoder().encode(text);
  if (length > 0xffff - 9) throw rangeError(`Cannot write a ZIP: ${what} has ${length} bytes, 65526 are the most`);
}

async function archiveOf(
  entries: Iterable<readonly [string, ZipContent]>,
  held: Pick<Held, 'release'>[],
  signal: AbortSignal | undefined,
): Promise<ZipArchive> {
  const archive = new JSZip();
  for (const entry of entries) {
    if (!Array.isArray(entry)) throw typeError(`Cannot write ${describe(entry)} into a ZIP: expected [name, content]`);
    const [name, given] = entry as [string, ZipContent];
    requireName(name);
    if (name in archive.files) throw rangeError(`Cannot write ${JSON.stringify(name)} into a ZIP twice`);
    if (given === undefined || given === null || typeof given === 'number') {
      throw typeError(`Cannot write ${describe(given)} into ${JSON.stringify(name)}: expected text or bytes`);
    }
    const dir = name.endsWith('/');
    const content = isSpooled(given) ? new PulledStream(given) : await holdContent(given, { signal });
    held.push(content);
    const data = content instanceof PulledStream ? content : content.bytes;
    if (dir && !('length' in data && data.length === 0)) {
      throw rangeError(`Cannot write content into the folder ${JSON.stringify(name)}`);
    }
    archive.file(name, data as Uint8Array, { binary: true, createFolders: false, dir });
  }
  return archive;
}

/** A `SpooledBytesIO` that has moved to a file. */
const isSpooled = (content: ZipContent): content is BytesIO =>
  isStream(content) && 'rolled' in content && content.rolled === true;

/** Names that would leave the folder an archive is unpacked in, or mean different things to different programs. */
function requireName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw typeError(`Cannot name an entry of a ZIP ${describe(name)}: expected a string`);
  const fault =
    name === '' || name === '/'
      ? 'it is empty'
      : name.startsWith('/') || /^[a-z]:/i.test(name)
        ? 'it is absolute'
        : name.includes('\\')
          ? 'it contains a backslash; use /'
          : name.split('/').includes('..')
            ? 'it leads out of the archive'
            : /(^|\/)\.(\/|$)|\/\//.test(name)
              ? 'it has a part that is empty or "."'
              : !name.isWellFormed()
                ? 'it is not well-formed text'
                : undefined;
  if (fault) throw rangeError(`Cannot name an entry of a ZIP ${JSON.stringify(name)}: ${fault}`);
}
