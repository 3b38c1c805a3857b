import { type BytesView, LimitError, UnsupportedOperation } from '@memio/core';
import { rangeError, requireBytes } from '@memio/core/adapter';
import { type Content, Holders, MemoryStore, type Store } from '@memio/core/internal';
import { SpoolFile } from './spool-file.ts';

/** Closes the files of streams that were forgotten without `close()`. */
const forgotten = new FinalizationRegistry<SpoolFile>((file) => {
  try {
    file.close();
  } catch {
    // Nobody called it, so nobody can handle it: thrown here, it would end the process.
  }
});

/**
 * Bytes in memory up to `maxInMemory`, and with one more all of them in a temporary file.
 *
 * Invariants
 * 1. The content is in `#memory`, or, where there is one, in `#file`; `#memory` is then empty and of no size.
 * 2. The file takes the place of the memory only once all of the new content is in it: what throws leaves the content
 *    where it was.
 */
export class SpooledStore implements Store {
  readonly maxBytes: number;
  readonly maxInMemory: number;
  readonly #dir: string | undefined;
  #memory: MemoryStore;
  #file: SpoolFile | undefined;
  /** Of the content in the file; the memory has its own. */
  readonly #holders = new Holders(() => {});

  /** @param dir where to make the file; by default the directory of the system */
  constructor(maxBytes: number, maxInMemory: number, dir: string | undefined) {
    this.maxBytes = maxBytes;
    this.maxInMemory = maxInMemory;
    this.#memory = new MemoryStore(Math.min(maxBytes, maxInMemory));
    this.#dir = dir;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#memory.bytes;
  }

  get size(): number {
    return this.#file ? this.#file.size : this.#memory.size;
  }

  set size(size: number) {
    this.#memory.size = size;
  }

  get writable(): number {
    return this.#file ? 0 : this.#memory.writable;
  }

  get inFile(): boolean {
    return this.#file !== undefined;
  }

  requireOpen(action?: string): void {
    this.#memory.requireOpen(action);
  }

  put(data: Uint8Array, start: number): void {
    // Without properties of the caller's, such as a `length` that does not tell the truth.
    const bytes = requireBytes(data, 'write');
    const end = start + bytes.length;
    if (this.#file) {
      this.#requireRoom(end);
      this.#file.write(bytes, start);
    } else if (end <= this.maxInMemory) {
      this.#memory.put(bytes, start);
    } else {
      this.#moveToFile(end, (file) => file.write(bytes, start));
    }
  }

  reserve(size: number): void {
    if (!this.#file) this.#memory.reserve(Math.min(size, this.maxInMemory));
  }

  adopt(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#file && bytes.length <= this.maxInMemory) this.#memory.adopt(bytes);
    else this.put(bytes, 0);
  }

  fresh(): SpooledStore {
    return new SpooledStore(Number.POSITIVE_INFINITY, this.maxInMemory, this.#dir);
  }

  absorb(other: SpooledStore, start: number): void {
    this.requireOpen('write');
    const end = start + other.size;
    const source = other.#file;
    if (!source) {
      if (!this.#file && end <= this.maxInMemory) this.#memory.absorb(other.#memory, start);
      else if (other.size > 0) this.put(other.#memory.window(0, other.size), start);
    } else if (this.size === 0 && start === 0) {
      this.#requireRoom(end);
      this.#memory.requireResizable(`grow to ${end} bytes`);
      // An empty stream takes the file over as it is.
      const old = this.#file;
      other.#give();
      this.#take(source);
      old?.close();
    } else if (this.#file) {
      this.#requireRoom(end);
      this.#file.writeAll(source, start);
    } else {
      this.#moveToFile(end, (file) => file.writeAll(source, start));
    }
  }

  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    return (this.#file ?? this.#memory).copy(start, end);
  }

  copyInto(target: Uint8Array, start: number, length: number): void {
    if (this.#file) this.#file.read(requireBytes(target, 'read into').subarray(0, length), start);
    else this.#memory.copyInto(target, start, length);
  }

  indexOfNewline(start: number, end: number): number {
    return (this.#file ?? this.#memory).indexOfNewline(start, end);
  }

  truncate(size: number): void {
    if (this.#file) {
      this.#holders.requireNone(`truncate to ${size}`);
      this.#file.truncate(size);
    } else {
      this.#memory.truncate(size);
    }
  }

  pieces(length: number): Iterable<Uint8Array<ArrayBuffer>> {
    return this.#file ? this.#file.pieces(length) : this.#memory.pieces();
  }

  hold(holder: string): Content {
    if (!this.#file) return this.#memory.hold(holder);
    const release = this.#holders.add(holder);
    // Of the store, so that it is not forgotten, and its file closed, while somebody reads it.
    const copy = (start: number, end: number) => this.copy(start, end);
    return { size: this.size, lend: copy, copy, release };
  }

  lend(): BytesView {
    if (this.#file) throw new UnsupportedOperation(`Cannot get the buffer: ${NOT_IN_MEMORY}`);
    return this.#memory.lend();
  }

  handOver(): Uint8Array<ArrayBuffer> {
    if (this.#file) throw new UnsupportedOperation(`Cannot transfer: ${NOT_IN_MEMORY}`);
    return this.#memory.handOver();
  }

  close(): void {
    this.#holders.requireNone('close');
    this.#memory.close();
    this.#give()?.close();
  }

  /** Moves the content to the file now. Once it is there, nothing happens. */
  rollover(): void {
    this.requireOpen('roll over');
    if (!this.#file) this.#moveToFile(this.size, () => {});
  }

  /** Puts what the file keeps in memory into it. */
  flush(): void {
    this.#file?.flush();
  }

  /** @param change what is done to the content in the file before it counts */
  #moveToFile(end: number, change: (file: SpoolFile) => void): void {
    this.#memory.requireResizable(end > this.size ? `grow to ${end} bytes` : 'move to a file');
    this.#requireWithin(end);
    const file = new SpoolFile(this.#dir, this.#memory.window(0, this.#memory.size));
    try {
      change(file);
    } catch (error) {
      file.close();
      throw error;
    }
    this.#take(file);
  }

  #take(file: SpoolFile): void {
    this.#memory.close();
    this.#memory = new MemoryStore(0);
    forgotten.unregister(this);
    this.#file = file;
    forgotten.register(this, file, this);
  }

  #give(): SpoolFile | undefined {
    const file = this.#file;
    forgotten.unregister(this);
    this.#file = undefined;
    return file;
  }

  #requireRoom(end: number): void {
    if (end <= this.size) return;
    if (this.#holders.any) this.#holders.requireNone(`grow to ${end} bytes`);
    this.#requireWithin(end);
  }

  #requireWithin(size: number): void {
    if (size > this.maxBytes)
      throw new LimitError(`Cannot hold ${size} bytes: maxBytes is ${this.maxBytes}`, 'maxBytes', this.maxBytes);
    if (size > Number.MAX_SAFE_INTEGER) throw rangeError(`Cannot hold ${size} bytes: no file can be that large`);
  }
}

const NOT_IN_MEMORY =
  'the content is larger than maxSize and in a temporary file; getvalue() copies it into memory, stream() and createReadStream(io) read it piece by piece';
