import type { Basin } from './ingest.ts';
import type { Storage } from './storage.ts';

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

/** Fills the storage of a stream that nobody else has yet: every byte is copied once. */
export class FreshContent implements Basin {
  readonly #storage: Storage;
  #kept: Uint8Array[] | undefined = [];
  #length = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  expect(length: number): void {
    if (length > MOST_KEPT) this.#pour(length);
  }

  take(chunk: Uint8Array, owned: boolean): void {
    this.#length += chunk.length;
    if (this.#length > MOST_KEPT) this.#pour(ROOM);
    else if (!owned) this.#pour(0);
    if (this.#kept) this.#kept.push(chunk);
    else this.#append(chunk);
  }

  partial(): Uint8Array<ArrayBuffer> {
    return this.#kept ? concat(this.#kept) : this.#storage.copy(0, this.#storage.size);
  }

  /** All was taken. */
  end(): void {
    if (this.#kept) this.#storage.adopt(concat(this.#kept));
  }

  /** Places what was kept; from then on chunks are placed as they come. */
  #pour(wish: number): void {
    if (!this.#kept) return;
    const length = lengthOf(this.#kept);
    try {
      this.#storage.reserve(Math.max(length, Math.min(wish, ROOM, this.#storage.maxBytes)));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // There may be room for what came, if not for what was wished.
      this.#storage.reserve(length);
    }
    for (const chunk of this.#kept) this.#append(chunk);
    this.#kept = undefined;
  }

  #append(chunk: Uint8Array): void {
    const storage = this.#storage;
    const end = storage.size + chunk.length;
    storage.reserve(end);
    storage.bytes.set(chunk, storage.size);
    storage.size = end;
  }
}

/** Node.js allocates without zeroing; here every byte is written before anybody sees it. */
type Allocator = { allocUnsafeSlow(length: number): Uint8Array<ArrayBuffer> };
const allocator = (globalThis as unknown as { Buffer?: Allocator }).Buffer;

function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = lengthOf(chunks);
  const bytes = allocator ? new Uint8Array(allocator.allocUnsafeSlow(length).buffer) : new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

const lengthOf = (chunks: readonly Uint8Array[]) => chunks.reduce((sum, { length }) => sum + length, 0);
