import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';

/** A program in two parts, each the text of an ECMAScript module. */
export interface MeasuredProgram {
  /** A folder from which the imports of the program resolve. */
  folder: string;
  /** Imports, reads its input (`process.argv[1]` and so on) and uses everything once on something small. */
  prepare: string;
  /** Is measured. */
  run: string;
  args?: readonly string[];
}

/** Where Linux resets the peak of a process's memory: what it inherits is that of the process that started it. */
const RESET = '/proc/self/clear_refs';

/** Whether `peakMemory` can measure here; says so when it cannot. */
export function canMeasurePeakMemory(): boolean {
  const can = existsSync(RESET);
  if (!can) process.stderr.write(`SKIPPED: peak memory is not measured, there is no ${RESET} here\n`);
  return can;
}

/**
 * How far `run` raises the peak of the resident memory above what there is before it, in bytes, in a process of its own:
 * what other tests need cannot hide it.
 */
export async function peakMemory({ folder, prepare, run, args = [] }: MeasuredProgram): Promise<number> {
  const program = `
import { readFileSync as readStatus, writeFileSync as writeReset } from 'node:fs';
const sizeOf = (name) => Number(new RegExp(name + ':\\\\s+(\\\\d+) kB').exec(readStatus('/proc/self/status', 'utf8'))[1]);
${prepare}
writeReset('${RESET}', '5');
const before = sizeOf('VmRSS');
${run}
process.stdout.write(String(sizeOf('VmHWM') - before));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program, ...args], {
    cwd: folder,
    timeout: 60_000,
  });
  return Number(stdout) * 1024;
}
