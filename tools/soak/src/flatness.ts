const MIB = 2 ** 20;

/** How much the last third of the samples may need beyond the first: what allocators and compilers take late. */
export const MOST_GROWTH: number = 12 * MIB;
/** With fewer calls a leak of 64 KiB a call is less than that. */
export const LEAST_CALLS = 200;

/** What the samples mean: whether memory is flat, by which rule, or that it cannot be told. */
export interface Flatness {
  flat: boolean | undefined;
  /** One line: the figures, and the rule. */
  text: string;
}

const median = (values: readonly number[]) => [...values].sort((a, z) => a - z)[values.length >> 1]!;

/**
 * Compares the resident memory at the end of a run with that at its beginning.
 *
 * @param rss in bytes, after equal numbers of calls, each after garbage was collected, the first after warming up
 * @param calls in all
 */
export function flatness(rss: readonly number[], calls: number): Flatness {
  if (calls < LEAST_CALLS || rss.length < 6)
    return { flat: undefined, text: `too short to tell: ${calls} calls, at least ${LEAST_CALLS} are needed` };
  const third = Math.floor(rss.length / 3);
  const growth = median(rss.slice(-third)) - median(rss.slice(0, third));
  const flat = growth <= MOST_GROWTH;
  const perCall = growth / ((calls * (rss.length - third)) / rss.length) / 1024;
  const figures = `${(growth / MIB).toFixed(1)} MiB, ${perCall.toFixed(1)} KiB a call`;
  return {
    flat,
    text: `the last third of ${calls} calls needs ${figures} beyond the first; at most ${MOST_GROWTH / MIB} MiB is flat`,
  };
}
