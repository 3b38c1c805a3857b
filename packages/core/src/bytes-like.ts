import { describe, typeError } from './errors.ts';

/** What Python calls a bytes-like object: memory, taken by its bytes whatever the type of its elements. */
export type BytesLike = ArrayBufferLike | ArrayBufferView<ArrayBufferLike>;

/** The bytes that `value` covers, without copying them; `undefined` if it is not bytes-like. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  // By brand and not by `instanceof`: a buffer from another realm (an iframe, a vm context) is one too.
  const brand = Object.prototype.toString.call(value);
  if (brand === '[object ArrayBuffer]' || brand === '[object SharedArrayBuffer]')
    return new Uint8Array(value as ArrayBuffer);
  return undefined;
}

/** `bytesOf`, or a `TypeError` that names the action and, for a string, the two ways out. */
export function requireBytes(value: unknown, action: string): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes) return bytes;
  const cure =
    typeof value === 'string'
      ? ': encode it with new TextEncoder().encode(text), or write b`…`'
      : ': expected an ArrayBuffer or a view on one';
  throw typeError(`Cannot ${action} ${describe(value)}${cure}`);
}
