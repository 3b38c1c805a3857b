import { BytesIO, type Source } from '@memio/core';
import { type Collector, collect } from '@memio/core/adapter';
import { crc32 } from '@memio/formats';
import { requireSize } from './options.ts';

export type Method = 'STORE' | 'DEFLATE';

/** A content as it stands in an archive. */
export interface Packed {
  data: Uint8Array;
  crc32: number;
  /** Before it was compressed, in bytes. */
  size: number;
}

interface DeflateOptions {
  level?: number | undefined;
}

interface Zlib {
  deflateRawSync(bytes: Uint8Array, options: DeflateOptions): Uint8Array;
  deflateRaw(bytes: Uint8Array, options: DeflateOptions, done: (error: Error | null, packed: Uint8Array) => void): void;
}

/** In bytes. So little is compressed sooner than a thread could start with it. */
const AT_ONCE = 8 * 1024;
/** In bytes, what is handed on at least: JSZip, and the compressor, take their time for each chunk, however small. */
const BLOCK = 65_536;

/** Tells whether the platform can compress what is in memory, or what comes in chunks. */
export const canDeflate = (inMemory: boolean, level: number | undefined): boolean =>
  (inMemory && platformZlib() !== undefined) || (level === undefined && hasCompressionStream());

/** Packs bytes: with Node's zlib on another thread, or with `CompressionStream`. */
export async function pack(bytes: Uint8Array, method: Method, level: number | undefined): Promise<Packed> {
  const data = method === 'STORE' ? bytes : await deflate(bytes, level);
  return { data, crc32: crc32(bytes), size: bytes.length };
}

async function deflate(bytes: Uint8Array, level: number | undefined): Promise<Uint8Array> {
  const zlib = platformZlib();
  const options = level === undefined ? {} : { level };
  if (zlib && bytes.length <= AT_ONCE) return zlib.deflateRawSync(bytes, options);
  if (zlib)
    return new Promise((resolve, reject) => {
      zlib.deflateRaw(bytes, options, (error, packed) => (error ? reject(error) : resolve(packed)));
    });
  const { readable, writable } = new CompressionStream('deflate-raw');
  const writer = writable.getWriter();
  // The reader gets the error.
  for (const written of [writer.write(unshared(bytes)), writer.close()]) written.catch(() => {});
  return (await BytesIO.from(readable)).getbuffer();
}

/**
 * Packs what `source` yields while it comes.
 *
 * @param push takes the packed chunks, one after the other
 */
export async function packStream(
  source: Source,
  method: Method,
  signal: AbortSignal,
  push: (chunk: Uint8Array) => Promise<void> | void,
): Promise<Omit<Packed, 'data'>> {
  const counted = { crc32: 0, size: 0 };
  const count = (chunk: Uint8Array) => {
    counted.crc32 = crc32(chunk, counted.crc32);
    counted.size += chunk.length;
    requireSize(counted.size);
  };
  if (method === 'STORE') await blocks(source, signal, count, push);
  else {
    const { readable, writable } = new CompressionStream('deflate-raw');
    const writer = writable.getWriter();
    // Each is waited for: Node.js takes thousands of chunks before it says that it has enough.
    const writing = blocks(source, signal, count, (block) => writer.write(block)).then(
      () => writer.close(),
      (error) => writer.abort(error),
    );
    const reader = readable.getReader();
    const pushing = async () => {
      for (let step = await reader.read(); !step.done; step = await reader.read()) await push(step.value);
    };
    await Promise.all([pushing(), writing]);
  }
  return counted;
}

/** What `source` yields, counted, and gathered where it comes in small chunks. */
async function blocks(
  source: Source,
  signal: AbortSignal,
  count: (chunk: Uint8Array) => void,
  use: (block: Uint8Array<ArrayBuffer>) => Promise<void> | void,
): Promise<void> {
  const gathered = new BytesIO();
  const nothing = new Uint8Array(0);
  const collector: Collector = {
    expect() {},
    partial: () => nothing,
    take: (chunk) => {
      count(chunk);
      gathered.write(chunk);
      if (gathered.size >= BLOCK) return use(gathered.transfer());
    },
  };
  await collect(source, { signal }, collector);
  if (gathered.size > 0) await use(gathered.transfer());
}

/** Through `process`, so that bundles for browsers do not import it. */
function platformZlib(): Zlib | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): Partial<Zlib> | undefined } };
  const zlib = process?.getBuiltinModule?.('node:zlib');
  return zlib?.deflateRaw && zlib.deflateRawSync ? (zlib as Zlib) : undefined;
}

/** By constructor: to find out takes a compressor, which is not small. */
const ABLE = new WeakMap<object, boolean>();

function hasCompressionStream(): boolean {
  if (typeof CompressionStream !== 'function') return false;
  let able = ABLE.get(CompressionStream);
  if (able === undefined) {
    try {
      new CompressionStream('deflate-raw');
      able = true;
    } catch {
      able = false;
    }
    ABLE.set(CompressionStream, able);
  }
  return able;
}

/** The web platform refuses shared memory. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
