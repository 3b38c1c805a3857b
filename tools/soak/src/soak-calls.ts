import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CALLS } from './calls.ts';
import { flatness } from './flatness.ts';

/**
 * Calls every function `calls` times, each in a process of its own, so that one cannot hide the leak of another.
 *
 * @param only names that contain it; by default all
 * @returns whether the memory of all is known to be flat
 */
export async function soakCalls(calls: number, only = ''): Promise<boolean> {
  const program = join(import.meta.dirname, 'soak-call.js');
  const width = Math.max(...Object.keys(CALLS).map(({ length }) => length));
  let allFlat = true;
  for (const name of Object.keys(CALLS).filter((each) => each.includes(only))) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program, name, String(calls)]);
    const { flat, text } = flatness(JSON.parse(stdout) as number[], calls);
    const verdict = flat === undefined ? '?' : flat ? 'flat' : 'GROWS';
    console.log(`${name.padEnd(width)}  ${verdict.padEnd(5)}  ${text}`);
    allFlat &&= flat === true;
  }
  return allFlat;
}
