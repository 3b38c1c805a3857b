import { LimitError, SourceError } from './errors.ts';
import type { Store } from './store.ts';

/** Beyond, writing each chunk as it comes is faster than one copy of all at the end, and takes half the memory. */
const MOST_KEPT = 32 * 1024 * 1024;
/** Room is made for an announced length up to this one: engines zero that much lazily, so that a lie costs addresses. */
const MOST_BELIEVED = 256 * 1024 * 1024;
/** Shorter chunks are copied: one by one, an array costs more memory than its bytes. */
const SHORT = 4096;

/** Where chunks go until the source has ended. */
export interface Collector {
  /** Called once, before the first chunk, with the announced number of bytes. It may be a lie. */
  expect(length: number): void;
  /**
   * @param owned whether the chunk may be kept; otherwise its maker may change it after the call
   * @returns a promise where the next chunk has to wait
   */
  take(chunk: Uint8Array, owned: boolean): Promise<void> | void;
  /** What was taken so far, for an error that carries it; nothing is taken afterwards. */
  partial(): Uint8Array<ArrayBuffer>;
}

/**
 * Fills an empty store that nobody else uses yet. Large chunks that may be kept are kept, and joined at the end into one
 * piece of exact size; as soon as another one comes, all are written to the store, each chunk then as it comes.
 */
export class StoreCollector implements Collector {
  readonly #store: Store;
  #kept: Uint8Array[] | undefined = [];
  readonly #most: number;
  #length = 0;
  #expected = 0;

  /** @param most what fits into the stream that the content is for */
  constructor(store: Store, most: number = Number.POSITIVE_INFINITY) {
    this.#store = store;
    this.#most = most;
  }

  expect(length: number): void {
    if (length <= MOST_BELIEVED) this.#expected = length;
    if (length > MOST_KEPT) this.#pour();
  }

  take(chunk: Uint8Array, owned: boolean): void {
    this.#length += chunk.length;
    if (this.#length > this.#most)
      throw new LimitError(`Cannot hold ${this.#length} bytes: maxBytes is ${this.#most}`, 'maxBytes', this.#most);
    const keep = owned && chunk.length >= SHORT && this.#length <= Math.min(MOST_KEPT, this.#store.maxInMemory);
    if (!keep) this.#pour();
    if (this.#kept) this.#kept.push(chunk);
    else this.#append(chunk);
  }

  partial(): Uint8Array<ArrayBuffer> {
    if (this.#kept) return concat(this.#kept);
    return this.#store.copy(0, Math.min(this.#store.size, this.#store.maxInMemory));
  }

  /** All was taken: the store has it. */
  end(): void {
    if (!this.#kept || this.#length === 0) return;
    const bytes = concat(this.#kept);
    this.#kept = undefined;
    this.#store.adopt(bytes);
  }

  /** Writes what was kept to the store, where the following chunks go at once. */
  #pour(): void {
    if (!this.#kept) return;
    const kept = this.#kept;
    this.#kept = undefined;
    if (this.#expected > 0) this.#store.reserve(this.#expected);
    for (const chunk of kept) this.#append(requireAttached(chunk));
  }

  #append(chunk: Uint8Array): void {
    this.#store.put(chunk, this.#store.size);
  }
}

/** Node.js allocates without zeroing; here every byte is written before anybody sees it. */
type Allocator = { allocUnsafeSlow(length: number): Uint8Array<ArrayBuffer> };
const allocator = (globalThis as unknown as { Buffer?: Allocator }).Buffer;

function concat(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = chunks.reduce((sum, { length }) => sum + length, 0);
  const bytes = allocator ? new Uint8Array(allocator.allocUnsafeSlow(length).buffer) : new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(requireAttached(chunk), at);
    at += chunk.length;
  }
  return bytes;
}

/** What is kept is never empty: it is when its owner has transferred its memory away. */
function requireAttached(chunk: Uint8Array): Uint8Array {
  if (chunk.length > 0) return chunk;
  throw new SourceError('A chunk was detached before the source ended', 'ERR_MEMIO_SOURCE', new Uint8Array(0));
}
