import { DataError, describe, rangeError, typeError } from '@memio/core/adapter';

/** Refuses names that would leave the folder an archive is unpacked in, or mean different things to different programs. */
export function requireZipName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw typeError(`Cannot name an entry of a ZIP ${describe(name)}: expected a string`);
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
  if (fault) throw rangeError(`Cannot name an entry of a ZIP ${JSON.stringify(name)}: ${fault}`);
}

/**
 * A name from an archive as a relative path that stays below where it is unpacked, by the rules of Python's
 * `ZipFile.extract`: `\` becomes `/`; a drive, and parts that are empty, `.` or `..`, are left out.
 *
 * @throws {DataError} when nothing is left, or the name contains a NUL
 */
export function safeZipName(name: string): string {
  const parts: string[] = [];
  for (const part of name.split(/[\\/]/)) {
    const rest = parts.length === 0 ? part.replace(/^(?:[a-z]:)+/i, '') : part;
    if (rest !== '' && rest !== '.' && rest !== '..') parts.push(rest);
  }
  const fault = parts.length === 0 ? 'empty' : name.includes('\0') ? 'one with a NUL' : undefined;
  if (fault) throw new DataError(`the name ${JSON.stringify(name.slice(0, 80))} of an entry is ${fault}`);
  return parts.join('/');
}
