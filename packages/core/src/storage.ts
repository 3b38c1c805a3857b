import * as pool from './buffer-pool.ts';
import { BytesView } from './bytes-view.ts';
import { BufferError, ClosedError, LimitError, rangeError } from './errors.ts';

/** From here on engines hand out zeroed memory that is not resident until it is touched: slack costs only addresses. */
const LAZY = 32 * 1024 * 1024;
/** Up to here a loop is faster than making a view. */
const SHORT = 16;
const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * The memory under a `BytesIO`: always one contiguous piece. Up to `pool.LARGEST` it comes from the pool and doubles;
 * beyond, it is a lazily zeroed buffer that grows by eight, so that a large build touches hardly more pages than it has
 * bytes (page faults, not copying, are what a large build costs).
 *
 * Invariants
 * 1. `bytes[0..size)` is the content. What lies behind is undefined and never shown: whoever raises `size` has written
 *    every byte below it.
 * 2. `writable` is the one bound a write has to look at: writing below it needs nothing else. It is -1 when closed,
 *    `size` while views are out, otherwise the capacity or `maxBytes`, whichever is less.
 * 3. `private` holds until a caller is first given the memory. Only private memory is pooled, and what came from the
 *    pool is trimmed before it is given out, so that a caller never sees another stream's bytes. Memory that a caller
 *    has seen is never reused or detached, not even after `release()`: the platform may still be reading it. From then
 *    on the stream grows into fresh memory, so that further views cost no trim.
 */
export class Storage {
  /** The memory, slack included. */
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  size = 0;
  writable = 0;
  readonly maxBytes: number;
  // Of `bytes`: asking a typed array for them costs more than the view that is made of them.
  #buffer: ArrayBuffer = NOTHING.buffer;
  #offset = 0;
  #private = true;
  #views = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** Throws what forbids a change of size: a closed stream, or views that are out. */
  requireResizable(action: string): void {
    this.requireOpen(action);
    if (this.#views === 0) return;
    const views = this.#views === 1 ? '1 view from getbuffer() is' : `${this.#views} views from getbuffer() are`;
    throw new BufferError(`Cannot ${action} while ${views} out: call release() on each, or declare it with \`using\``);
  }

  requireOpen(action = 'use it'): void {
    if (this.writable < 0) throw new ClosedError(`Cannot ${action}: the stream is closed`);
  }

  /** Makes `[start, end)` writable and zeroes a gap before it. Throws, and then nothing has changed. */
  extend(start: number, end: number): void {
    this.reserve(end);
    if (start > this.size) this.bytes.fill(0, this.size, start);
  }

  /** Room for a size of `end` bytes. Throws, and then nothing has changed. */
  reserve(end: number): void {
    if (end <= this.size) return;
    this.requireResizable(`grow to ${end} bytes`);
    this.#require(end);
    if (end > this.bytes.length) this.#grow(end);
  }

  /** Takes over memory from a caller. */
  adopt(bytes: Uint8Array<ArrayBuffer>): void {
    this.#require(bytes.length);
    this.#hold(bytes, bytes.length);
    this.#private = false;
  }

  truncate(size: number): void {
    this.requireResizable(`truncate to ${size}`);
    // What a caller has seen stays as it is; of what is large, less than half goes back. Elsewhere the bytes that are cut
    // off have to go, since `transfer` shows what lies behind the content.
    if (!this.#private || (this.size > pool.LARGEST && size < this.size / 2)) {
      this.#replace(this.#allocate([size]), size);
    } else {
      this.bytes.fill(0, size, this.size);
      this.size = size;
    }
  }

  /** An alias of `[start, end)`. For use within the core, before anything else happens. */
  window(start: number, end: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#buffer, this.#offset + start, end - start);
  }

  /** A copy of `[start, end)` that nobody else holds. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    // From an array, engines allocate without zeroing first: faster than `slice`.
    return new Uint8Array(this.window(start, end));
  }

  /** Copies `length` bytes from `start` on into `target`. */
  copyInto(target: Uint8Array, start: number, length: number): void {
    // Only memory that a caller has seen can overlap with what a caller gives: `set` copes with that, a loop would not.
    if (length > SHORT || !this.#private) {
      target.set(this.window(start, start + length));
    } else {
      for (let index = 0; index < length; index++) target[index] = this.bytes[start + index]!;
    }
  }

  /** A window on the content, counted until it is released. */
  lend(): BytesView {
    this.#expose();
    this.#views += 1;
    this.#settle();
    return new BytesView(this.#buffer, this.#offset, this.size, () => {
      this.#views -= 1;
      this.#settle();
    });
  }

  /** Gives the content away and is empty afterwards. */
  handOver(): Uint8Array<ArrayBuffer> {
    this.requireResizable('transfer');
    this.#expose();
    const bytes = this.window(0, this.size);
    this.#hold(NOTHING, 0);
    this.#private = true;
    return bytes;
  }

  close(): void {
    if (this.writable < 0) return;
    this.requireResizable('close');
    this.#recycle();
    this.#hold(NOTHING, 0);
    this.writable = -1;
  }

  #settle(): void {
    this.writable = this.#views > 0 ? this.size : Math.min(this.bytes.length, this.maxBytes);
  }

  #require(size: number): void {
    if (size > this.maxBytes)
      throw new LimitError(`Cannot hold ${size} bytes: maxBytes is ${this.maxBytes}`, 'maxBytes', this.maxBytes);
  }

  #expose(): void {
    if (!this.#private) return;
    if (this.bytes.length <= pool.LARGEST) {
      const exact = this.copy(0, this.size);
      this.#recycle();
      this.#hold(exact, this.size);
    }
    this.#private = false;
  }

  #grow(needed: number): void {
    const capacity = this.bytes.length;
    const roomy = capacity < pool.LARGEST ? capacity * 2 : Math.max(LAZY, capacity * 8);
    const sizes = [roomy, capacity * 2, capacity * 1.125, needed];
    this.#replace(this.#allocate(sizes.map((size) => Math.min(Math.max(size, needed), this.maxBytes))));
  }

  /** The first of `sizes` that the engine grants; the last one is what is needed. */
  #allocate(sizes: number[]): Uint8Array<ArrayBuffer> {
    let cause: unknown;
    for (const size of sizes) {
      try {
        return this.#private && size <= pool.LARGEST ? pool.take(size) : new Uint8Array(size);
      } catch (error) {
        cause = error;
      }
    }
    throw rangeError(`Cannot hold ${sizes.at(-1)} bytes: the engine refuses so much`, { cause });
  }

  #replace(bytes: Uint8Array<ArrayBuffer>, size = this.size): void {
    if (size > 0) bytes.set(this.window(0, size));
    this.#recycle();
    this.#hold(bytes, size);
  }

  #recycle(): void {
    if (this.#private) pool.give(this.bytes);
  }

  #hold(bytes: Uint8Array<ArrayBuffer>, size: number): void {
    this.bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#offset = bytes.byteOffset;
    this.size = size;
    this.#settle();
  }
}
