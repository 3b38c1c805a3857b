import type { BytesView } from './bytes-view.ts';

/**
 * The bytes of one stream. `BytesIO` owns the cursor and the meaning of its methods; a store owns the bytes and their
 * size, and refuses what closed streams, held content and limits forbid.
 *
 * What throws has changed nothing.
 */
export interface Store {
  /** Memory that may be written to directly, within `writable`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  size: number;
  /**
   * Below it a write needs no check: into `bytes`, and then `size` is raised. Negative when closed; 0 where every write
   * has to go through `put`.
   */
  readonly writable: number;
  /** The most bytes that it may hold. */
  readonly maxBytes: number;
  /** The most bytes that it keeps in memory. */
  readonly maxInMemory: number;

  /** @throws {ClosedError | BufferError} when it is closed, or its memory was detached */
  requireOpen(action?: string): void;
  /** Writes all of `bytes` at `start`; a gap before it becomes zeros. */
  put(bytes: Uint8Array, start: number): void;
  /** Makes room for `size` bytes, as far as that helps. */
  reserve(size: number): void;
  /** Replaces the content, which is empty, by memory that the caller gives away. */
  adopt(bytes: Uint8Array<ArrayBuffer>): void;
  /** An empty store of the same kind, without a limit: content is collected in it before `absorb`. */
  fresh(): Store;
  /** Writes the whole content of `other`, which came from `fresh()` and is given away, at `start`. */
  absorb(other: Store, start: number): void;
  /** A copy of `[start, end)` that nobody else holds. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer>;
  /** Copies `length` bytes from `start` on into `target`. */
  copyInto(target: Uint8Array, start: number, length: number): void;
  /** The index of the first `\n` in `[start, end)`, or -1. */
  indexOfNewline(start: number, end: number): number;
  /** Cuts the content to `size` bytes, of which it has more. */
  truncate(size: number): void;
  /** The content in order, to be used before anything else happens: pieces of `length` bytes, or one alias. */
  pieces(length: number): Iterable<Uint8Array<ArrayBuffer>>;
  /** Holds the content until it is released: until then its size cannot change. `holder` is named in messages. */
  hold(holder: string): Content;
  /** A view of the content, held in the same way. */
  lend(): BytesView;
  /** Gives the content away and is empty afterwards. */
  handOver(): Uint8Array<ArrayBuffer>;
  /** Gives the memory, and what else it holds, back. Closing twice is harmless. */
  close(): void;
}

/** The content of a stream, held: until `release()`, a change of its size is a `BufferError`. */
export interface Content {
  readonly size: number;
  /** The bytes of `[start, end)`: an alias where they are in memory, otherwise a copy. */
  lend(start: number, end: number): Uint8Array<ArrayBuffer>;
  /** The bytes of `[start, end)`, the caller's alone. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer>;
  /** May be called twice. */
  release(): void;
}

/** The option of the constructor of `BytesIO` that gives it another store than memory. */
export const STORE: unique symbol = Symbol('store');

/** The method of a `BytesIO` that holds its content. By name, since another copy of the package may have made it. */
export const HOLD: unique symbol = Symbol.for('@memio/core/hold') as never;

/**
 * Holds the whole content of `io`, in memory or not.
 *
 * @param holder what holds it, such as `createReadStream()`: an error that forbids a change of the size names it
 * @throws {ClosedError} when `io` is closed
 */
export function holdContent(io: Holdable, holder: string): Content {
  if (io[HOLD]) return io[HOLD](holder);
  // A copy of the package that is older than HOLD made it: all its bytes are in memory.
  const view = io.getbuffer();
  return {
    size: view.length,
    lend: (start, end) => view.subarray(start, end),
    copy: (start, end) => view.slice(start, end),
    release: () => view.release(),
  };
}

/** A `BytesIO`, as far as its content is to be held. */
interface Holdable {
  [HOLD]?(holder: string): Content;
  getbuffer(): BytesView;
}
