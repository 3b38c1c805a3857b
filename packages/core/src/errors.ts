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
  | 'ERR_MEMIO_ADAPTER'
  | 'ERR_MEMIO_SPOOL';

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
  if (!(error instanceof Error)) return false;
  const actual = String((error as { code?: unknown }).code);
  return code === undefined ? actual.startsWith('ERR_MEMIO_') : actual === code;
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
  /** What had arrived before the source was cancelled, where bytes were being taken in. The caller's alone. */
  readonly partial: Uint8Array<ArrayBuffer> | undefined;

  /** For adapters, which have budgets of their own. */
  constructor(message: string, limit: string, allowed: number, partial?: Uint8Array<ArrayBuffer>) {
    super(message);
    this.limit = limit;
    this.allowed = allowed;
    this.partial = partial;
  }
}

/** A source of bytes failed, was aborted, or did not yield as many bytes as were expected. */
export class IngestError extends Error {
  override readonly name = 'IngestError';
  readonly code: MemioErrorCode;
  /** What had arrived. The caller's alone. */
  readonly partial: Uint8Array<ArrayBuffer>;
  /** How many bytes were expected, where that was known. */
  readonly expected: number | undefined;

  /** For code that takes bytes in by itself. */
  constructor(
    message: string,
    code: MemioErrorCode,
    partial: Uint8Array<ArrayBuffer>,
    expected?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.partial = partial;
    this.expected = expected;
  }
}

const coded = <Of extends Error, Code extends MemioErrorCode>(error: Of, code: Code): Of & { code: Code } =>
  Object.assign(error, { code });

/** An argument of the wrong type. */
export const typeError = (message: string): TypeError & MemioError => coded(new TypeError(message), 'ERR_MEMIO_TYPE');

/** A number out of its range (Python's `ValueError`). */
export const rangeError = (message: string, options?: ErrorOptions): RangeError & MemioError =>
  coded(new RangeError(message, options), 'ERR_MEMIO_RANGE');

export const syntaxError = (message: string): SyntaxError & MemioError =>
  coded(new SyntaxError(message), 'ERR_MEMIO_SYNTAX');

/** How a value is named in a message; a long string by its beginning. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (Object(value) !== value) return String(value) + (typeof value === 'bigint' ? 'n' : '');
  return `an instance of ${Object.getPrototypeOf(value)?.constructor?.name}`;
}
