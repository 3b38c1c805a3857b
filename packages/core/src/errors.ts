/**
 * Every error that memio throws has one of these `code`s. Branch on the code rather than on `instanceof`: two copies of
 * a package may be loaded, and then their classes differ while their codes do not.
 */
export type MemioErrorCode =
  | 'ERR_MEMIO_TYPE'
  | 'ERR_MEMIO_RANGE'
  | 'ERR_MEMIO_SYNTAX'
  | 'ERR_MEMIO_CLOSED'
  | 'ERR_MEMIO_BUFFER'
  | 'ERR_MEMIO_UNSUPPORTED'
  | 'ERR_MEMIO_LIMIT'
  | 'ERR_MEMIO_STATUS'
  | 'ERR_MEMIO_TRUNCATED'
  | 'ERR_MEMIO_OVERRUN'
  | 'ERR_MEMIO_SOURCE'
  | 'ERR_MEMIO_ABORTED'
  | 'ERR_MEMIO_ADAPTER';

/** An error that memio threw: any `Error` with one of memio's codes. */
export type MemioError = Error & { readonly code: MemioErrorCode };

/**
 * Tells whether `error` was thrown by memio, whichever copy of the package threw it; with `code`, whether it is that one.
 *
 * @example
 * ```ts
 * try {
 *   new BytesIO().seek(-1);
 * } catch (error) {
 *   isMemioError(error, 'ERR_MEMIO_RANGE'); //=> true
 * }
 * ```
 */
export function isMemioError(error: unknown, code?: MemioErrorCode): error is MemioError {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return code === undefined ? error.code.startsWith('ERR_MEMIO_') : error.code === code;
}

/** The stream is closed. Python raises `ValueError: I/O operation on closed file` here. */
export class ClosedError extends Error {
  override readonly name = 'ClosedError';
  readonly code = 'ERR_MEMIO_CLOSED';
}

/** A change of size (or `close`) was refused because views from `getbuffer()` are out. Python's `BufferError`. */
export class BufferError extends Error {
  override readonly name = 'BufferError';
  readonly code = 'ERR_MEMIO_BUFFER';
}

/** The operation has no meaning for bytes in memory, as `fileno` has none. Python's `io.UnsupportedOperation`. */
export class UnsupportedOperation extends Error {
  override readonly name = 'UnsupportedOperation';
  readonly code = 'ERR_MEMIO_UNSUPPORTED';
}

/** More bytes, entries or pixels than the caller allowed (`maxBytes` and its like). */
export class LimitError extends Error {
  override readonly name = 'LimitError';
  readonly code = 'ERR_MEMIO_LIMIT';
  /** The budget's option, such as `maxBytes`. */
  readonly limit: string;
  /** What the budget was. */
  readonly allowed: number;
  /** What arrived before the source was cancelled; set where bytes were being taken in. The caller owns it. */
  readonly partial: Uint8Array<ArrayBuffer> | undefined;

  constructor(
    message: string,
    limit: string,
    allowed: number,
    { partial, ...options }: ErrorOptions & { partial?: Uint8Array<ArrayBuffer> } = {},
  ) {
    super(message, options);
    this.limit = limit;
    this.allowed = allowed;
    this.partial = partial;
  }
}

/** `TypeError` with a code: an argument of the wrong type. */
export const typeError = (message: string): TypeError & { code: 'ERR_MEMIO_TYPE' } =>
  Object.assign(new TypeError(message), { code: 'ERR_MEMIO_TYPE' } as const);

/** `RangeError` with a code: a number out of its range (Python's `ValueError`). */
export const rangeError = (message: string, options?: ErrorOptions): RangeError & { code: 'ERR_MEMIO_RANGE' } =>
  Object.assign(new RangeError(message, options), { code: 'ERR_MEMIO_RANGE' } as const);

/** How a value is named in an error message: what it is and, where that is short, which. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return value.length > 32 ? `a string of ${value.length} characters` : `the string ${JSON.stringify(value)}`;
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return `${value}`;
  if (typeof value === 'bigint') return `the bigint ${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return name === 'Object' || !name ? 'an object' : /^[AEIOU]/.test(name) ? `an ${name}` : `a ${name}`;
}
