import { BytesIO, type Source } from '@memio/core';
import { holdContent } from '@memio/core/adapter';
import type { PackedEntry, Packer } from './packer.ts';
import { PulledStream } from './pulled-stream.ts';
import { requireSize } from './zip32.ts';

/** The content of an entry. It is not touched before the archive has come to it. */
export abstract class Content {
  /** Whether it may be started ahead of the archive: nothing has to be read into memory for it. */
  readonly inMemory: boolean = false;
  #begin: (() => void) | undefined;

  /** What JSZip writes as it is. */
  abstract packed(packer: Packer, signal: AbortSignal): PackedEntry;

  /** What JSZip packs by itself. */
  abstract unpacked(signal: AbortSignal): Promise<Uint8Array> | PulledStream;

  /** Lets go of it, whether it was read or not. */
  abstract release(): void;

  /** The archive has come to it, or will soon. */
  start(): void {
    this.#begin?.();
  }

  protected started(): Promise<void> {
    return new Promise((resolve) => {
      this.#begin = resolve;
    });
  }
}

export class ContentInMemory extends Content {
  override readonly inMemory = true;
  readonly #bytes: Uint8Array;
  readonly release: () => void;

  constructor(bytes: Uint8Array, release: () => void = () => {}) {
    super();
    this.#bytes = bytes;
    this.release = release;
  }

  packed(packer: Packer): PackedEntry {
    return packer.memory(this.unpacked());
  }

  unpacked(): Promise<Uint8Array> {
    return this.started().then(() => this.#bytes);
  }
}

export class ContentToRead extends Content {
  #source: Source | undefined;

  constructor(source: Source) {
    super();
    this.#source = source;
    // A Node.js stream that fails while it waits would end the process. Who reads it is told of the error later.
    const { on } = source as { on?: unknown };
    if (typeof on === 'function') on.call(source, 'error', () => {});
  }

  packed(packer: Packer, signal: AbortSignal): PackedEntry {
    return packer.stream(() => this.#take(), signal);
  }

  /** The bytes are kept nowhere else, so that they are free when JSZip is done. */
  async unpacked(signal: AbortSignal): Promise<Uint8Array> {
    await this.started();
    const { bytes } = await holdContent(this.#take(), { signal });
    requireSize(bytes.length);
    return bytes;
  }

  /** A content that the archive never came to is cancelled: its connection, or file, would stay open. */
  release(): void {
    if (this.#source) BytesIO.from(this.#take(), { signal: AbortSignal.abort() }).catch(() => {});
  }

  #take(): Source {
    const source = this.#source!;
    this.#source = undefined;
    return source;
  }
}

/** A `SpooledBytesIO` that has moved to a file: all of it, whatever its cursor. */
export class ContentOnDisk extends Content {
  readonly #stream: BytesIO;
  #pulled: PulledStream | undefined;

  constructor(stream: BytesIO) {
    super();
    this.#stream = stream;
  }

  packed(packer: Packer, signal: AbortSignal): PackedEntry {
    return packer.stream(() => this.#stream.stream(), signal);
  }

  unpacked(): PulledStream {
    this.#pulled = new PulledStream(this.#stream);
    return this.#pulled;
  }

  release(): void {
    this.#pulled?.release();
  }
}
