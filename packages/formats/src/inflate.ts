import { BytesIO } from '@memio/core';
import { DataError } from '@memio/core/adapter';
import { crc32 } from './crc32.ts';
import type { Pacer } from './pacer.ts';

/** Deflated data, and what it has to become. */
export interface Deflated {
  packed: Uint8Array<ArrayBuffer>;
  /** In bytes. No more is ever inflated. */
  size: number;
  crc: number;
}

/** Yields the inflated bytes of `deflated` in chunks, which are read once and not kept. */
export type InflateChunks = (deflated: Deflated) => AsyncIterable<Uint8Array>;

interface Zlib {
  inflateRawSync(
    bytes: Uint8Array,
    options: { chunkSize: number; maxOutputLength: number; info: true },
  ): { buffer: Uint8Array; engine: { bytesWritten: number } };
  createInflateRaw(options: { chunkSize: number }): AsyncIterable<Uint8Array> & {
    bytesWritten: number;
    end(bytes: Uint8Array): void;
  };
}

/** Up to these sizes it is inflated at once. Tables that the data defines anew and anew make it slow: 20 ms at worst. */
const AT_ONCE = { packed: 256 * 1024, size: 1024 * 1024 };
/** What a thread inflates before the event loop counts it. */
const CHUNK = 256 * 1024;
/** Some platforms inflate all that they are given before they look whether anybody still wants it: 16 MiB of this. */
const PIECE = 16 * 1024;
/** A CRC of that many bytes takes 5 ms. */
const BLOCK = 4 * 1024 * 1024;

/**
 * Inflates raw Deflate data with the platform: Node's zlib, or `DecompressionStream`, or `host` where there is neither.
 * The data has to end where `packed` does, and become exactly `size` bytes.
 *
 * @param check whether to compare the CRC
 * @param what names the data in messages, such as `"a.txt"`
 * @returns a new stream with its cursor at 0
 * @throws {DataError} when the data is damaged
 */
export async function inflate(
  deflated: Deflated,
  what: string,
  { check, pacer, host }: { check: boolean; pacer: Pacer; host?: InflateChunks | undefined },
): Promise<BytesIO> {
  const zlib = platformZlib();
  const { packed, size, crc } = deflated;
  if (zlib && packed.length <= AT_ONCE.packed && size <= AT_ONCE.size) {
    const bytes = inflateAtOnce(zlib, deflated, what);
    if (check && crc32(bytes) !== crc) throw wrongCrc(what);
    return own(bytes);
  }
  const source = zlib
    ? inflateInThread(zlib, deflated, what)
    : canInflate()
      ? inflateOnWeb(deflated)
      : host?.(deflated);
  if (!source) throw new DataError(`${what} cannot be inflated: the platform has neither zlib nor DecompressionStream`);
  const stream = new BytesIO();
  let checksum = 0;
  try {
    for await (const chunk of source) {
      if (stream.size + chunk.length > size) throw tooLong(what, size);
      if (check) checksum = crc32(chunk, checksum);
      stream.write(chunk);
      const pause = pacer.pause();
      if (pause) await pause;
    }
  } catch (error) {
    pacer.throwIfAborted();
    throw error instanceof DataError ? error : damaged(what, error);
  }
  pacer.throwIfAborted();
  if (stream.size !== size) throw tooShort(what, stream.size, size);
  if (check && checksum !== crc) throw wrongCrc(what);
  stream.seek(0);
  return stream;
}

/** A copy of stored data as a new stream, checked like `inflate` does. */
export async function copyStored(
  { packed, crc }: Deflated,
  what: string,
  { check, pacer }: { check: boolean; pacer: Pacer },
): Promise<BytesIO> {
  if (packed.length <= BLOCK) {
    if (check && crc32(packed) !== crc) throw wrongCrc(what);
    return new BytesIO(packed);
  }
  const stream = new BytesIO();
  let checksum = 0;
  for (let at = 0; at < packed.length; at += BLOCK) {
    const block = packed.subarray(at, at + BLOCK);
    if (check) checksum = crc32(block, checksum);
    stream.write(block);
    const pause = pacer.pause();
    if (pause) await pause;
  }
  if (check && checksum !== crc) throw wrongCrc(what);
  stream.seek(0);
  return stream;
}

/** Through `process`, so that bundles for browsers do not import it. */
function platformZlib(): Zlib | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): Partial<Zlib> | undefined } };
  const zlib = process?.getBuiltinModule?.('node:zlib');
  return zlib?.inflateRawSync && zlib.createInflateRaw ? (zlib as Zlib) : undefined;
}

function inflateAtOnce(zlib: Zlib, { packed, size }: Deflated, what: string): Uint8Array {
  try {
    const options = { chunkSize: Math.max(64, size), maxOutputLength: Math.max(1, size), info: true } as const;
    const { buffer, engine } = zlib.inflateRawSync(packed, options);
    if (engine.bytesWritten !== packed.length) throw trailing(what, packed.length - engine.bytesWritten);
    if (buffer.length > size) throw tooLong(what, size);
    if (buffer.length < size) throw tooShort(what, buffer.length, size);
    return buffer;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong(what, size);
    throw error instanceof DataError ? error : damaged(what, error);
  }
}

async function* inflateInThread(
  zlib: Zlib,
  { packed }: Deflated,
  what: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const engine = zlib.createInflateRaw({ chunkSize: CHUNK });
  engine.end(packed);
  yield* engine;
  if (engine.bytesWritten !== packed.length) throw trailing(what, packed.length - engine.bytesWritten);
}

async function* inflateOnWeb({ packed }: Deflated): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        if (at >= packed.length) return controller.close();
        controller.enqueue(packed.subarray(at, at + PIECE));
        at += PIECE;
      },
    },
    { highWaterMark: 0 },
  );
  const reader = pieces.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    reader.cancel().catch(() => {});
  }
}

function canInflate(): boolean {
  if (typeof DecompressionStream !== 'function') return false;
  try {
    new DecompressionStream('deflate-raw');
    return true;
  } catch {
    return false;
  }
}

/** Small results of zlib are parts of a pool that others share. */
const own = (bytes: Uint8Array): BytesIO =>
  bytes.length === bytes.buffer.byteLength
    ? BytesIO.adopt(new Uint8Array(bytes.buffer as ArrayBuffer))
    : new BytesIO(bytes);

const wrongCrc = (what: string) => new DataError(`${what} is damaged: its checksum is wrong`);
const damaged = (what: string, cause: unknown) =>
  new DataError(`${what} is damaged: it cannot be inflated (${cause instanceof Error ? cause.message : cause})`, {
    cause,
  });
const tooLong = (what: string, size: number) =>
  new DataError(`${what} is damaged: it inflates to more than its size of ${size} bytes`);
const tooShort = (what: string, length: number, size: number) =>
  new DataError(`${what} is damaged: it inflates to ${length} of ${size} bytes`);
const trailing = (what: string, length: number) =>
  new DataError(`${what} is damaged: ${length} bytes follow its compressed data`);
