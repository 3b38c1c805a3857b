const NEWLINE = 0x0a;

/** The index of the first `\n` in `bytes[start, end)`, or -1. */
export function indexOfNewline(bytes: Uint8Array, start: number, end: number): number {
  const index = bytes.subarray(start, end).indexOf(NEWLINE);
  return index < 0 ? -1 : start + index;
}
