import type { BytesIO } from '@memio/core';

/** The whole content of a stream, held: until `release()`, a change of the stream's size is a `BufferError`. */
export interface Content {
  readonly size: number;
  /** The bytes of `[start, end)`, an alias of the stream's memory where they are in memory. */
  lend(start: number, end: number): Uint8Array<ArrayBuffer>;
  /** The bytes of `[start, end)`, the caller's alone. */
  copy(start: number, end: number): Uint8Array<ArrayBuffer>;
  /** May be called twice. */
  release(): void;
}

/** The method of a stream that may have no view to give. By name, since another copy of the package may have made it. */
export const CONTENT: unique symbol = Symbol.for('@memio/node/content') as never;

/** @throws {ClosedError} when `io` is closed */
export function openContent(io: BytesIO): Content {
  const open = (io as { [CONTENT]?(): Content | undefined })[CONTENT];
  return open?.call(io) ?? contentInMemory(io);
}

function contentInMemory(io: BytesIO): Content {
  const view = io.getbuffer();
  return {
    size: view.length,
    lend: (start, end) => view.subarray(start, end),
    copy: (start, end) => view.slice(start, end),
    release: () => view.release(),
  };
}
