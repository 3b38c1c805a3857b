import { requireOptions } from './arguments.ts';
import { describe, rangeError, typeError } from './errors.ts';

/** Options of `toBase64`, those of `Uint8Array.prototype.toBase64`. */
export interface Base64Options {
  /** `'base64url'` has `-` and `_` where `'base64'`, the default, has `+` and `/`. */
  alphabet?: 'base64' | 'base64url' | undefined;
  /** Whether the `=` at the end are left out. Default: `false`. */
  omitPadding?: boolean | undefined;
}

/** A multiple of 3, so that what is encoded piece by piece can be joined; arguments of a call have to fit on the stack. */
const PIECE = 24_576;

/** Its `toString('base64')` is several times as fast as `btoa`. */
type BufferClass = {
  from(buffer: ArrayBuffer, offset: number, length: number): { toString(encoding: string): string };
};
const { Buffer } = globalThis as unknown as { Buffer?: BufferClass };

/** @param pieces have a multiple of 3 bytes, except for the last */
export function base64Of(pieces: Iterable<Uint8Array<ArrayBuffer>>, options: Base64Options): string {
  requireOptions(options, 'encode as base64', ['alphabet', 'omitPadding']);
  const { alphabet = 'base64', omitPadding = false } = options;
  if (alphabet !== 'base64' && alphabet !== 'base64url')
    throw typeError(`Cannot encode with ${describe(alphabet)}: alphabet must be "base64" or "base64url"`);
  let text = '';
  try {
    for (const piece of pieces) text += encode(piece);
  } catch (cause) {
    if (!(cause instanceof RangeError || (cause as { code?: unknown }).code === 'ERR_STRING_TOO_LONG')) throw cause;
    throw rangeError('Cannot encode as base64: the engine has no string of that length', { cause });
  }
  if (omitPadding) text = text.replace(/=+$/, '');
  return alphabet === 'base64' ? text : text.replaceAll('+', '-').replaceAll('/', '_');
}

function encode(bytes: Uint8Array<ArrayBuffer>): string {
  if (Buffer) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)));
  return text;
}
