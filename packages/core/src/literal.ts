import { type BytesLike, requireBytes } from './bytes-like.ts';
import { syntaxError } from './errors.ts';

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
  const bytes: number[] = [];
  strings.raw.forEach((raw, index) => {
    parse(raw, bytes);
    if (index >= values.length) return;
    const value = values[index];
    for (const byte of typeof value === 'string' ? new TextEncoder().encode(value) : requireBytes(value, 'insert'))
      bytes.push(byte);
  });
  return Uint8Array.from(bytes);
}

function parse(raw: string, into: number[]): void {
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code > 0x7f)
      throw syntaxError(`Cannot write ${JSON.stringify(raw[at])} in a bytes literal: its text must be ASCII`);
    if (code !== BACKSLASH) {
      into.push(code);
      continue;
    }
    const next = raw[++at]!; // undefined behind a last backslash, which only a call by hand can bring
    const octal = /^[0-7]{1,3}/.exec(raw.slice(at, at + 3))?.[0];
    if (octal) {
      into.push(Number.parseInt(octal, 8) & 0xff);
      at += octal.length - 1;
    } else if (next === 'x') {
      const digits = raw.slice(at + 1, at + 3);
      if (!/^[\da-f]{2}$/i.test(digits))
        throw syntaxError(`Cannot read the escape \\x${digits}: expected two hex digits`);
      into.push(Number.parseInt(digits, 16));
      at += 2;
    } else if (CONTROLS.includes(next)) {
      into.push(7 + CONTROLS.indexOf(next));
    } else if (THEMSELVES.includes(next)) {
      into.push(next.charCodeAt(0));
    } else if (next !== '\n') {
      into.push(code);
      at -= 1;
    }
  }
}
