import { BytesIO } from '@memio/core';
import * as node from '@memio/node';

/** What is handed to somebody, by the expression that makes it of a stream. */
export const HANDED: Record<string, (io: BytesIO) => unknown> = {
  BytesIO: (io) => io,
  'getvalue()': (io) => io.getvalue(),
  'getbuffer()': (io) => io.getbuffer(),
  'stream()': (io) => io.stream(),
  'blob()': (io) => io.blob(),
  'createReadStream()': (io) => node.createReadStream(io),
  'toBuffer()': (io) => node.toBuffer(io),
};

/** A stream that was just written: its cursor is at the end. */
export function written(bytes: Uint8Array): BytesIO {
  const io = new BytesIO();
  io.write(bytes);
  return io;
}
