import { describe, typeError } from './errors.ts';

/** What Python calls a bytes-like object: memory, read by its bytes whatever the type of its elements. */
export type BytesLike = ArrayBufferLike | ArrayBufferView<ArrayBufferLike>;

type Getter = (this: unknown) => unknown;

/**
 * Properties of untrusted values are read with the getters of the platform, which look at the memory itself: an own
 * `length`, a spoofed prototype or a Proxy cannot lie about it.
 */
const getter = (prototype: object, name: PropertyKey) =>
  Object.getOwnPropertyDescriptor(prototype, name)!.get as Getter;

const typedArray: Uint8Array = Object.getPrototypeOf(Uint8Array.prototype);
const gettersOf = (prototype: object) => ({
  buffer: getter(prototype, 'buffer') as (this: unknown) => ArrayBuffer,
  byteOffset: getter(prototype, 'byteOffset') as (this: unknown) => number,
  byteLength: getter(prototype, 'byteLength') as (this: unknown) => number,
});
const array = gettersOf(typedArray);
const dataView = gettersOf(DataView.prototype);
const { at } = typedArray;
/** The second is not there in pages that are not isolated. */
const { SharedArrayBuffer: Shared } = globalThis as { SharedArrayBuffer?: SharedArrayBufferConstructor };
const lengthOfBuffer = getter(ArrayBuffer.prototype, 'byteLength');
const lengthOfShared = Shared && getter(Shared.prototype, 'byteLength');

/** `kindOf.call(value)` is the name of the class of a typed array, of whatever realm, and `undefined` for all else. */
export const kindOf = getter(typedArray, Symbol.toStringTag) as (this: unknown) => string | undefined;
const lengthOf = getter(typedArray, 'length') as (this: unknown) => number;

/**
 * The number of elements of a typed array, by its memory; 0 when that was detached.
 *
 * @throws {TypeError} for what only inherits from one
 */
export function trueLength(array: Uint8Array): number {
  try {
    return lengthOf.call(array);
  } catch (cause) {
    throw typeError(`Cannot use ${describe(array)}: it is not a typed array`, { cause });
  }
}

/** `copyTo.call(target, source)` is `target.set(source)`. */
export const copyTo = typedArray.set as (this: Uint8Array, source: Uint8Array, offset?: number) => void;

/**
 * The bytes that `value` covers: a `Uint8Array` on the same memory, of fixed length and without properties of its own.
 * `undefined` if `value` is not bytes-like.
 *
 * @throws {TypeError} when the memory of `value` was detached, or has shrunk below it
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) {
    const getters = kindOf.call(value) ? array : dataView;
    try {
      const length = getters.byteLength.call(value);
      // Only of an empty array can the memory be gone: `at` throws then, and a DataView has thrown before.
      if (length === 0 && getters === array) at.call(value as Uint8Array, 0);
      return new Uint8Array(getters.buffer.call(value), getters.byteOffset.call(value), length);
    } catch (cause) {
      throw detached(value, cause);
    }
  }
  if (!isBuffer(value)) return undefined;
  try {
    return new Uint8Array(value);
  } catch (cause) {
    throw detached(value, cause);
  }
}

/** `bytesOf`, or a `TypeError` that names the action and the cure. */
export function requireBytes(value: unknown, action: string): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes) return bytes;
  throw typeError(`Cannot ${action} ${describe(value)}: expected an ArrayBuffer or a view of one; ${cureFor(value)}`);
}

const isBuffer = (value: unknown): value is ArrayBufferLike =>
  isPlainBuffer(value) || (lengthOfShared !== undefined && answers(lengthOfShared, value));

/** Whether `value` is an `ArrayBuffer`, of this or another realm (an iframe, a vm context). */
export const isPlainBuffer = (value: unknown): value is ArrayBuffer => answers(lengthOfBuffer, value);

/** By its brand: neither `instanceof` nor `Symbol.toStringTag` can be trusted. */
function answers(get: Getter, value: unknown): boolean {
  if (Object(value) !== value) return false;
  try {
    get.call(value);
    return true;
  } catch {
    return false;
  }
}

const detached = (value: unknown, cause: unknown) =>
  typeError(`Cannot use ${describe(value)}: its memory was detached (transferred away) or has shrunk`, { cause });

/** What to write instead of a value that is neither bytes nor a source of bytes. */
export function cureFor(value: unknown): string {
  if (typeof value === 'string') return 'encode text with new TextEncoder(), and load() a path with @memio/node';
  if (typeof value === 'function') return 'call it, and pass what it returns';
  const has = (name: string) => typeof (value as Record<string, unknown> | null | undefined)?.[name] === 'function';
  if (has('then')) return 'await it first';
  if (has('getvalue')) return 'pass its getvalue(), or use writeFrom()';
  return Object(value) === value
    ? 'read a source with BytesIO.from() or writeFrom()'
    : 'encode text with new TextEncoder()';
}
