import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { contestants } from './contestants.ts';
import type { Answer, Job, Request } from './protocol.ts';
import type { Task } from './workload.ts';
import { groups, workloads } from './workloads/index.ts';

const job = JSON.parse(process.argv[2]!) as Job;
const workload = workloads.find(({ id }) => id === job.workload)!;
const contestant = contestants.find(({ name }) => name === job.contestant)!;

/** `maxRSS` would begin with the peak of the process that started this one; `VmHWM` is this one's own, but only Linux has it. */
function peakMemory(): number {
  try {
    return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'latin1'))![1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

/** However long they take: the first two of a PDF take twice as long as the others. */
const WARM_UPS = 3;

let task: Task;
let iterations = 1;

async function prepare(): Promise<void> {
  task ??= await groups[workload.group]!.prepare(workload, await contestant.load(), job.path);
}

async function stretch(): Promise<{ nanoseconds: number; peak: number }> {
  const start = process.hrtime.bigint();
  await task.run(iterations);
  const nanoseconds = Number(process.hrtime.bigint() - start);
  const peak = peakMemory();
  if (contestant.kind !== 'floor') task.check();
  return { nanoseconds, peak };
}

const answers: Record<Request, () => Promise<Answer>> = {
  async once() {
    await prepare();
    const idle = peakMemory();
    const { nanoseconds, peak } = await stretch();
    return { nanoseconds: nanoseconds / task.operations, idle, peak };
  },
  async warm() {
    await prepare();
    const enough = job.stretch * 1e6;
    for (let total = 0, times = 0; total < 3 * enough || times < WARM_UPS; times++) {
      const { nanoseconds } = await stretch();
      total += nanoseconds;
      if (nanoseconds < enough / 2) iterations *= 2;
    }
    return {};
  },
  async round() {
    const { nanoseconds } = await stretch();
    return { nanoseconds: nanoseconds / iterations / task.operations };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answers[line as Request]().catch(
    (error: unknown): Answer => ({
      error: error instanceof Error ? String(error.stack) : String(error),
    }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
