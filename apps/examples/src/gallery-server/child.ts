// Runs one recipe in a process of its own and writes what came of it to descriptor 3: `child.js URL [arguments]`.
import { createWriteStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { BytesIO } from '@memio/core';
import { createReadStream } from '@memio/node';
import type { RecipeMain } from '../recipe-folder.ts';
import { describeError, packReport, type RunReport } from './report.ts';

const [url = '', ...args] = process.argv.slice(2);
const log: string[] = [];
for (const method of ['log', 'info', 'warn', 'error'] as const) {
  console[method] = (...words: unknown[]) => void log.push(words.map(String).join(' '));
}

const { default: main } = (await import(url)) as { default: RecipeMain };
const start = performance.now();
let made: Record<string, BytesIO> = {};
let error: string | undefined;
try {
  made = await main(...args);
} catch (cause) {
  error = describeError(cause);
}
const milliseconds = performance.now() - start;

const files = Object.entries(made).map(([name, io]) => ({ name, size: io.size }));
const runtime = `Node.js ${process.versions.node}`;
const report: RunReport = { log, error, files, milliseconds, peak: peakMemory(), runtime };
await pipeline(
  async function* () {
    for (const io of [packReport(report), ...Object.values(made)]) yield* createReadStream(io);
  },
  createWriteStream('', { fd: 3 }),
);

/** In bytes. On Linux `maxRSS` begins with that of the process which started this one; its own is in /proc. */
function peakMemory(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kibibytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
