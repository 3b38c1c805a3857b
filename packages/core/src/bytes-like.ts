import { describe, typeError } from './errors.ts';

/** What Python calls a bytes-like object: memory, taken by its bytes whatever the type of its elements. */
export type BytesLike = ArrayBufferLike | ArrayBufferView<ArrayBufferLike>;

/** The bytes that `value` covers, without copying them; `undefined` if it is not bytes-like. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  // By brand and not by `instanceof`: a buffer from another realm (an iframe, a vm context) is one too.
  const brand = Object.prototype.toString.call(value);
  return /^\[object (Shared)?ArrayBuffer]$/.test(brand) ? new Uint8Array(value as ArrayBuffer) : undefined;
}

/** `bytesOf`, or a `TypeError` that names the action and the ways out. */
export function requireBytes(value: unknown, action: string): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes) return bytes;
  throw typeError(
    `Cannot ${action} ${describe(value)}: expected an ArrayBuffer or a view on one; encode text with new TextEncoder() or b\`…\``,
  );
}
