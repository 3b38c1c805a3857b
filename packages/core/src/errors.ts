/** The class of every `code`; what follows a `code` is in the docstring of its class. */
interface ErrorOfCode {
  ERR_MEMIO_TYPE: TypeError & Coded<'ERR_MEMIO_TYPE'>;
  ERR_MEMIO_RANGE: RangeError & Coded<'ERR_MEMIO_RANGE'>;
  ERR_MEMIO_SYNTAX: SyntaxError & Coded<'ERR_MEMIO_SYNTAX'>;
  ERR_MEMIO_CLOSED: ClosedError;
  ERR_MEMIO_BUFFER: BufferError;
  ERR_MEMIO_UNSUPPORTED: UnsupportedOperation;
  ERR_MEMIO_LIMIT: LimitError;
  ERR_MEMIO_STATUS: SourceError & Coded<'ERR_MEMIO_STATUS'>;
  ERR_MEMIO_TRUNCATED: SourceError & Coded<'ERR_MEMIO_TRUNCATED'>;
  ERR_MEMIO_OVERRUN: SourceError & Coded<'ERR_MEMIO_OVERRUN'>;
  ERR_MEMIO_SOURCE: SourceError & Coded<'ERR_MEMIO_SOURCE'>;
  ERR_MEMIO_DATA: DataError;
  ERR_MEMIO_ADAPTER: AdapterError;
  ERR_MEMIO_SPOOL: Error & Coded<'ERR_MEMIO_SPOOL'>;
}

interface Coded<Code> {
  readonly code: Code;
}

/**
 * Every error that memio throws has one of these `code`s. Branch on the code rather than on `instanceof`: two copies of
 * a package may be loaded, and then their classes differ while their codes do not.
 */
export type MemioErrorCode = keyof ErrorOfCode;

/** An error that memio threw; with `Code`, one that has this code. */
export type MemioError<Code extends MemioErrorCode = MemioErrorCode> = ErrorOfCode[Code];

/**
 * Tells whether memio threw `error`, whichever copy of the package did; with `code`, whether it has this code. The type
 * narrows to the class of the code.
 *
 * @example
 * ```ts
 * try {
 *   new BytesIO(undefined, { maxBytes: 3 }).write(b`four`);
 * } catch (error) {
 *   if (isMemioError(error, 'ERR_MEMIO_LIMIT')) error.allowed; //=> 3
 * }
 * ```
 */
export function isMemioError<Code extends MemioErrorCode = MemioErrorCode>(
  error: unknown,
  code?: Code,
): error is MemioError<Code> {
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

/**
 * A source of bytes failed (`ERR_MEMIO_SOURCE`), ended before or after the expected length (`ERR_MEMIO_TRUNCATED`,
 * `ERR_MEMIO_OVERRUN`), or is the response to a request that failed (`ERR_MEMIO_STATUS`).
 */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: 'ERR_MEMIO_STATUS' | 'ERR_MEMIO_TRUNCATED' | 'ERR_MEMIO_OVERRUN' | 'ERR_MEMIO_SOURCE';
  /** What had arrived. The caller's alone. */
  readonly partial: Uint8Array<ArrayBuffer>;
  /** How many bytes were expected, where that was known. */
  readonly expected: number | undefined;

  /** For code that reads a source by itself. */
  constructor(
    message: string,
    code: SourceError['code'],
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

/** Names the adapter function that failed: the one that the caller called, when one adapter is built on another. */
export interface Operation {
  /** The package, such as `@memio/pngjs`. */
  adapter: string;
  /** The function, such as `readPng`. */
  operation: string;
}

/** The bytes are not what the format allows: damaged, truncated, or of a kind that is not supported. */
export class DataError extends Error {
  override readonly name = 'DataError';
  readonly code = 'ERR_MEMIO_DATA';
  /** The package that read the bytes, such as `@memio/pngjs`; `undefined` where no adapter was involved. */
  readonly adapter: string | undefined;
  /** The function that read them, such as `readPng`. */
  readonly operation: string | undefined;

  /** For adapters. `readBytes` and `writeChunks` add the operation to one that has none. */
  constructor(message: string, { adapter, operation, ...options }: ErrorOptions & Partial<Operation> = {}) {
    super(message, options);
    this.adapter = adapter;
    this.operation = operation;
  }
}

/** The host library failed, and neither the caller's arguments nor the bytes are known to be the cause. */
export class AdapterError extends Error {
  override readonly name = 'AdapterError';
  readonly code = 'ERR_MEMIO_ADAPTER';
  /** The package, such as `@memio/pngjs`. */
  readonly adapter: string;
  /** The function, such as `readPng`. */
  readonly operation: string;

  /** For code that `writeChunks` and `readBytes` do not fit; these two throw it by themselves. */
  constructor(message: string, { adapter, operation, ...options }: ErrorOptions & Operation) {
    super(message, options);
    this.adapter = adapter;
    this.operation = operation;
  }
}

const coded = <Of extends Error, Code extends MemioErrorCode>(error: Of, code: Code): Of & Coded<Code> =>
  Object.assign(error, { code });

/** An argument of the wrong type. */
export const typeError = (message: string, options?: ErrorOptions): MemioError<'ERR_MEMIO_TYPE'> =>
  coded(new TypeError(message, options), 'ERR_MEMIO_TYPE');

/** A number out of its range (Python's `ValueError`). */
export const rangeError = (message: string, options?: ErrorOptions): MemioError<'ERR_MEMIO_RANGE'> =>
  coded(new RangeError(message, options), 'ERR_MEMIO_RANGE');

export const syntaxError = (message: string): MemioError<'ERR_MEMIO_SYNTAX'> =>
  coded(new SyntaxError(message), 'ERR_MEMIO_SYNTAX');

/** How a value is named in a message; a long string by its beginning. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 40))}`;
  if (Object(value) !== value) return String(value) + (typeof value === 'bigint' ? 'n' : '');
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== 'Object' ? `an instance of ${name}` : 'an object';
}
