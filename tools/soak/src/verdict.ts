export interface Sample {
  /** Since the start, in seconds. */
  seconds: number;
  /** Resident set size, in bytes. */
  rss: number;
}

/** How much the last third may need beyond the second: the first is for warming up. */
const MOST_GROWTH = 1.1;

/** How `verdict` decides, in words. */
export const RULE: string = `rule: the median of the resident memory in the last third of the time is at most ${MOST_GROWTH} times that in the second, and no descriptor is left open`;
/** With fewer samples a third has too few for a median. */
const LEAST_SAMPLES = 12;

const median = (values: number[]) => values.sort((a, z) => a - z)[values.length >> 1]!;

/** What is wrong with a run, in words; nothing when it is in order. The descriptors are those of a process at rest. */
export function verdict(samples: readonly Sample[], descriptorsBefore: number, descriptorsAfter: number): string[] {
  if (samples.length < LEAST_SAMPLES)
    return [`too short to tell: ${samples.length} cycles, at least ${LEAST_SAMPLES} are needed`];
  const end = samples.at(-1)!.seconds;
  const third = (index: number) =>
    median(
      samples
        .filter(({ seconds }) => seconds > (end * index) / 3 && seconds <= (end * (index + 1)) / 3)
        .map(({ rss }) => rss),
    );
  const growth = third(2) / third(1);
  const problems: string[] = [];
  if (growth > MOST_GROWTH)
    problems.push(`The last third needed ${Math.round((growth - 1) * 100)} % more memory than the second`);
  if (descriptorsAfter > descriptorsBefore)
    problems.push(`${descriptorsAfter - descriptorsBefore} more descriptors are open than before`);
  return problems;
}
