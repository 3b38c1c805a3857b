/**
 * Everything of JSZip that its documentation does not have. `packing()` tries it once; where JSZip is not as it is known to
 * be, JSZip gets the contents and does all by itself.
 *
 * @module
 */
import type { Source } from '@memio/core';
import JSZip from 'jszip';
import type { ZipArchive } from './entries.ts';
import type { EntryOptions } from './options.ts';
import { type Method, type Packed, packStream } from './pack.ts';
import { PulledStream } from './pulled-stream.ts';

/** JSZip's `StreamHelper`, which its documentation has, and its types do not. */
export interface ChunkStream {
  on(event: 'data', listener: (chunk: unknown, meta: { currentFile?: string | null }) => void): this;
  on(event: 'end', listener: () => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  resume(): this;
  pause(): this;
}

/** What JSZip keeps of an entry of an archive that it opened, which it writes as it is. */
export interface PackedEntry {
  getCompressedWorker(): Worker;
}

/** One of JSZip's, which hand chunks on to each other. It is paused until the archive has come to it. */
interface Worker {
  isPaused: boolean;
  resume(): boolean;
  push(chunk: { data: Uint8Array; meta: { percent: number } }): void;
  end(): void;
  error(error: unknown): void;
  withStreamInfo(name: string, value: unknown): Worker;
}

/** An entry of a JSZip. */
interface File {
  date?: Date;
  comment?: string | null;
  unixPermissions?: number | string | null;
  dosPermissions?: number | null;
  options?: Pick<EntryOptions, 'compression' | 'compressionOptions'>;
  _data?: { _stream?: Readable; _upstreamEnded?: boolean; compressedContent?: unknown } | null;
}

interface Readable {
  readonly readableEnded?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
  once(event: 'close', listener: () => void): unknown;
}

/** What JSZip is given as an entry: a content, or one that was packed for it. */
export interface NewEntry {
  name: string;
  data: unknown;
  options: JSZip.JSZipFileOptions;
}

/**
 * A JSZip that makes its entries when it generates, one after the other, and keeps none: not their contents, and not their
 * order either, in which names that are whole numbers would come first.
 */
export function lazyArchive(entries: () => Iterable<NewEntry>): JSZip {
  const archive = new JSZip();
  const forEach = (visit: (name: string, file: JSZip.JSZipObject) => void) => {
    for (const { name, data, options } of entries()) {
      const isPacked = typeof (data as PackedEntry | null)?.getCompressedWorker === 'function';
      archive.file(name, isPacked ? PLACEHOLDER : (data as string), withFolder(options));
      const file = archive.files[name]!;
      visit(name, isPacked ? Object.assign(file, { _data: data }) : file);
      delete archive.files[name];
    }
  };
  return Object.assign(archive, { forEach });
}

/** Not empty: JSZip stores an empty content whatever its compression is said to be. */
const PLACEHOLDER = '-';

/** `archive` with other dates of its entries; it stays as it is. */
export function withDates(archive: ZipArchive, dateOf: (date: Date, opened: boolean) => Date): ZipArchive {
  const files: Record<string, File> = Object.create(null);
  for (const [name, file] of filesOf(archive)) {
    const isOpened = file._data?.compressedContent !== undefined;
    files[name] = Object.create(file, { date: { value: dateOf(file.date!, isOpened) } });
  }
  return Object.create(archive, { files: { value: files } }) as ZipArchive;
}

/** A JSZip with all entries: names that are whole numbers come first. */
export function plainArchive(entries: Iterable<NewEntry>): JSZip {
  const archive = new JSZip();
  for (const { name, data, options } of entries) archive.file(name, data as string, withFolder(options));
  return archive;
}

/** Its types know no `dir` together with a content. */
const withFolder = (options: JSZip.JSZipFileOptions) => options as JSZip.JSZipFileOptions & { dir: false };

/** The entries of a JSZip with their options. */
export const filesOf = (archive: ZipArchive): [name: string, file: File & EntryOptions][] =>
  Object.entries((archive as { files?: Record<string, File & EntryOptions> }).files ?? {});

/** JSZip waits for ever for the end of a stream that was closed before it: `fail` is called then. */
export function watchStreams(archive: ZipArchive, fail: (error: unknown) => void): void {
  for (const [name, { _data: data }] of filesOf(archive)) {
    const stream = data?._stream;
    if (!stream || data._upstreamEnded || stream instanceof PulledStream) continue;
    const closed = () =>
      fail(stream.errored ?? new Error(`the stream of ${JSON.stringify(name)} was closed before its end`));
    if (stream.destroyed || stream.readableEnded) closed();
    else stream.once('close', () => stream.readableEnded || closed());
  }
}

/** Packed contents as entries: JSZip then writes the archive, but does not have to compress and to count. */
export class Packing {
  readonly #opened: Record<Method, PackedEntry>;

