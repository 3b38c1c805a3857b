import * as pool from './buffer-pool.ts';
import { copyTo, trueLength } from './bytes-like.ts';
import { BytesView } from './bytes-view.ts';
import { BufferError, ClosedError, LimitError, rangeError } from './errors.ts';
import { Holders } from './holders.ts';
import { indexOfNewline } from './newline.ts';
import type { Content, Store } from './store.ts';

/** From here on engines hand out zeroed memory that is not resident until it is touched: slack costs only addresses. */
const LAZY = pool.LARGE;
/** What a stream reserves that outgrows `LAZY`: addresses, of which only what is touched takes memory. */
const ROOMY = 1024 * 1024 * 1024;
/** Up to here a loop is faster than making a view. */
const SHORT = 16;
const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * The memory under a `BytesIO`: always one contiguous piece. Up to `pool.LARGEST` it comes from the pool and doubles;
 * beyond, it is a lazily zeroed buffer of `LAZY`, then of `ROOMY` bytes, so that a large build touches hardly more pages
 * than it has bytes (page faults, not copying, are what a large build costs).
 *
 * Invariants
 * 1. `bytes[0..size)` is the content. What lies behind is undefined and never shown: whoever raises `size` has written
 *    every byte below it.
 * 2. `writable` is the one bound that a write compares with. It is -1 when closed, 0 while the content is held and once
 *    a caller has seen the memory (every write then goes through `put`, which looks at both and finds detached memory),
 *    otherwise the capacity or `maxBytes`, whichever is less.
 * 3. `private` holds until a caller is first given the memory. Only private memory is recycled, and what was recycled is
 *    trimmed or zeroed before it is given out, so that a caller never sees another stream's bytes. Memory that a caller
 *    has seen is never reused or detached, not even after `release()`: the platform may still be reading it. From then
 *    on the stream grows into fresh memory, so that further views cost no trim.
 * 4. Only memory that a caller has seen can be detached. It is when `bytes` is shorter than the capacity.
 */
export class MemoryStore implements Store {
  /** The memory, slack included. */
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  size = 0;
  writable = 0;
  readonly maxBytes: number;
  // Of `bytes`: asking a typed array for them costs more than the view that is made of them.
  #buffer: ArrayBuffer = NOTHING.buffer;
  #offset = 0;
  #capacity = 0;
  #private = true;
  /** How far recycled memory may hold something else than zeros. */
  #dirty = 0;
  #holders: Holders | undefined;

  /** An empty store. @param maxBytes the most bytes that it may hold, or `Infinity` */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get maxInMemory(): number {
    return Number.POSITIVE_INFINITY;
  }

