import { BytesIO, type Source } from '@memio/core';
import { type Collector, collect } from '@memio/core/adapter';
import { crc32 } from '@memio/formats';
import JSZip from 'jszip';
import { requireSize } from './zip32.ts';

export type Method = 'STORE' | 'DEFLATE';

/** What JSZip keeps of an entry of an archive that it opened, which it writes as it is; its types leave it out. */
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

/**
 * Packs contents for JSZip, which then writes the archive but does not have to compress and to count: the CRC takes
 * two thirds of the time of a stored archive, and the platform's zlib is some three times as fast as JSZip's.
 */
export class Packer {
  readonly #opened: PackedEntry;
  readonly #deflates: boolean;

  private constructor(opened: PackedEntry, deflates: boolean) {
    this.#opened = opened;
    this.#deflates = deflates;
  }

  /** `undefined` where JSZip is not as it is known to be, or the platform cannot compress: JSZip does all by itself. */
  static async for(method: Method): Promise<Packer | undefined> {
    const deflates = method === 'DEFLATE';
    if (deflates && !canDeflate()) return undefined;
    OPENED[method] ??= openedEntry(method);
    const opened = await OPENED[method];
    return opened && new Packer(opened, deflates);
  }

  /** Packs bytes as soon as they come, so that it can be done ahead of the archive. */
  memory(content: Promise<Uint8Array>): PackedEntry {
    const packed = content.then(async (bytes) => ({
      data: this.#deflates ? await deflate(bytes) : bytes,
      crc32: crc32(bytes),
      size: bytes.length,
    }));
    return this.#entry(
      packed.then(({ data }) => data),
      // JSZip writes the header when the content has ended, and is told of a failure by the promise above.
      (worker) =>
        void packed.then(
          ({ data, ...sizes }) => tell(worker, { ...sizes, packed: data.length }),
          () => {},
        ),
    );
  }

  /** Packs what `source` yields while it comes, and not before the archive has come to it. */
  stream(source: () => Source, signal: AbortSignal): PackedEntry {
    // JSZip would wait for bytes; they are handed to it as they come.
    return this.#entry(new Promise(() => {}), (worker) => new Packing(worker, signal).start(source, this.#deflates));
  }

  #entry(content: Promise<Uint8Array>, onWorker: (worker: Worker) => void): PackedEntry {
    const opened = this.#opened;
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

/** Once for each method: it takes longer than to write a small archive. */
const OPENED: { [method in Method]?: Promise<PackedEntry | undefined> } = {};

async function openedEntry(method: Method): Promise<PackedEntry | undefined> {
  const archive = new JSZip().file('entry', 'entry');
  const written = await archive.generateAsync({ type: 'uint8array', compression: method });
  const opened = (await JSZip.loadAsync(written)).file('entry') as { _data?: Partial<PackedEntry> } | null;
  const data = opened?._data;
  return typeof data?.getCompressedWorker === 'function' ? (data as PackedEntry) : undefined;
}

/** What is handed on at once, or more: JSZip, and the compressor, take their time for each chunk, however small. */
const BLOCK = 65_536;

/** Hands chunks to a worker of JSZip's, no faster than it takes them. */
class Packing {
  readonly #worker: Worker;
  readonly #signal: AbortSignal;
  #onResume: (() => void) | undefined;
  #packed = 0;
  #size = 0;
  #crc32 = 0;

  constructor(worker: Worker, signal: AbortSignal) {
    this.#worker = worker;
    this.#signal = signal;
    const { resume } = worker;
    worker.resume = () => {
      const resumed = resume.call(worker);
      this.#onResume?.();
      return resumed;
    };
  }

  async start(source: () => Source, deflates: boolean): Promise<void> {
    const worker = this.#worker;
    try {
      await this.#resumed();
      await (deflates ? this.#deflate(source()) : this.#store(source()));
      await this.#resumed();
      tell(worker, { size: this.#size, packed: this.#packed, crc32: this.#crc32 });
      worker.end();
    } catch (error) {
      worker.error(error);
    }
  }

  #store(source: Source): Promise<void> {
    return this.#blocks(source, (block) => this.#push(block));
  }

  async #deflate(source: Source): Promise<void> {
    const { readable, writable } = new CompressionStream('deflate-raw');
    const writer = writable.getWriter();
    // Each is waited for: Node.js takes thousands of chunks before it says that it has enough.
    const writing = this.#blocks(source, (block) => writer.write(block)).then(
      () => writer.close(),
      (error) => writer.abort(error),
    );
    await Promise.all([this.#pushAll(readable), writing]);
  }

  async #pushAll(readable: ReadableStream<Uint8Array>): Promise<void> {
    const reader = readable.getReader();
    for (let step = await reader.read(); !step.done; step = await reader.read()) await this.#push(step.value);
  }

  /** What `source` yields, counted, and gathered where it comes in small chunks. */
  async #blocks(source: Source, use: (block: Uint8Array<ArrayBuffer>) => Promise<void> | void): Promise<void> {
    const gathered = new BytesIO();
    const nothing = new Uint8Array(0);
    const collector: Collector = {
      expect() {},
      partial: () => nothing,
      take: (chunk) => {
        this.#crc32 = crc32(chunk, this.#crc32);
        this.#size += chunk.length;
        requireSize(this.#size);
        gathered.write(chunk);
        if (gathered.size >= BLOCK) return use(gathered.transfer());
      },
    };
    await collect(source, { signal: this.#signal }, collector);
    if (gathered.size > 0) await use(gathered.transfer());
  }

  /** At once where it can: a promise for each chunk would take as long as the chunk. */
  #push(data: Uint8Array): Promise<void> | void {
    if (this.#worker.isPaused) return this.#resumed().then(() => this.#push(data));
    this.#packed += data.length;
    this.#worker.push({ data, meta: { percent: 0 } });
  }

  #resumed(): Promise<void> {
    if (!this.#worker.isPaused) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onResume = resolve;
    });
  }
}

/** What the header of an entry says. */
function tell(worker: Worker, { size, packed, crc32 }: { size: number; packed: number; crc32: number }): void {
  worker
    .withStreamInfo('uncompressedSize', size)
    .withStreamInfo('compressedSize', packed)
    .withStreamInfo('crc32', crc32);
}

/** By constructor: to find out takes a compressor, which is not small. */
const ABLE = new WeakMap<object, boolean>();

function canDeflate(): boolean {
  if (typeof CompressionStream !== 'function') return false;
  const known = ABLE.get(CompressionStream);
  if (known !== undefined) return known;
  let able = true;
  try {
    new CompressionStream('deflate-raw');
  } catch {
    able = false;
  }
  ABLE.set(CompressionStream, able);
  return able;
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const { readable, writable } = new CompressionStream('deflate-raw');
  const writer = writable.getWriter();
  // Whatever is wrong is told to who reads.
  for (const written of [writer.write(unshared(bytes)), writer.close()]) written.catch(() => {});
  return (await BytesIO.from(readable)).getbuffer();
}

/** The web platform refuses shared memory. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
