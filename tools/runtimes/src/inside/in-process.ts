import process from 'node:process';
import { notApplicable } from './not-applicable.ts';
import { BEGINS, MARK } from './protocol.ts';
import { runTests, type TestFiles } from './run.ts';

/** In Node.js and what is like it: what is to be left out is an argument, the report goes to standard output. */
export async function runInProcess(files: TestFiles): Promise<void> {
  const leftOut = JSON.parse(process.argv[2] ?? '[]') as string[];
  const strays: unknown[] = [];
  const stray = (error: unknown) => void strays.push(error);
  process.on('uncaughtException', stray).on('unhandledRejection', stray);
  if (!countsArrayBuffers()) {
    const needs = (): never => notApplicable('`process.memoryUsage()` that counts array buffers');
    process.memoryUsage = Object.assign(needs, { rss: needs });
  }
  // A test may wait for nothing but a timer that does not keep a process alive.
  setInterval(() => {}, 1000);
  const report = await runTests(files, strays, (name) => process.stdout.write(`${BEGINS}${name}\n`), leftOut);
  process.stdout.write(`\n${MARK}${JSON.stringify(report)}\n`, () => process.exit(0));
}

/** Deno counts none; Bun counts those, too, that it has not come to collect, which would be another number each time. */
function countsArrayBuffers(): boolean {
  if ('Bun' in globalThis) return false;
  const before = process.memoryUsage().arrayBuffers;
  const held = new ArrayBuffer(1 << 24);
  return process.memoryUsage().arrayBuffers - before > held.byteLength / 2;
}
