import { Deflater } from '@memio/formats';
import type { ImageStream } from './picture.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** In bytes. */
const BLOCK = 65_536;

/** Compresses rows that are written one by one; it holds one block of them, and what has been compressed. */
export class RowDeflater {
  readonly #deflater = new Deflater();
  #full: Bytes[] = [];
  #block: Bytes;
  #filled = 0;

  constructor(rowLength: number) {
    this.#block = new Uint8Array(Math.max(BLOCK, rowLength));
  }

  /** Room for the next row, filled with zeros: a filter byte and filtered bytes. */
  row(length: number): Bytes {
    if (this.#filled + length > this.#block.length) {
      this.#full.push(this.#block.subarray(0, this.#filled));
      // The compressor may still read from the last one.
      this.#block = new Uint8Array(this.#block.length);
      this.#filled = 0;
    }
    this.#filled += length;
    return this.#block.subarray(this.#filled - length, this.#filled);
  }

  /** Compresses full blocks, where there are any. */
  drain(): Promise<void> | undefined {
    return this.#full.length > 0 ? this.#write() : undefined;
  }

  async #write(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    for (const block of full) await this.#deflater.write(block);
  }

  async finish(): Promise<ImageStream> {
    this.#full.push(this.#block.subarray(0, this.#filled));
    await this.#write();
    return { filter: 'FlateDecode', filteredRows: true, pieces: await this.#deflater.finish() };
  }

  abort(): void {
    this.#deflater.abort();
  }
}
