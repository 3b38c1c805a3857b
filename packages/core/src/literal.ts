import { type BytesLike, requireBytes } from './bytes-like.ts';
import { describe, syntaxError, typeError } from './errors.ts';

/** The escapes for the bytes 7 to 13, in their order, and those for themselves: the last two are JavaScript's. */
const CONTROLS = 'abtnvfr';
const THEMSELVES = '\\\'"`$';
const BACKSLASH = 0x5c;

/**
 * Python's bytes literal: `` b`GIF89a\x01\xff` `` is `b'GIF89a\x01\xff'`. Literal text is ASCII; the escapes are
 * Python's and stand for bytes, so `\xff` is one byte. Unknown escapes stay as they are, backslash included, as in
 * Python; `` \` `` and `\$` are the two that JavaScript adds. A `${string}` is encoded as UTF-8, a `${BytesLike}` is
 * inserted as it is.
 *
 * @returns a fresh array with every evaluation, the caller's alone
 * @throws {SyntaxError} when the literal text is not ASCII, or a `\x` escape has not two hex digits
 * @throws {TypeError} when a value is neither a string nor bytes-like
 *
 * @example
 * ```ts
 * b`\x89PNG\r\n`.length; //=> 6
 * b`${'é'}!`; //=> new Uint8Array([0xc3, 0xa9, 0x21])
 * ```
 *
 * @see {@link https://docs.python.org/3/reference/lexical_analysis.html#bytes-literal | bytes literals}
 */
export function b(strings: TemplateStringsArray, ...values: (string | BytesLike)[]): Uint8Array<ArrayBuffer> {
  if (!Array.isArray(strings?.raw))
    throw typeError(`Cannot make bytes of ${describe(strings)}: b is a template tag; write b\`…\` without parentheses`);
  const parts: Uint8Array[] = [];
  strings.raw.forEach((raw, index) => {
    parts.push(parse(raw));
    if (index >= values.length) return;
    const value = values[index];
    parts.push(typeof value === 'string' ? new TextEncoder().encode(value) : requireBytes(value, 'insert'));
  });
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function parse(raw: string): Uint8Array {
  // An escape is longer than the byte that it stands for.
  const bytes = new Uint8Array(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code > 0x7f)
      throw syntaxError(`Cannot write ${JSON.stringify(raw[at])} in a bytes literal: its text must be ASCII`);
    if (code !== BACKSLASH) {
      bytes[length++] = code;
      continue;
    }
    const next = raw[++at]!; // undefined behind a last backslash, which only a call by hand can bring
    const octal = /^[0-7]{1,3}/.exec(raw.slice(at, at + 3))?.[0];
    if (octal) {
      bytes[length++] = Number.parseInt(octal, 8) & 0xff;
      at += octal.length - 1;
    } else if (next === 'x') {
      const digits = raw.slice(at + 1, at + 3);
      if (!/^[\da-f]{2}$/i.test(digits))
        throw syntaxError(`Cannot read the escape \\x${digits}: expected two hex digits`);
      bytes[length++] = Number.parseInt(digits, 16);
      at += 2;
    } else if (CONTROLS.includes(next)) {
      bytes[length++] = 7 + CONTROLS.indexOf(next);
    } else if (THEMSELVES.includes(next)) {
      bytes[length++] = next.charCodeAt(0);
    } else if (next !== '\n') {
      bytes[length++] = code;
      at -= 1;
    }
  }
  return bytes.subarray(0, length);
}

/** `bytes` as a literal of `b`. */
export function literalOf(bytes: Uint8Array): string {
  const written = (byte: number) => {
    const named =
      byte >= 9 && byte <= 13
        ? CONTROLS[byte - 7]
        : THEMSELVES.includes(String.fromCharCode(byte)) && byte !== 0x22 && byte !== 0x27
          ? String.fromCharCode(byte)
          : undefined;
    if (named) return `\\${named}`;
    return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  };
  return `b\`${Array.from(bytes, written).join('')}\``;
}
