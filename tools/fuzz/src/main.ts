import { parseArgs } from 'node:util';
import { fuzzBytesIO } from '../../../packages/core/src/oracle/fuzz.ts';
import { fuzzSpooledBytesIO } from '../../../packages/node/src/oracle/fuzz.ts';
import { fuzzPdf } from './pdf.ts';
import { fuzzPng } from './png.ts';
import { fuzzZip } from './zip.ts';

/** What can be fuzzed, by the name that `--target` takes: the first without it, one after the other with `all`. */
const TARGETS: Record<string, typeof fuzzBytesIO> = {
  bytesio: fuzzBytesIO,
  spooled: fuzzSpooledBytesIO,
  pdf: fuzzPdf,
  png: fuzzPng,
  zip: fuzzZip,
};

interface Options {
  targets: string[];
  steps: number;
  seconds: number | undefined;
  seed: number;
}

/** @returns the exit code: 1 when a difference was found, 2 when the arguments make no sense */
export async function main(args: string[]): Promise<number> {
  let options: Options;
  try {
    options = parse(args);
  } catch (error) {
    console.error(`fuzz: ${(error as Error).message}`);
    return 2;
  }
  const { targets, steps, seconds, seed } = options;
  let differences = 0;
  for (const name of targets) {
    console.log(`fuzz: ${name}, seed ${seed}`);
    const found = await TARGETS[name]!({ steps, seconds, seed, log: console.log });
    differences += found.differences.length;
    console.log(
      `fuzz: ${found.steps} steps, ${found.sequences} sequences, ${found.differences.length} differences, seed ${seed}`,
    );
  }
  return differences === 0 ? 0 : 1;
}

function parse(args: string[]): Options {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      steps: { type: 'string' },
      seconds: { type: 'string' },
      seed: { type: 'string' },
      target: { type: 'string' },
    },
  });
  const { target } = values;
  const names = Object.keys(TARGETS);
  if (target !== undefined && ![...names, 'all'].includes(target))
    throw new Error(`--target ${target}: expected one of ${names.join(', ')}, all`);
  const seconds = count('seconds', values.seconds);
  // With `--seconds` alone, time is the only bound.
  const steps = count('steps', values.steps) ?? (seconds === undefined ? 100_000 : Number.POSITIVE_INFINITY);
  const seed = count('seed', values.seed) ?? Math.floor(Math.random() * 2 ** 31);
  return { targets: target === 'all' ? names : [target ?? names[0]!], steps, seconds, seed };
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} ${text}: expected a whole number`);
  return Number(text);
}
