/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The memory of a `BytesIO`, without a copy: Python's `memoryview` from `getbuffer()`. A real `Uint8Array` that aliases
 * the stream's bytes: what is written to either is seen by both until the view is released.
 *
 * Until it is released, whatever would change the stream's size (or close it) throws `BufferError`. Methods that derive an
 * array (`map`, `slice`, `subarray`) give a plain `Uint8Array`; one from `subarray` aliases the same memory and does not
 * count as a view.
 *
 * @example
 * ```ts
 * const io = new BytesIO(b`hello`);
 * const view = io.getbuffer();
 * try {
 *   view[0] = 0x4a;
 * } finally {
 *   view.release(); // `using view = …` does it where the language has it
 * }
 * io.getvalue(); //=> b`Jello`
 * ```
 */
export class BytesView extends Uint8Array<ArrayBuffer> {
  #release: (() => void) | undefined;

  /** What `slice` and its like make is a plain array. */
  static get [Symbol.species](): Uint8ArrayConstructor {
    return Uint8Array;
  }

  /** @internal Views come from `BytesIO.getbuffer()`. */
  constructor(buffer: ArrayBuffer, byteOffset?: number, length?: number, release?: () => void) {
    super(buffer, byteOffset, length);
    this.#release = release;
  }

  /**
   * Gives the view back, so that the stream may change its size again. Calling it twice is harmless. The memory stays
   * valid: this array can be read on, but may or may not show what is written to the stream from then on.
   */
  release(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }

  /** `release()`, for `using view = stream.getbuffer()`. */
  [Symbol.dispose](): void {
    this.release();
  }
}
