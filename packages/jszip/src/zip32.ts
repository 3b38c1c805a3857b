import { describe, rangeError, typeError } from '@memio/core/adapter';

/** What an entry can say at most is part of the format: JSZip writes it into two or four bytes whether it fits or not. */
export interface EntryLimits {
  comment?: string | null | undefined;
  compressionOptions?: { level?: unknown } | null | undefined;
}

/** What four bytes can say; JSZip writes no Zip64. */
const MOST_BYTES = 0xffffffff;
/** What a ZIP needs for an entry besides its data and twice its name: the two headers. */
const HEADERS = 30 + 46;
const END_RECORD = 22;

export function requireSize(bytes: number): void {
  if (bytes > MOST_BYTES)
    throw rangeError(`Cannot write a ZIP of ${bytes} bytes: ${MOST_BYTES} are the most without Zip64`);
}

/** As far as can be told before the contents are read. */
export function requireZip32(
  entries: readonly { name: string; size: number | undefined; stored: boolean; options: EntryLimits }[],
): void {
  requireCount(entries.length);
  let least = END_RECORD;
  for (const { name, size = 0, stored, options } of entries) {
    requireEntry(name, options);
    requireSize(size);
    least += HEADERS + 2 * name.length + (stored ? size : 0);
  }
  requireSize(least);
}

export function requireCount(entries: number): void {
  if (entries >= 0xffff) throw rangeError(`Cannot write a ZIP of ${entries} entries: 65534 are the most without Zip64`);
}

export function requireEntry(name: string, { comment, compressionOptions }: EntryLimits): void {
  requireLevel(compressionOptions);
  const quoted = JSON.stringify(name.slice(0, 32));
  requireShort(`the name of ${quoted}`, name);
  requireShort(`the comment of ${quoted}`, comment ?? '');
}

/** Beside the text JSZip writes it once more, with 9 bytes in front, when it is not ASCII. */
export function requireShort(what: string, text: string): void {
  const { length } = new TextEncoder().encode(text);
  if (length > 0xffff - 9) throw rangeError(`Cannot write a ZIP: ${what} has ${length} bytes, 65526 are the most`);
}

/** A level that the compressor does not know is refused so late that the error ends the process. */
export function requireLevel(options: { level?: unknown } | null | undefined): void {
  const { level } = options ?? {};
  if (level !== undefined && !(Number.isInteger(level) && (level as number) >= -1 && (level as number) <= 9))
    throw rangeError(`Cannot compress with level ${describe(level)}: expected 1 to 9`);
}

/** What the two bytes for a date can say. */
export function requireDate(date: unknown): void {
  if (Object.prototype.toString.call(date) !== '[object Date]')
    throw typeError(`Cannot date an entry of a ZIP ${describe(date)}: expected a Date`);
  const year = (date as Date).getUTCFullYear();
  if (!(year >= 1980 && year <= 2107)) {
    const given = Number.isNaN(year) ? 'an invalid date' : (date as Date).toISOString();
    throw rangeError(`Cannot date an entry of a ZIP ${given}: expected 1980 to 2107`);
  }
}
