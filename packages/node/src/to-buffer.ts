import { Buffer } from 'node:buffer';
import type { BytesIO } from '@memio/core';
import { requireStream } from './arguments.ts';

/**
 * The whole content as a `Buffer`, whatever the cursor: for libraries that take nothing else. It is a copy, the caller's
 * alone, and no slice of Node's pool.
 *
 * @throws {TypeError} when `io` is not a BytesIO
 * @throws {ClosedError} when `io` is closed
 *
 * @example
 * ```ts
 * const io = new BytesIO(b`hello`);
 * toBuffer(io).toString('hex'); //=> '68656c6c6f'
 * ```
 */
export function toBuffer(io: BytesIO): Buffer<ArrayBuffer> {
  requireStream(io, 'make a Buffer of');
  const { buffer, byteOffset, length } = io.getvalue();
  return Buffer.from(buffer, byteOffset, length);
}
