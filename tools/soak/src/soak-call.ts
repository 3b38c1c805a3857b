// node --expose-gc tools/soak/dist/soak-call.js NAME CALLS: prints the resident memory after each part, as JSON.
import { setTimeout as wait } from 'node:timers/promises';
import { CALLS, removeTemporary } from './calls.ts';

/** How often memory is sampled. */
const PARTS = 12;

async function restingMemory(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await wait(15);
  }
  return process.memoryUsage.rss();
}

const [name = '', count = ''] = process.argv.slice(2);
const call = await CALLS[name]!();
const calls = Number(count);
try {
  for (let done = 0; done < Math.min(calls, 100); done++) await call();
  const rss: number[] = [];
  for (let part = 1, done = 0; part <= PARTS; part++) {
    for (; done < (calls * part) / PARTS; done++) await call();
    rss.push(await restingMemory());
  }
  process.stdout.write(JSON.stringify(rss));
} finally {
  await removeTemporary();
}
