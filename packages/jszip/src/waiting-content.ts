import { BytesIO, type Source } from '@memio/core';
import { holdContent } from '@memio/core/adapter';
import { requireSize } from './zip32.ts';

/** A content that is not touched before the archive has come to it. */
export abstract class WaitingContent {
  /** Whether it may be started early: nothing has to be read into memory for it. */
  abstract readonly inMemory: boolean;
  #begin: (() => void) | undefined;

  /** The bytes, some time after `start()`. They are kept nowhere else, so that they are free when JSZip is done. */
  take(): Promise<Uint8Array> {
    const begun = new Promise<void>((resolve) => {
      this.#begin = resolve;
    });
    return begun.then(() => this.read());
  }

  start(): void {
    this.#begin?.();
  }

  protected abstract read(): Promise<Uint8Array>;

  /** Lets go of it, whether it was read or not. */
  abstract release(): void;
}

export class ContentInMemory extends WaitingContent {
  readonly inMemory = true;
  readonly #bytes: Uint8Array;
  readonly release: () => void;

  constructor(bytes: Uint8Array, release: () => void = () => {}) {
    super();
    this.#bytes = bytes;
    this.release = release;
  }

  protected async read(): Promise<Uint8Array> {
    return this.#bytes;
  }
}

export class ContentToRead extends WaitingContent {
  readonly inMemory = false;
  readonly #signal: AbortSignal | undefined;
  #content: Source | undefined;

  constructor(content: Source, signal: AbortSignal | undefined) {
    super();
    this.#content = content;
    this.#signal = signal;
    // A Node.js stream that fails while it waits would end the process. Who reads it is told of the error later.
    const { on } = content as { on?: unknown };
    if (typeof on === 'function') on.call(content, 'error', () => {});
  }

  protected async read(): Promise<Uint8Array> {
    const content = this.#content!;
    this.#content = undefined;
    const { bytes } = await holdContent(content, { signal: this.#signal });
    requireSize(bytes.length);
    return bytes;
  }

  /** A content that the archive never came to is cancelled: its connection, or file, would stay open. */
  release(): void {
    if (this.#content) BytesIO.from(this.#content, { signal: AbortSignal.abort() }).catch(() => {});
    this.#content = undefined;
  }
}
