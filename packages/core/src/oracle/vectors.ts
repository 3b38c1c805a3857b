import type { Step } from './operations.ts';
import type { Trace } from './trace.ts';

/** What record-vectors.ts wrote: sequences and CPython's traces of them. */
export interface Vectors {
  python: string;
  seed: number;
  vectors: [steps: Step[], trace: Trace][];
}

export const file: URL = new URL('data/vectors.json', import.meta.url);

/** The steps and the kinds of error that the recorded sequences have to contain. */
export const NEEDED: readonly string[] = [
  ...['new', 'write', 'writelines', 'read', 'read1', 'peek', 'readinto', 'readinto1', 'readline', 'readlines'],
  ...['iter', 'next', 'loop', 'seek', 'tell', 'truncate', 'getvalue', 'getbuffer'],
  ...['view.read', 'view.write', 'view.release', 'flush', 'isatty', 'readable', 'writable', 'seekable'],
  ...['fileno', 'detach', 'close', 'exit'],
  ...['type', 'range', 'closed', 'buffer', 'unsupported'].map((kind) => `error ${kind}`),
];

/** What of `NEEDED` occurs. */
export function covered(vectors: Vectors['vectors']): Set<string> {
  const names = new Set<string>();
  for (const [steps, trace] of vectors) {
    for (const [name] of steps) names.add(name);
    for (const [outcome] of trace) {
      if (typeof outcome === 'object' && outcome !== null && 'error' in outcome) names.add(`error ${outcome.error}`);
    }
  }
  return names;
}
