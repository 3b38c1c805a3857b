import { type ChunkSink, describe, typeError } from '@memio/core/adapter';
import JSZip from 'jszip';
import type { ChunkStream } from './chunk-stream.ts';
import { type Method, Packer } from './packer.ts';
import { PulledStream } from './pulled-stream.ts';
import { addEntries, type Entry, isArchive, type ZipArchive, type ZipSource } from './zip-source.ts';
import {
  requireCount,
  requireDate,
  requireEntry,
  requireLevel,
  requireShort,
  requireSize,
  requireZip32,
} from './zip32.ts';

/** JSZip's own options for generating, all of which go through as they are, and dates. */
export interface ZipOptions {
  /** JSZip's default: `'STORE'`. */
  compression?: 'STORE' | 'DEFLATE';
  /**
   * `level` 1 (fastest) to 9 (smallest). With a level JSZip compresses; without one the platform's `CompressionStream`
   * does where there is one, which is several times as fast.
   */
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
   * for the entries of a JSZip as well, and JSZip compresses. Default: `false`.
   */
  deterministic?: boolean;
}

/** An archive that is checked and ready to be made. */
export class Generation {
  readonly #source: ZipSource;
  readonly #options: Omit<ZipOptions, 'date' | 'deterministic'>;
  readonly #deterministic: boolean;
  readonly #date: Date | undefined;
  readonly #entries: Entry[] = [];
  readonly #packers: { [method in Method]?: Packer | undefined } = {};
  readonly #stop = new AbortController();

  constructor(source: ZipSource, { date, deterministic = false, ...options }: ZipOptions) {
    if (date !== undefined) requireDate(date);
    requireLevel(options.compressionOptions);
    requireShort('the comment', options.comment ?? '');
    this.#source = source;
    this.#options = options;
    this.#deterministic = deterministic;
    this.#date = date ?? (deterministic ? new Date(Date.UTC(1980, 0, 1)) : undefined);
    try {
      if (isArchive(source)) requireArchive(source);
      else addEntries(source, this.#entries);
      requireZip32(this.#entries.map((entry) => ({ ...entry, stored: this.#methodOf(entry) === 'STORE' })));
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
    for (const method of ['STORE', 'DEFLATE'] as const) {
      if (this.#entries.some((entry) => this.#isPackable(entry) && this.#methodOf(entry) === method))
        this.#packers[method] = await Packer.for(method);
    }
  }

  /** JSZip's stream of the archive, whose chunks go into `sink`. It is paused. */
  start(sink: ChunkSink): ChunkStream {
    const source = this.#source;
    const archive = isArchive(source) ? source : this.#archive();
    watchStreams(archive, sink);
    const made = isArchive(source) && this.#deterministic ? dated(source, this.#date!) : archive;
    const options = { ...this.#options, ...guarded(this.#options, sink), type: 'uint8array' } as const;
    const chunks = made.generateInternalStream(options) as ChunkStream;
    const queue = new Queue(this.#entries, this.#options.streamFiles === true);
    let written = 0;
    chunks.on('data', (chunk, { currentFile }) => {
      written += (chunk as Uint8Array).length;
      try {
        requireSize(written);
      } catch (error) {
        return sink.reject(error);
      }
      sink.push(chunk);
      queue.reached(currentFile);
    });
    chunks.on('end', sink.end);
    chunks.on('error', sink.fail);
    return chunks;
  }

  #methodOf({ options }: Entry): string {
    return String(options.compression ?? this.#options.compression ?? 'STORE').toUpperCase();
  }

  /** A level is JSZip's, and so are bytes that have to be the same on every platform. */
  #isPackable(entry: Entry): boolean {
    if (entry.size === 0) return false;
    const { level } = entry.options.compressionOptions ?? this.#options.compressionOptions ?? {};
    return this.#methodOf(entry) === 'STORE' || (level === undefined && !this.#deterministic);
  }

  /**
   * A JSZip that makes its entries when it generates, one after the other, and keeps none: not their contents, and not
   * their order either, in which names that are whole numbers would come first.
   */
  #archive(): ZipArchive {
    const archive = new JSZip();
    const { signal } = this.#stop;
    const date = this.#date && { date: this.#date };
    const forEach = (visit: (name: string, file: JSZip.JSZipObject) => void) => {
      for (const entry of this.#entries) {
        const { name, content, options, size } = entry;
        const packer = this.#isPackable(entry) ? this.#packers[this.#methodOf(entry) as Method] : undefined;
        const own = { ...date, ...options, binary: true, createFolders: false, dir: name.endsWith('/') };
        const data = packer ? PLACEHOLDER : size === 0 ? '' : content.unpacked(signal);
        archive.file(name, data as string, own as JSZip.JSZipFileOptions);
        const file = archive.files[name]!;
        visit(name, packer ? Object.assign(file, { _data: content.packed(packer, signal) }) : file);
        delete archive.files[name];
      }
    };
    return Object.assign(archive, { forEach });
  }
}

/** Not empty: JSZip stores an empty content whatever its compression is said to be. */
const PLACEHOLDER = '-';

/** What it throws where the content is in memory would reach nobody, and end the process. */
function guarded({ encodeFileName }: ZipOptions, sink: ChunkSink): ZipOptions {
  if (!encodeFileName) return {};
  return {
    encodeFileName: (name) => {
      try {
        const encoded: unknown = encodeFileName(name);
        if (typeof encoded === 'string' || encoded instanceof Uint8Array) return encoded as string;
        throw typeError(`Cannot name an entry of a ZIP ${describe(encoded)}: encodeFileName has to return a string`);
      } catch (error) {
        sink.fail(error);
        return name;
      }
    },
  };
}

/** Starts contents when the archive comes to them. */
class Queue {
  readonly #entries: readonly Entry[];
  /** JSZip tells of an entry when it has compressed it, or with `streamFiles` when it begins with it. */
  readonly #ahead: number;
  #at = 0;

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

  /** The one behind `index` is compressed meanwhile, unless it would have to be read into memory first. */
  #startTo(index: number): void {
    for (const [ahead, { content }] of this.#entries.slice(this.#at, index + 2).entries()) {
      if (content.inMemory || this.#at + ahead <= index) content.start();
    }
  }
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

function requireArchive({ files = {} }: ZipArchive & Internals): void {
  const entries = Object.entries(files);
  requireCount(entries.length);
  for (const [name, { comment, options }] of entries) requireEntry(name, { comment, ...options });
}

/** `archive` with another date for each of its entries; it stays as it is. */
function dated(archive: ZipArchive, date: Date): ZipArchive {
  const forEach = (visit: (name: string, file: unknown) => void) =>
    (archive as JSZip).forEach((name, file) => {
      visit(name, Object.create(file, { date: { value: date } }));
    });
  return Object.create(archive, { forEach: { value: forEach } }) as ZipArchive;
}
