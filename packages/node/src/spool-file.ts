import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rangeError } from '@memio/core/adapter';

const PAGE = 65_536;
/** How much is copied from file to file at a time. */
const COPIED = 1024 * 1024;
/** The most that one system call is asked for: Node.js takes less than 2 GiB. */
const MOST = 2 ** 30;
const NEWLINE = 0x0a;
/** On Windows a file cannot be removed while a virus scanner reads it, which takes a moment. */
const REMOVAL = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 };

/**
 * The bytes of a stream in a temporary file, 0600 in a directory of its own, with one page of it in memory so that small
 * reads and writes need no system call each.
 *
 * Invariants
 * 1. The content is the file's `[0, size)` and over it the page, `[start, end)`, without which the file may be shorter.
 * 2. A page that is not `dirty` says what the file says. A dirty one is only given up once it is in the file, so that a
 *    disk that is full loses nothing: reads look at both.
 * 3. What throws has changed neither the content nor the size.
 */
export class SpoolFile {
  size = 0;
  readonly path: string;
  readonly #parent: string | undefined;
  readonly #directory: string;
  readonly #file: number;
  /** Whether there is still a name to remove. Another process may make a directory of the same name once it is gone. */
  #named = true;
  // A Buffer, since its `indexOf` is several times as fast. It has its memory for itself and is shown to nobody.
  readonly #page: Buffer = Buffer.allocUnsafeSlow(PAGE);
  #start = 0;
  #end = 0;
  #dirty = false;

