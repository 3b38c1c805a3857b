import { inspect, isDeepStrictEqual } from 'node:util';

/** Whether a value is the one that a document promises. Bytes are bytes, whatever class of `Uint8Array` they are. */
export function same(actual: unknown, expected: unknown): boolean {
  return isDeepStrictEqual(plain(actual), plain(expected));
}

/** A value as a document would write it. */
export function show(value: unknown): string {
  return value instanceof Uint8Array ? literal(value) : inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function literal(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 100), (byte) => {
    const character = String.fromCharCode(byte);
    if (character === '\n') return '\\n';
    if ('\\`$'.includes(character)) return `\\${character}`;
    return byte >= 0x20 && byte < 0x7f ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `b\`${shown.join('')}\`${bytes.length > 100 ? ` and ${bytes.length - 100} bytes more` : ''}`;
}
