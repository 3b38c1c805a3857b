import { ContestantProcess } from './contestant-process.ts';
import type { Contestant } from './contestants.ts';
import { type Summary, summarise } from './statistics.ts';
import type { Workload } from './workload.ts';
import { groups } from './workloads/index.ts';

/** What one contestant did at one workload. */
export interface Measured {
  contestant: Contestant;
  /** Nanoseconds of one operation. */
  time: Summary;
  /** The most resident memory, less what the process takes without the work; in bytes, where a process was the work's alone. */
  peak?: Summary;
}

export interface Effort {
  /** Samples of work that has a process of its own for each. */
  processes: number;
  /** Samples of work that is repeated in a warm process. */
  rounds: number;
  /** Milliseconds a sample in a warm process. */
  stretch: number;
}

/** The contestants take turns, A B C A B C, so that what disturbs the machine disturbs them alike. */
export async function measure(
  node: string,
  workload: Workload,
  contestants: readonly Contestant[],
  effort: Effort,
): Promise<Measured[]> {
  const shared = await groups[workload.group]!.share?.(workload);
  const start = (contestant: Contestant) =>
    new ContestantProcess(node, workload, contestant, effort.stretch, shared?.path);
  const cold = () =>
    inProcessesOfTheirOwn(contestants, start, Math.min(effort.processes, workload.samplesAtMost ?? Infinity));
  try {
    if (workload.samples === 'process') return await cold();
    const warm = await inWarmProcesses(contestants, start, effort.rounds);
    if (workload.samples === 'loop') return warm;
    const peaks = await cold();
    return warm.map((measured, index) => ({ ...measured, peak: peaks[index]!.peak }));
  } finally {
    await shared?.remove();
  }
}

type Start = (contestant: Contestant) => ContestantProcess;

async function inProcessesOfTheirOwn(contestants: readonly Contestant[], start: Start, samples: number) {
  const runs = contestants.map((contestant) => ({ contestant, times: [] as number[], peaks: [] as number[] }));
  for (let sample = 0; sample < samples; sample++) {
    for (const run of runs) {
      const child = start(run.contestant);
      try {
        const { nanoseconds, idle, peak } = await child.ask('once');
        run.times.push(nanoseconds!);
        run.peaks.push(peak! - idle!);
      } finally {
        await child.end();
      }
    }
  }
  return runs.map(({ contestant, times, peaks }) => ({ contestant, time: summarise(times), peak: summarise(peaks) }));
}

async function inWarmProcesses(contestants: readonly Contestant[], start: Start, rounds: number) {
  const runs = contestants.map((contestant) => ({ contestant, child: start(contestant), times: [] as number[] }));
  try {
    for (const { child } of runs) await child.ask('warm');
    for (let round = 0; round < rounds; round++) {
      for (const { child, times } of runs) times.push((await child.ask('round')).nanoseconds!);
    }
  } finally {
    await Promise.all(runs.map(({ child }) => child.end()));
  }
  return runs.map(({ contestant, times }) => ({ contestant, time: summarise(times) }));
}