  /**
   * @param parent the directory in which to make the file's own; by default that of the system
   * @param content what the file begins with
   */
  constructor(parent: string | undefined, content: Uint8Array) {
    this.#parent = parent;
    const template = resolve(parent ?? tmpdir(), 'memio-');
    this.#directory = attempt('make', `${template}XXXXXX`, () => mkdtempSync(template));
    this.path = join(this.#directory, 'spool');
    try {
      this.#file = attempt('make', this.path, () => openSync(this.path, 'wx+', 0o600));
    } catch (error) {
      rmSync(this.#directory, { recursive: true, force: true });
      throw error;
    }
    // An open file needs no name. Where the system keeps it until the file is closed, as Windows and NFS may, the file is
    // closed at the exit of the process at the latest.
    this.#named = !this.#removeName();
    if (this.#named) closeAtExit(this);
    try {
      this.#put(content, 0);
    } catch (error) {
      this.close();
      throw error;
    }
    this.size = content.length;
  }

  /** Fills `target` with the bytes from `at` on, all of them below `size`. */
  read(target: Uint8Array, at: number): void {
    const end = at + target.length;
    if (target.length < PAGE && !this.#holds(at, end)) this.#load(at);
    if (this.#holds(at, end)) {
      target.set(this.#page.subarray(at - this.#start, end - this.#start));
      return;
    }
    this.#get(target, at);
    const from = Math.max(at, this.#start);
    const to = Math.min(end, this.#end);
    if (from < to) target.set(this.#page.subarray(from - this.#start, to - this.#start), from - at);
  }

  /** A copy of `[start, end)`. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer> {
    let bytes: Uint8Array<ArrayBuffer>;
    try {
      bytes = new Uint8Array(end - start);
    } catch (cause) {
      throw rangeError(`Cannot read ${end - start} bytes: the engine cannot allocate that much`, { cause });
    }
    this.read(bytes, start);
    return bytes;
  }

  /** The index of the first `\n` in `[start, end)`, or -1. */
  indexOfNewline(start: number, end: number): number {
    for (let at = start; at < end; ) {
      const bytes = this.#some(at, end);
      const index = bytes.indexOf(NEWLINE);
      if (index >= 0) return at + index;
      at += bytes.length;
    }
    return -1;
  }

  /** Writes all of `bytes` at `at`; a gap before it is zeros. */
  write(bytes: Uint8Array, at: number): void {
    const before = this.size;
    const end = at + bytes.length;
    try {
      // At once and not with the page, so that a file system which refuses such a file does it before anything is taken.
      if (at > before) this.#resize(at, end);
      if (bytes.length < PAGE) this.#writePage(bytes, at, end);
      else this.#writeThrough(bytes, at, end);
    } catch (error) {
      if (end > before) this.#resize(before, before);
      throw error;
    }
    this.size = Math.max(before, end);
  }

  /** Writes all of `source` at `at`: all of it, or nothing. */
  writeAll(source: SpoolFile, at: number): void {
    const before = this.size;
    const old = at < before ? this.#excerpt(at, Math.min(at + source.size, before)) : undefined;
    try {
      this.#pour(source, at);
    } catch (error) {
      if (this.size > before) this.truncate(before);
      if (old) this.#pour(old, at);
      throw error;
    } finally {
      old?.close();
    }
  }

  /** Copies of all that is in the file, in order, of `length` bytes but for the last. */
  *pieces(length: number): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (let at = 0; at < this.size; at += length) yield this.copy(at, Math.min(at + length, this.size));
  }

  truncate(size: number): void {
    this.#resize(size, size);
    this.#end = Math.min(this.#end, Math.max(size, this.#start));
    this.size = size;
  }

  /** Puts the page into the file. */
  flush(): void {
    if (!this.#dirty) return;
    this.#put(this.#page.subarray(0, this.#end - this.#start), this.#start);
    this.#dirty = false;
  }

  /** Gives the file back, and removes its name where there is still one. */
  close(): void {
    open.delete(this);
    try {
      closeSync(this.#file);
    } catch {
      // That a late write to the disk has failed does not matter: nobody needs the bytes any more.
    }
    if (this.#named) attempt('remove', this.path, () => rmSync(this.#directory, REMOVAL));
  }

  #removeName(): boolean {
    try {
      unlinkSync(this.path);
      rmdirSync(this.#directory);
      return true;
    } catch {
      return false;
    }
  }

  #pour(source: SpoolFile, to: number): void {
    let at = to;
    for (const piece of source.pieces(COPIED)) {
      this.write(piece, at);
      at += piece.length;
    }
  }

  #excerpt(start: number, end: number): SpoolFile {
    const excerpt = new SpoolFile(this.#parent, new Uint8Array(0));
    try {
      for (let at = start; at < end; at += COPIED) excerpt.write(this.copy(at, Math.min(at + COPIED, end)), at - start);
    } catch (error) {
      excerpt.close();
      throw error;
    }
    return excerpt;
  }

  #holds(start: number, end: number): boolean {
    return start >= this.#start && end <= this.#end;
  }

  /** Some of the bytes of `[start, end)`, from `start` on: an alias that is valid until the next call. */
  #some(start: number, end: number): Uint8Array {
    if (!this.#holds(start, start + 1)) this.#load(start);
    if (!this.#holds(start, start + 1)) return this.copy(start, Math.min(start + PAGE, end));
    return this.#page.subarray(start - this.#start, Math.min(end, this.#end) - this.#start);
  }

  /** Moves the page to `at`, unless what is in it cannot be put into the file: then the next write will tell. */
  #load(at: number): void {
    try {
      this.flush();
    } catch {
      return;
    }
    this.#start = at;
    this.#end = at;
    const length = Math.min(PAGE, this.size - at);
    this.#get(this.#page.subarray(0, length), at);
    this.#end = at + length;
  }

  #writePage(bytes: Uint8Array, at: number, end: number): void {
    if (at < this.#start || at > this.#end || end > this.#start + PAGE) {
      this.flush();
      this.#start = at;
      this.#end = at;
    }
    this.#page.set(bytes, at - this.#start);
    this.#end = Math.max(this.#end, end);
    this.#dirty = true;
  }

  #writeThrough(bytes: Uint8Array, at: number, end: number): void {
    this.flush();
    const old = at < this.size ? this.copy(at, Math.min(end, this.size)) : undefined;
    this.#start = 0;
    this.#end = 0;
    try {
      this.#put(bytes, at);
    } catch (error) {
      if (old) this.#put(old, at);
      throw error;
    }
  }

  /** What the file has of `target`. */
  #get(target: Uint8Array, at: number): void {
    attempt('read', this.path, () => {
      for (let length = 0; length < target.length; ) {
        const count = readSync(this.#file, target, length, Math.min(target.length - length, MOST), at + length);
        if (count === 0) break;
        length += count;
      }
    });
  }

  #put(bytes: Uint8Array, at: number): void {
    attempt(
      'write to',
      this.path,
      () => {
        for (let length = 0; length < bytes.length; )
          length += writeSync(this.#file, bytes, length, Math.min(bytes.length - length, MOST), at + length);
      },
      at + bytes.length,
    );
  }

  #resize(size: number, needed: number): void {
    attempt('resize', this.path, () => ftruncateSync(this.#file, size), needed);
  }
}

/** @param needed the size of the file that the call asks for */
function attempt<Result>(action: string, path: string, call: () => Result, needed?: number): Result {
  try {
    return call();
  } catch (error) {
    const cause = error as NodeJS.ErrnoException;
    if (cause.code === 'EFBIG')
      throw rangeError(`Cannot hold ${needed} bytes: the file system refuses a file of that size`, { cause });
    const message = `Cannot ${action} the temporary file ${path}: ${cause.message}`;
    throw Object.assign(new Error(message, { cause }), { code: 'ERR_MEMIO_SPOOL' });
  }
}

const open = new Set<SpoolFile>();
let listening = false;

/** One listener for all files: Node.js warns of a leak from the eleventh on. */
function closeAtExit(file: SpoolFile): void {
  if (!listening) process.on('exit', closeAll);
  listening = true;
  open.add(file);
}

function closeAll(): void {
  for (const file of open) {
    try {
      file.close();
    } catch {
      // The process ends, and the other files have to go as well.
    }
  }
}
