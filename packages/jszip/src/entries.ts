import { BytesIO, type Source } from '@memio/core';
import { bytesOf, describe, holdContent, isStream, rangeError, typeError } from '@memio/core/adapter';
import { requireZipName, ZipFiles } from '@memio/formats';
import { type EntryOptions, entryOptions, requireSize } from './options.ts';
import { PulledStream } from './pulled-stream.ts';

/** What goes into an entry: text, written as UTF-8, a `BytesIO` with its whole content, or any source of bytes. */
export type ZipContent = string | Source;

/** A content with options of its own, which are JSZip's. */
export interface ZipEntry extends EntryOptions {
  content: ZipContent;
}

/** What can be written as an archive: a JSZip, what `readZip` has read, or names with contents. */
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
  options: ReturnType<typeof entryOptions>;
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
    const entry = { name, options: entryOptions(name, options), ...take(name, content) };
    entries.push(entry);
    if (name.endsWith('/') && entry.size !== 0)
      throw rangeError(`Cannot write content into the folder ${JSON.stringify(name)}`);
  }
}

function pairsOf(source: Exclude<ZipSource, ZipArchive>): Iterable<readonly [string, ZipContent | ZipEntry]> {
  if (source instanceof ZipFiles) return pairsOfFiles(source);
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

/** The entries in the order of the archive that was read, those that were added behind them. */
function* pairsOfFiles(files: ZipFiles): Generator<[string, ZipContent | ZipEntry]> {
  for (const [name, info] of files.info) {
    const content = name.endsWith('/') ? '' : files.get(name);
    if (content !== undefined) yield [name, { ...info, content }];
  }
  for (const [name, content] of files) if (!files.info.has(name)) yield [name, content];
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

/** The content of an entry. It is not touched before the archive has come to it. */
export abstract class Content {
  #begin: (() => void) | undefined;

  /** The bytes where they are in memory, so that they can be packed ahead of the archive. */
  readonly bytes: Uint8Array | undefined = undefined;

  /** The bytes as they come, of a content that is not in memory. Once only. */
  abstract source(): Source;

  /** What JSZip packs by itself. */
  abstract unpacked(signal: AbortSignal): Promise<Uint8Array> | PulledStream;

  /** Lets go of it, whether it was read or not. */
  abstract release(): void;

  /** The archive has come to it, or will soon. */
  start(): void {
    this.#begin?.();
  }

  started(): Promise<void> {
    return new Promise((resolve) => {
      this.#begin = resolve;
    });
  }
}

class ContentInMemory extends Content {
  override readonly bytes: Uint8Array;
  readonly release: () => void;

  constructor(bytes: Uint8Array, release: () => void = () => {}) {
    super();
    this.bytes = bytes;
    this.release = release;
  }

  source(): Source {
    return this.bytes as Source;
  }

  unpacked(): Promise<Uint8Array> {
    return this.started().then(() => this.bytes);
  }
}

class ContentToRead extends Content {
  #source: Source | undefined;

  constructor(source: Source) {
    super();
    this.#source = source;
    // A Node.js stream that fails while it waits would end the process. Who reads it gets the error later.
    const { on } = source as { on?: unknown };
    if (typeof on === 'function') on.call(source, 'error', () => {});
  }

  source(): Source {
    const source = this.#source!;
    this.#source = undefined;
    return source;
  }

  /** The bytes are kept nowhere else, so that they are free when JSZip is done. */
  async unpacked(signal: AbortSignal): Promise<Uint8Array> {
    await this.started();
    const { bytes } = await holdContent(this.source(), { signal, maxInputBytes: Number.POSITIVE_INFINITY });
    requireSize(bytes.length);
    return bytes;
  }

  /** A content that the archive never came to is cancelled: its connection, or file, would stay open. */
  release(): void {
    if (this.#source) BytesIO.from(this.source(), { signal: AbortSignal.abort() }).catch(() => {});
  }
}

/** All of a `SpooledBytesIO` that has moved to a file, regardless of its cursor. */
class ContentOnDisk extends Content {
  readonly #stream: BytesIO;
  #pulled: PulledStream | undefined;

  constructor(stream: BytesIO) {
    super();
    this.#stream = stream;
  }

  source(): Source {
    return this.#stream.stream();
  }

  unpacked(): PulledStream {
    this.#pulled = new PulledStream(this.#stream);
    return this.#pulled;
  }

  release(): void {
    this.#pulled?.release();
  }
}
