import type { Storage } from './storage.ts';

const NEWLINE = 0x0a;
/** Up to here a loop is faster than a call. */
const SHORT = 24;

/** Node's `Buffer.prototype.indexOf` is a memchr, ten times as fast as `Uint8Array.prototype.indexOf`. */
const { indexOf } = (globalThis as unknown as { Buffer?: typeof Uint8Array }).Buffer?.prototype ?? Uint8Array.prototype;

/** The index of the first `\n` in `[start, end)`, or -1. */
export function indexOfNewline(storage: Storage, start: number, end: number): number {
  const { bytes } = storage;
  const short = Math.min(start + SHORT, end);
  for (let index = start; index < short; index++) if (bytes[index] === NEWLINE) return index;
  if (short === end) return -1;
  const index: number = indexOf.call(storage.window(short, end), NEWLINE);
  return index < 0 ? -1 : short + index;
}
