// node tools/soak/dist/main.js [--seconds 60], or --calls 500 [--only sharp]
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LARGEST, withCycles } from './cycles.ts';
import { soakCalls } from './soak-calls.ts';
import { RULE, type Sample, verdict } from './verdict.ts';

const MIB = 2 ** 20;
const SIZES = [0, 1, 1000, 65_536, 65_537, 1_000_003, LARGEST];

/** The descriptors of this process; `undefined` where the system does not list them. */
const openDescriptors = () =>
  readdir('/proc/self/fd').then(
    (names) => names.length,
    () => undefined,
  );

/** What is open when nothing happens any more: closing takes its time, too. */
async function descriptorsAtRest(): Promise<number> {
  await wait(1000);
  return (await openDescriptors()) ?? 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      calls: { type: 'string' },
      only: { type: 'string' },
    },
  });
  if (values.calls !== undefined) {
    const calls = Number(values.calls);
    if (!(Number.isSafeInteger(calls) && calls > 0)) throw new Error(`Cannot call each function ${values.calls} times`);
    process.exitCode = (await soakCalls(calls, values.only)) ? 0 : 1;
    return;
  }
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`Cannot run for ${values.seconds} seconds`);
  if ((await openDescriptors()) === undefined)
    console.error('SKIPPED: there is no /proc/self/fd here, so that descriptors are not counted');

  const folder = await mkdtemp(join(tmpdir(), 'memio-soak-'));
  const samples: Sample[] = [];
  try {
    // What Node.js opens once, on first use, is no leak.
    await withCycles(folder, async (cycles) => {
      for (const cycle of Object.values(cycles)) await cycle(LARGEST);
    });
    const before = await descriptorsAtRest();
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    console.log('seconds   cycles   RSS (MiB)   descriptors');
    await withCycles(folder, async (cycles) => {
      let done = 0;
      let told = 0;
      while (elapsed() < seconds) {
        for (const cycle of Object.values(cycles)) await cycle(SIZES[done % SIZES.length]!);
        done += 1;
        const sample = { seconds: elapsed(), rss: process.memoryUsage.rss() };
        samples.push(sample);
        if (sample.seconds < told) continue;
        told += seconds / 12;
        const cells = [
          sample.seconds.toFixed(0),
          done,
          (sample.rss / MIB).toFixed(0),
          (await openDescriptors()) ?? '?',
        ];
        console.log(cells.map((cell, index) => String(cell).padStart([7, 9, 12, 14][index]!)).join(''));
      }
    });
    const after = await descriptorsAtRest();

    const problems = verdict(samples, before, after);
    console.log(`descriptors at rest: ${before} before, ${after} after`);
    console.log(RULE);
    for (const problem of problems) console.error(problem);
    console.log(problems.length === 0 ? 'Memory is flat and no descriptor is left open' : 'FAILED');
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
