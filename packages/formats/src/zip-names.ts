import { DataError, describe, rangeError, typeError } from '@memio/core/adapter';

/**
 * Refuses names that would escape the folder an archive is unpacked in, or that programs interpret differently.
 *
 * @param format as messages name it
 */
export function requireZipName(name: unknown, format: 'TAR' | 'ZIP' = 'ZIP'): asserts name is string {
  if (typeof name !== 'string')
    throw typeError(`Cannot name an entry of a ${format} ${describe(name)}: expected a string`);
  const fault =
    name === '' || name === '/'
      ? 'it is empty'
      : name.startsWith('/') || /^[a-z]:/i.test(name)
        ? 'it is absolute'
        : name.includes('\\')
          ? 'it contains a backslash; use /'
          : name.split('/').includes('..')
            ? 'it escapes the archive'
            : /(^|\/)\.(\/|$)|\/\//.test(name)
              ? 'it has a part that is empty or "."'
              : name.includes('\0')
                ? 'it contains a NUL'
                : !name.isWellFormed()
                  ? 'it is not well-formed text'
                  : undefined;
  if (fault) throw rangeError(`Cannot name an entry of a ${format} ${JSON.stringify(name)}: ${fault}`);
}

/**
 * A name from an archive as a relative path that stays below where it is unpacked, by the rules of Python's
 * `ZipFile.extract`: `\` becomes `/`; a drive, and parts that are empty, `.` or `..`, are left out.
 *
 * @returns `''` when nothing is left
 * @throws {DataError} when the name contains a NUL
 */
export function safeZipName(name: string): string {
  if (name.includes('\0')) throw new DataError(`the name ${quoteName(name)} of an entry contains a NUL`);
  const parts: string[] = [];
  for (const part of name.split(/[\\/]/)) {
    const rest = parts.length === 0 ? part.replace(/^(?:[a-z]:)+/i, '') : part;
    if (rest !== '' && rest !== '.' && rest !== '..') parts.push(rest);
  }
  return parts.join('/');
}

/** How a name is quoted in a message: its first 80 characters. */
export const quoteName = (name: string): string => JSON.stringify(name.slice(0, 80));

let utf8: TextDecoder | undefined;

/** @returns `undefined` when `bytes` are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Decodes text that is not marked as UTF-8. Most programs write UTF-8 today, marked or not; by appendix D.1 of APPNOTE it
 * is code page 437.
 */
export const decodeUnmarked = (bytes: Uint8Array): string =>
  decodeUtf8(bytes) ??
  Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join('');

const CP437 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';
