export interface Sample {
  /** Since the start, in seconds. */
  seconds: number;
  /** Resident set size, in bytes. */
  rss: number;
}

/** How much the last third may need beyond the second: the first is for warming up. */
const MOST_GROWTH = 1.1;

const median = (values: number[]) => values.sort((a, z) => a - z)[values.length >> 1]!;

/** What is wrong with a run, in words; nothing when it is in order. The descriptors are those of a process at rest. */
export function verdict(samples: readonly Sample[], descriptorsBefore: number, descriptorsAfter: number): string[] {
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
