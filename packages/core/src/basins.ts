import { BytesIO } from './bytes-io.ts';
import type { Basin } from './ingest.ts';

/** Beyond, writing each chunk as it comes is faster than one copy of all at the end, and takes half the memory. */
const MOST_KEPT = 32 * 1024 * 1024;
/**
 * Room that is made where more is to come: engines zero that much lazily, so what is not used takes no memory. A
 * declared length is believed no further, and a lie costs no more than addresses.
 */
const ROOM = 256 * 1024 * 1024;

/** Keeps the chunks, to be placed in one step: for a stream that must not change until all have come. */
export class KeptChunks implements Basin {
  readonly chunks: Uint8Array[] = [];

  expect(): void {}

  take(chunk: Uint8Array, owned: boolean): void {
    this.chunks.push(owned ? chunk : chunk.slice());
  }

  partial(): Uint8Array<ArrayBuffer> {
    return concat(this.chunks);
  }
}

/** Fills a stream that nobody else has yet: every byte is copied once. */
export class FreshStream implements Basin {
  readonly #stream: BytesIO;
  readonly #place: (chunks: readonly Uint8Array[], room?: number) => void;
  readonly #maxBytes: number;
  #kept: Uint8Array[] | undefined = [];
  #length = 0;

  constructor(
    stream: BytesIO,
    place: (chunks: readonly Uint8Array[], room?: number) => void,
    maxBytes: number = Number.POSITIVE_INFINITY,
  ) {
    this.#stream = stream;
    this.#place = place;
    this.#maxBytes = maxBytes;
  }

  expect(length: number): void {
    if (length > MOST_KEPT) this.#pour(length);
  }

  take(chunk: Uint8Array, owned: boolean): void {
    this.#length += chunk.length;
    if (this.#length > MOST_KEPT) this.#pour(ROOM);
    else if (!owned) this.#pour(0);
    if (this.#kept) this.#kept.push(chunk);
    else this.#stream.write(chunk);
  }

  partial(): Uint8Array<ArrayBuffer> {
    return this.#kept ? concat(this.#kept) : this.#stream.getvalue();
  }

  /** The stream with all that was taken, its cursor at 0. */
  end(): BytesIO {
    if (this.#kept) return BytesIO.adopt(concat(this.#kept), { maxBytes: this.#maxBytes });
    this.#stream.seek(0);
    return this.#stream;
  }

  /** Places what was kept; from then on chunks are written as they come. */
  #pour(wish: number): void {
    if (!this.#kept) return;
    const kept = this.#kept.reduce((sum, { length }) => sum + length, 0);
    try {
      this.#place(this.#kept, Math.max(kept, Math.min(wish, ROOM, this.#maxBytes)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // There may be room for what came, if not for what was wished.
      this.#place(this.#kept);
    }
    this.#kept = undefined;
  }
}

/** Node.js allocates without zeroing; here every byte is written before anybody sees it. */
type Allocator = { allocUnsafeSlow(length: number): Uint8Array<ArrayBuffer> };
const allocator = (globalThis as unknown as { Buffer?: Allocator }).Buffer;

function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = allocator ? new Uint8Array(allocator.allocUnsafeSlow(length).buffer) : new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
