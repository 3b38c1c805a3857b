import { type ChunkSink, describe, rangeError, typeError } from '@memio/core/adapter';
import { ZipFiles } from '@memio/formats';
import type JSZip from 'jszip';
import { addEntries, type Entry, isArchive, type ZipArchive, type ZipSource } from './entries.ts';
import {
  type ChunkStream,
  filesOf,
  lazyArchive,
  type Packing,
  packing,
  plainArchive,
  watchStreams,
  withDates,
} from './internals.ts';
import {
  type EntryOptions,
  entryOptions,
  levelOf,
  localDate,
  platformOf,
  requireCount,
  requireSize,
  requireZip32,
  requireZipOptions,
  type ZipOptions,
} from './options.ts';
import { canDeflate, type Method, pack } from './pack.ts';

/** An archive that is checked and ready to be made. */
export class Generation {
  readonly #source: ZipSource;
  readonly #options: ZipOptions;
  /** Of entries that have none. */
  readonly #date: Date;
  readonly #platform: 'DOS' | 'UNIX';
  readonly #entries: Entry[] = [];
  readonly #stop = new AbortController();
  #packing: Packing | undefined;

  /** @param options those that `ZIP_OPTIONS` has */
  constructor(source: ZipSource, options: ZipOptions) {
    requireZipOptions(options);
    const { date, deterministic } = options;
    this.#source = source;
    this.#options = options;
    this.#date = date ?? (deterministic ? new Date(Date.UTC(1980, 0, 1)) : new Date());
    try {
      this.#platform = platformOf(options.platform, this.#checked());
      requireZip32(this.#entries.map((entry) => ({ ...entry, stored: this.#methodOf(entry) === 'STORE' })));
      this.#requireLevelOfUse();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Stops reading contents, and gives them all back. */
  release(): void {
    this.#stop.abort();
    for (const { content } of this.#entries.splice(0)) content.release();
  }

  /** Has to be awaited before `start()`. */
  async prepare(): Promise<void> {
    if (this.#entries.length > 0) this.#packing = await packing();
  }

  /** JSZip's stream of the archive, whose chunks go into `sink`. It is paused. */
  start(sink: ChunkSink): ChunkStream {
    const source = this.#source;
    const { compression, compressionOptions, comment, streamFiles = false } = this.#options;
    if (isArchive(source)) watchStreams(source, sink.fail);
    const archive = isArchive(source) ? this.#dated(source) : this.#archive();
    const encodeFileName = guarded(this.#options.encodeFileName, sink);
    const chunks = archive.generateInternalStream({
      type: 'uint8array',
      compression: compression ?? (levelOf(compressionOptions) === undefined ? 'STORE' : 'DEFLATE'),
      platform: this.#platform,
      streamFiles,
      ...(compressionOptions && { compressionOptions }),
      ...(encodeFileName && { encodeFileName }),
      comment: comment ?? commentOf(source),
    } as never) as ChunkStream;
    const lookahead = new LookAhead(this.#entries, streamFiles);
    // It is not known in which order another JSZip comes to them.
    if (!this.#packing) for (const { content } of this.#entries) content.start();
    let written = 0;
    chunks.on('data', (chunk, { currentFile }) => {
      written += (chunk as Uint8Array).length;
      try {
        requireSize(written);
      } catch (error) {
        return sink.reject(error);
      }
      sink.push(chunk);
      lookahead.reached(currentFile);
    });
    chunks.on('end', sink.end);
    chunks.on('error', sink.fail);
    return chunks;
  }

  /** The entries with their options, checked. */
  #checked(): [string, EntryOptions][] {
    const source = this.#source;
    requireZipOptions({ comment: commentOf(source) });
    if (!isArchive(source)) {
      addEntries(source, this.#entries);
      return this.#entries.map(({ name, options }) => [name, options]);
    }
    const files = filesOf(source);
    requireCount(files.length);
    return files.map(([name, { comment, unixPermissions, dosPermissions, options = {} }]) => {
      const { compressionOptions } = options;
      entryOptions(name, { comment, compressionOptions });
      return [name, { unixPermissions, dosPermissions }];
    });
  }

  #methodOf({ options }: Entry): Method {
    const own = options.compression ?? (levelOf(options.compressionOptions) === undefined ? undefined : 'DEFLATE');
    const { compression, compressionOptions } = this.#options;
    const shared = compression ?? (levelOf(compressionOptions) === undefined ? 'STORE' : 'DEFLATE');
    return (own ?? shared).toUpperCase() as Method;
  }

  /** A level that no entry is compressed with would be ignored. */
  #requireLevelOfUse(): void {
    const { compression, compressionOptions } = this.#options;
    if (levelOf(compressionOptions) === undefined || compression?.toUpperCase() !== 'STORE' || isArchive(this.#source))
      return;
    const uses = (entry: Entry) =>
      this.#methodOf(entry) === 'DEFLATE' && levelOf(entry.options.compressionOptions) === undefined;
    if (!this.#entries.some(uses))
      throw rangeError("Cannot store a ZIP with compressionOptions: a level needs compression 'DEFLATE'");
  }

  /** What JSZip writes of a date in UTC. With `deterministic`, it is the same in every time zone. */
  #dateOf(date: Date): Date {
    return this.#options.deterministic ? date : localDate(date);
  }

  /** A JSZip has the dates of an archive that it has opened in UTC, as it writes them; others are of the clock. */
  #dated(archive: ZipArchive): ZipArchive {
    const { deterministic } = this.#options;
    return withDates(archive, (date, opened) => (deterministic ? this.#date : opened ? date : localDate(date)));
  }

  #archive(): JSZip {
    const { signal } = this.#stop;
    const entries = this.#entries;
    const toNew = (entry: Entry) => {
      const { name, content, options, size } = entry;
      const date = options.date ?? this.#date;
      const method = this.#methodOf(entry);
      const own = {
        ...options,
        compression: method,
        date: this.#dateOf(date),
        binary: true,
        createFolders: false,
        dir: name.endsWith('/'),
      };
      const packed = size === 0 ? undefined : this.#packed(entry, method, signal);
      return {
        name,
        options: own as JSZip.JSZipFileOptions,
        data: packed ?? (size === 0 ? '' : content.unpacked(signal)),
      };
    };
    function* all() {
      for (const entry of entries) yield toNew(entry);
    }
    return this.#packing ? lazyArchive(all) : plainArchive(all());
  }

  /** `undefined` where JSZip has to pack: what has to be the same on every platform, or the platform cannot compress. */
  #packed({ content, options }: Entry, method: Method, signal: AbortSignal) {
    const level = levelOf(options.compressionOptions) ?? levelOf(this.#options.compressionOptions);
    const { bytes } = content;
    if (!this.#packing) return undefined;
    if (method === 'DEFLATE' && (this.#options.deterministic || !canDeflate(bytes !== undefined, level)))
      return undefined;
    if (!bytes) return this.#packing.stream(method, () => content.source(), signal);
    return this.#packing.piece(
      method,
      content.started().then(() => pack(bytes, method, level)),
    );
  }
}

/** That of what was read. */
const commentOf = (source: ZipSource): string =>
  ((source instanceof ZipFiles || isArchive(source)) && (source as { comment?: string | null }).comment) || '';

/** What it throws where the content is in memory would reach nobody, and end the process. */
function guarded(encodeFileName: ZipOptions['encodeFileName'], sink: ChunkSink): ZipOptions['encodeFileName'] {
  if (!encodeFileName) return undefined;
  return (name) => {
    try {
      const encoded: unknown = encodeFileName(name);
      if (typeof encoded === 'string' || encoded instanceof Uint8Array) return encoded as string;
      throw typeError(`Cannot name an entry of a ZIP ${describe(encoded)}: encodeFileName has to return a string`);
    } catch (error) {
      sink.fail(error);
      return name;
    }
  };
}

/** In bytes of contents that are packed ahead of the archive, so that all cores have work, and memory stays bounded. */
const AHEAD = 8 * 1024 * 1024;

/** Starts contents when the archive comes to them, and those in memory ahead of it. */
class LookAhead {
  readonly #entries: readonly Entry[];
  /** JSZip names an entry when it has compressed it, or with `streamFiles` when it begins with it. */
  readonly #behind: number;
  /** The entry that JSZip has named last. */
  #reached = 0;
  /** The last entry that the archive has come to. */
  #due = 0;
  /** The first entry that was not started. */
  #next = 0;
  /** In memory, of entries that were started and not reached. */
  #bytes = 0;

  constructor(entries: readonly Entry[], streamFiles: boolean) {
    this.#entries = entries;
    this.#behind = streamFiles ? 0 : 1;
    this.#start();
  }

  reached(name: string | null | undefined): void {
    if (typeof name !== 'string') return;
    for (; this.#reached < this.#entries.length; this.#reached++) {
      const entry = this.#entries[this.#reached]!;
      if (entry.name === name) break;
      this.#bytes -= entry.content.bytes?.length ?? 0;
    }
    this.#due = this.#reached + this.#behind;
    this.#start();
  }

  #start(): void {
    for (; this.#next < this.#entries.length; this.#next++) {
      const { content } = this.#entries[this.#next]!;
      // What is not in memory would have to be read into it.
      const isAhead = content.bytes !== undefined && this.#bytes + content.bytes.length <= AHEAD;
      if (this.#next > this.#due && !isAhead) return;
      this.#bytes += content.bytes?.length ?? 0;
      content.start();
    }
  }
}
