/**
 * Private buffers that wait for their next stream. Memory that is still warm costs a fraction of fresh memory, whose
 * pages the kernel has to fault in and zero; a buffer per size and at most 4 MiB in all keep what is held small.
 *
 * Invariants
 * - Lengths are powers of two from `SMALLEST` to `LARGEST`, and `LARGE`, of which one is held at the most, weakly;
 *   nothing else is pooled.
 * - Only memory that no caller ever had a view of is given back (`MemoryStore` sees to it).
 * - What `take` returns may hold the bytes of the stream before: whoever takes it shows nothing that it has not written.
 */
const SMALLEST = 256;
export const LARGEST: number = 2 * 1024 * 1024;
export const LARGE: number = 32 * 1024 * 1024;
const MOST_HELD = 4 * 1024 * 1024;

/** By `Math.clz32(length)`. */
const shelves: Uint8Array<ArrayBuffer>[][] = Array.from({ length: 32 }, () => []);
let held = 0;

/** Memory that is zero behind its first `dirty` bytes. */
export interface Used {
  bytes: Uint8Array<ArrayBuffer>;
  dirty: number;
}

let large: WeakRef<Used> | undefined;

/** A buffer of at least `length` bytes with undefined contents; `length` is at most `LARGEST`. */
export function take(length: number): Uint8Array<ArrayBuffer> {
  const capacity = length <= SMALLEST ? SMALLEST : 2 ** (32 - Math.clz32(length - 1));
  const bytes = shelves[Math.clz32(capacity)]!.pop();
  if (!bytes) return new Uint8Array(capacity);
  held -= capacity;
  return bytes;
}

/** A buffer of `LARGE` bytes that was given back, unless a garbage collection has taken it. */
export function takeLarge(): Used | undefined {
  const used = large?.deref();
  large = undefined;
  return used;
}

/**
 * Keeps `bytes` for the next `take` if it is of a pooled length and there is room; lets it go otherwise.
 *
 * @param dirty how many of its bytes, from the start, may not be zero
 */
export function give(bytes: Uint8Array<ArrayBuffer>, dirty: number): void {
  const { length } = bytes;
  if (length === LARGE) large = new WeakRef({ bytes, dirty });
  if (length < SMALLEST || length > LARGEST || held + length > MOST_HELD) return;
  held += length;
  shelves[Math.clz32(length)]!.push(bytes);
}
