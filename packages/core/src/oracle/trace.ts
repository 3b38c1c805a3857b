import { crc32 } from 'node:zlib';

/** What came of a step: a result, or `{ error }` with the kind of error. Bytes are written out or told by their CRC. */
export type Outcome = unknown;
/** The outcome of a step, the cursor (-1 when closed), and the content where it differs from that before. */
export type Entry = readonly [outcome: Outcome, tell: number, content?: unknown];
export type Trace = readonly Entry[];

const WRITTEN_OUT = 32;

/** Bytes as they stand in a trace. */
export function encodeBytes(bytes: Uint8Array): { b: string } | { n: number; crc: number } {
  return bytes.length <= WRITTEN_OUT ? { b: String.fromCharCode(...bytes) } : { n: bytes.length, crc: crc32(bytes) };
}

/** Where two traces part, with what each has there. */
export interface Difference {
  step: number;
  what: 'result' | 'cursor' | 'content';
  expected: unknown;
  actual: unknown;
}

/** The first difference between what CPython did and what BytesIO did. `actual` has the content only where it was looked at. */
export function findDifference(expected: Trace, actual: Trace): Difference | undefined {
  let content = JSON.stringify(encodeBytes(new Uint8Array(0)));
  for (const [step, [outcome, tell, changed]] of expected.entries()) {
    const entry = actual[step]!;
    if (changed !== undefined) content = JSON.stringify(changed);
    if (JSON.stringify(outcome) !== JSON.stringify(entry[0]))
      return { step, what: 'result', expected: outcome, actual: entry[0] };
    if (tell !== entry[1]) return { step, what: 'cursor', expected: tell, actual: entry[1] };
    if (entry[2] !== undefined && content !== JSON.stringify(entry[2]))
      return { step, what: 'content', expected: JSON.parse(content), actual: entry[2] };
  }
  return undefined;
}