  constructor(opened: Record<Method, PackedEntry>) {
    this.#opened = opened;
  }

  /** A content that is packed in one piece, at any time. */
  piece(method: Method, packed: Promise<Packed>): PackedEntry {
    const data = packed.then((content) => content.data);
    // JSZip writes the header when the content has ended, and gets a failure from the promise above.
    const tell = (worker: Worker) =>
      void packed.then(
        (content) => state(worker, content, content.data.length),
        () => {},
      );
    return this.#entry(method, data, tell);
  }

  /** A content that is packed while it comes, and not before the archive has come to it. */
  stream(method: Method, source: () => Source, signal: AbortSignal): PackedEntry {
    // JSZip would wait for bytes; they are handed to it as they come.
    return this.#entry(method, new Promise(() => {}), (worker) => void handOver(worker, method, source, signal));
  }

  #entry(method: Method, content: Promise<Uint8Array>, onWorker: (worker: Worker) => void): PackedEntry {
    const opened = this.#opened[method];
    return Object.create(opened, {
      compressedContent: { value: content },
      getCompressedWorker: {
        value(this: PackedEntry) {
          const worker = opened.getCompressedWorker.call(this);
          onWorker(worker);
          return worker;
        },
      },
    });
  }
}

/** Hands chunks to a worker of JSZip's, no faster than it takes them. */
async function handOver(worker: Worker, method: Method, source: () => Source, signal: AbortSignal): Promise<void> {
  let onResume: (() => void) | undefined;
  let length = 0;
  const { resume } = worker;
  worker.resume = () => {
    const resumed = resume.call(worker);
    onResume?.();
    return resumed;
  };
  const resumed = () =>
    worker.isPaused
      ? new Promise<void>((resolve) => {
          onResume = resolve;
        })
      : Promise.resolve();
  /** At once where it can: a promise for each chunk would take as long as the chunk. */
  const push = (data: Uint8Array): Promise<void> | void => {
    if (worker.isPaused) return resumed().then(() => push(data));
    length += data.length;
    worker.push({ data, meta: { percent: 0 } });
  };
  try {
    await resumed();
    const counted = await packStream(source(), method, signal, push);
    await resumed();
    state(worker, counted, length);
    worker.end();
  } catch (error) {
    worker.error(error);
  }
}

/** What the header of an entry states. */
function state(worker: Worker, { size, crc32 }: Omit<Packed, 'data'>, compressedSize: number): void {
  worker
    .withStreamInfo('uncompressedSize', size)
    .withStreamInfo('compressedSize', compressedSize)
    .withStreamInfo('crc32', crc32);
}

let found: Promise<Packing | undefined> | undefined;

/** `undefined` where JSZip is not as it is known to be. It is found out once, by an archive of two entries. */
export function packing(): Promise<Packing | undefined> {
  found ??= tryPacking().catch(() => undefined);
  return found;
}

async function tryPacking(): Promise<Packing | undefined> {
  const date = new Date(Date.UTC(1980, 0, 1));
  const content = 'entry entry entry';
  const entries = [
    ['STORE', { date, compression: 'STORE' }],
    ['DEFLATE', { date, compression: 'DEFLATE' }],
  ] as const;
  const plain = new JSZip();
  for (const [name, options] of entries) plain.file(name, content, options);
  const expected = await plain.generateAsync({ type: 'uint8array' });
  const archive = await JSZip.loadAsync(expected);
  type Opened = PackedEntry & { compressedContent: Uint8Array; crc32: number; uncompressedSize: number };
  const opened = (name: Method) => (archive.file(name) as unknown as { _data: Opened })._data;
  const made = new Packing({ STORE: opened('STORE'), DEFLATE: opened('DEFLATE') });
  const actual = await lazyArchive(function* () {
    for (const [name, options] of entries) {
      const { compressedContent: data, crc32, uncompressedSize: size } = opened(name);
      yield { name, data: made.piece(name, Promise.resolve({ data, crc32, size })), options };
    }
  }).generateAsync({ type: 'uint8array' });
  return expected.every((byte, at) => byte === actual[at]) && expected.length === actual.length ? made : undefined;
}