  requireOpen(action = 'use it'): void {
    if (this.writable < 0) throw new ClosedError(`Cannot ${action}: the stream is closed`);
    if (!this.#private) this.#requireAttached(action);
  }

  put(bytes: Uint8Array, start: number): void {
    const end = start + trueLength(bytes);
    this.#requireRoom(end);
    if (start > this.size) this.bytes.fill(0, this.size, start);
    this.bytes.set(bytes, start);
    if (end > this.size) this.size = end;
  }

  reserve(size: number): void {
    try {
      this.#requireRoom(Math.min(size, this.maxBytes));
    } catch (error) {
      // It is a wish: there may be room for what comes, if not for what was announced.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  adopt(bytes: Uint8Array<ArrayBuffer>): void {
    this.#requireWithin(bytes.length);
    this.#hold(bytes, bytes.length);
    this.#private = false;
    this.#settle();
  }

  fresh(): MemoryStore {
    return new MemoryStore(Number.POSITIVE_INFINITY);
  }

  absorb(other: MemoryStore, start: number): void {
    this.requireOpen('write');
    if (this.size === 0 && start === 0 && !this.#holders?.any) {
      this.#requireWithin(other.size);
      this.#recycle();
      this.#hold(other.bytes, other.size, other.#dirty);
      this.#private = other.#private;
      this.#settle();
      other.#hold(NOTHING, 0);
    } else if (other.size > 0) {
      this.put(other.window(0, other.size), start);
      other.close();
    }
  }

  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    const window = this.window(start, end);
    try {
      // From an array, engines allocate without zeroing first: faster than `slice`.
      return new Uint8Array(window);
    } catch (cause) {
      throw rangeError(`Cannot copy ${end - start} bytes: the engine cannot allocate that much`, { cause });
    }
  }

  copyInto(target: Uint8Array, start: number, length: number): void {
    // Only memory that a caller has seen can overlap with what a caller gives: `set` copes with that, a loop would not.
    if (length > SHORT || !this.#private) {
      copyTo.call(target, this.window(start, start + length));
    } else {
      for (let index = 0; index < length; index++) target[index] = this.bytes[start + index]!;
    }
  }

  indexOfNewline(start: number, end: number): number {
    if (!this.#private) this.#requireAttached('read a line');
    return indexOfNewline(this, start, end);
  }

  truncate(size: number): void {
    this.requireResizable(`truncate to ${size}`);
    // What a caller has seen stays as it is; of what is large, less than half goes back. Elsewhere the bytes that are cut
    // off have to go, since `handOver` shows what lies behind the content.
    if (!this.#private || (this.size > pool.LARGEST && size < this.size / 2)) {
      this.#replace(this.#allocate([size]), size);
    } else {
      this.bytes.fill(0, size, this.size);
      this.size = size;
    }
  }

  pieces(): [Uint8Array<ArrayBuffer>] {
    return [this.window(0, this.size)];
  }

  hold(holder: string): Content {
    const { size } = this;
    const release = this.#holding(holder);
    return {
      size,
      lend: (start, end) => {
        this.#expose();
        return this.window(start, end);
      },
      copy: (start, end) => this.copy(start, end),
      release,
    };
  }

  lend(): BytesView {
    this.#expose();
    return new BytesView(this.#buffer, this.#offset, this.size, this.#holding('getbuffer()'));
  }

  handOver(): Uint8Array<ArrayBuffer> {
    this.requireResizable('transfer');
    this.#expose();
    const bytes = this.window(0, this.size);
    this.#hold(NOTHING, 0);
    return bytes;
  }

  close(): void {
    if (this.writable < 0) return;
    if (!this.#isDetached()) {
      this.requireResizable('close');
      this.#recycle();
    }
    this.#hold(NOTHING, 0);
    this.#holders = undefined;
    this.writable = -1;
  }

  /** An alias of `[start, end)`, to be used before anything else happens. */
  window(start: number, end: number): Uint8Array<ArrayBuffer> {
    if (!this.#private) this.#requireAttached('read');
    return new Uint8Array(this.#buffer, this.#offset + start, end - start);
  }

  #holding(holder: string): () => void {
    this.#holders ??= new Holders(() => this.#settle());
    return this.#holders.add(holder);
  }

  #isDetached(): boolean {
    return !this.#private && this.bytes.length < this.#capacity;
  }

  #requireAttached(action: string): void {
    if (this.bytes.length === this.#capacity) return;
    throw new BufferError(
      `Cannot ${action}: its memory was transferred away through a view from getbuffer(); transfer getvalue() instead`,
    );
  }

  /** Throws what forbids a change of size: a closed stream, or content that is held. */
  requireResizable(action: string): void {
    this.requireOpen(action);
    this.#holders?.requireNone(action);
  }

  #requireWithin(size: number): void {
    if (size > this.maxBytes)
      throw new LimitError(`Cannot hold ${size} bytes: maxBytes is ${this.maxBytes}`, 'maxBytes', this.maxBytes);
  }

  /** Room for a size of `end` bytes. */
  #requireRoom(end: number): void {
    if (this.writable < 0 || !this.#private) this.requireOpen('write');
    if (end <= this.size) return;
    // The text of an error costs more than the rest of a small stream: it is made where it is needed.
    if (this.#holders?.any) this.requireResizable(`grow to ${end} bytes`);
    this.#requireWithin(end);
    if (end > this.#capacity) this.#grow(end);
  }

  /** Before a caller is given the memory. */
  #expose(): void {
    if (!this.#private) {
      this.#requireAttached('get the buffer');
      return;
    }
    if (this.#capacity <= pool.LARGEST || (this.#capacity === LAZY && this.size <= LAZY / 2)) {
      // What is short is trimmed: `structuredClone` of a view copies the whole buffer.
      const exact = this.copy(0, this.size);
      this.#recycle();
      this.#hold(exact, this.size);
    } else if (this.#dirty > this.size) {
      this.bytes.fill(0, this.size, this.#dirty);
    }
    this.#private = false;
    this.#settle();
  }

  #grow(needed: number): void {
    const capacity = this.#capacity;
    const doubled = Math.max(needed, capacity * 2);
    if (this.#private && doubled <= pool.LARGEST && doubled <= this.maxBytes) {
      this.#replace(pool.take(doubled));
      return;
    }
    const roomy = capacity < pool.LARGEST ? doubled : needed <= LAZY ? LAZY : Math.max(ROOMY, capacity * 4);
    const sizes = [roomy, capacity * 2, capacity * 1.125, needed];
    this.#replace(this.#allocate(sizes.map((size) => Math.min(Math.max(size, needed), this.maxBytes))));
  }

  /** The first of `sizes` that the engine can allocate; the last one is what is needed. */
  #allocate(sizes: number[]): pool.Used | Uint8Array<ArrayBuffer> {
    let cause: unknown;
    for (const size of sizes) {
      try {
        if (this.#private && size <= pool.LARGEST) return pool.take(size);
        return (this.#private && size === LAZY && pool.takeLarge()) || new Uint8Array(size);
      } catch (error) {
        cause = error;
      }
    }
    throw rangeError(`Cannot hold ${sizes.at(-1)} bytes: the engine cannot allocate that much`, { cause });
  }

  #replace(memory: pool.Used | Uint8Array<ArrayBuffer>, size = this.size): void {
    const { bytes, dirty } = memory instanceof Uint8Array ? { bytes: memory, dirty: 0 } : memory;
    if (size > 0) bytes.set(this.window(0, size));
    // A stream that outgrows `LAZY` needs memory: a weak reference would keep this piece to the end of the job.
    if (bytes.length <= LAZY) this.#recycle();
    this.#hold(bytes, size, dirty);
  }

  #recycle(): void {
    if (this.#private) pool.give(this.bytes, Math.max(this.#dirty, this.size));
  }

  #hold(bytes: Uint8Array<ArrayBuffer>, size: number, dirty = 0): void {
    this.bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#offset = bytes.byteOffset;
    this.#capacity = bytes.length;
    this.#dirty = dirty;
    this.size = size;
    if (bytes === NOTHING) this.#private = true;
    this.#settle();
  }

  #settle(): void {
    if (this.writable < 0) return;
    this.writable = this.#private && !this.#holders?.any ? Math.min(this.#capacity, this.maxBytes) : 0;
  }
}
