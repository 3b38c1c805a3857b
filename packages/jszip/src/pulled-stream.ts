import type { BytesIO } from '@memio/core';

type Listener = (value?: unknown) => void;

/**
 * What JSZip takes for a Node.js stream, for content that is not in memory: it is read a chunk at a time, when the
 * archive has come to it.
 */
export class PulledStream {
  readonly #content: BytesIO;
  readonly #listeners = new Map<string, Listener>();
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #flowing = false;
  #reading = false;

  constructor(content: BytesIO) {
    this.#content = content;
  }

  on(event: string, listener: Listener): this {
    this.#listeners.set(event, listener);
    return this;
  }

  pause(): void {
    this.#flowing = false;
  }

  resume(): void {
    this.#flowing = true;
    if (!this.#reading) this.#read();
  }

  /** Ends the reading, at its end or before. */
  release(): void {
    this.#flowing = false;
    this.#reader?.cancel().catch(() => {});
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      this.#reader ??= this.#content.stream().getReader();
      while (this.#flowing) {
        const { done, value } = await this.#reader.read();
        this.#listeners.get(done ? 'end' : 'data')?.(value);
        if (done) return;
      }
    } catch (error) {
      this.#listeners.get('error')?.(error);
    }
    this.#reading = false;
  }
}
