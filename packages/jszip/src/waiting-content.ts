import type { Source } from '@memio/core';
import { holdContent, rangeError } from '@memio/core/adapter';

/** What four bytes can say; JSZip writes no Zip64. */
export const MOST_BYTES = 0xffffffff;

/** A content that is not in memory yet, and is not read before the archive has come to it. */
export class WaitingContent {
  readonly #content: Source;
  readonly #signal: AbortSignal | undefined;
  #begin: (() => void) | undefined;

  constructor(content: Source, signal: AbortSignal | undefined) {
    this.#content = content;
    this.#signal = signal;
    // A Node.js stream that fails while it waits would end the process. Who reads it is told of the error later.
    const { on } = content as { on?: unknown };
    if (typeof on === 'function') on.call(content, 'error', () => {});
  }

  /** The bytes, some time after `start()`. They are kept nowhere else, so that they are free when JSZip is done. */
  take(): Promise<Uint8Array> {
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    return begun.then(async () => {
      const { bytes } = await holdContent(this.#content, { signal: this.#signal });
      requireSize(bytes.length);
      return bytes;
    });
  }

  start(): void {
    this.#begin?.();
  }
}

export function requireSize(bytes: number): void {
  if (bytes > MOST_BYTES)
    throw rangeError(`Cannot write a ZIP of ${bytes} bytes: ${MOST_BYTES} are the most without Zip64`);
}
