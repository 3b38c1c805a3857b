import type { BytesIO } from './bytes-io.ts';
import type { Basin } from './ingest.ts';

/** Beyond, writing each chunk as it comes is faster than one copy of all at the end, and takes half the memory. */
const MOST_KEPT = 32 * 1024 * 1024;
/** A declared length is believed up to here; a lie costs no more. */
const MOST_BELIEVED = 64 * 1024 * 1024;

/** Keeps the chunks, to be placed in one step: for a stream that must not change until all have come. */
export class KeptChunks implements Basin {
  readonly chunks: Uint8Array[] = [];

  expect(): void {}

  take(chunk: Uint8Array, owned: boolean): void {
    this.chunks.push(owned ? chunk : chunk.slice());
  }

  partial(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.chunks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const chunk of this.chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }
}

/** Fills a stream that nobody else has yet: every byte is copied once. */
export class FreshStream implements Basin {
  readonly #stream: BytesIO;
  readonly #place: (chunks: readonly Uint8Array[], room?: number) => void;
  #kept: Uint8Array[] | undefined = [];
  #length = 0;

  constructor(stream: BytesIO, place: (chunks: readonly Uint8Array[], room?: number) => void) {
    this.#stream = stream;
    this.#place = place;
  }

  expect(length: number): void {
    this.#place([], Math.min(length, MOST_BELIEVED));
    this.#kept = undefined;
  }

  take(chunk: Uint8Array, owned: boolean): void {
    this.#length += chunk.length;
    if (!owned || this.#length > MOST_KEPT) this.end();
    if (this.#kept) this.#kept.push(chunk);
    else this.#stream.write(chunk);
  }

  partial(): Uint8Array<ArrayBuffer> {
    this.end();
    return this.#stream.getvalue();
  }

  /** Places what was kept; from then on chunks are written as they come. */
  end(): void {
    if (this.#kept) this.#place(this.#kept);
    this.#kept = undefined;
  }
}
