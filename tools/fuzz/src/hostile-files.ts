import { setTimeout as wait } from 'node:timers/promises';
import { isMemioError } from '../../../packages/core/src/errors.ts';
import type { FuzzOptions, FuzzResult } from '../../../packages/core/src/oracle/fuzz.ts';
import { Dice } from './dice.ts';

/** In milliseconds, for one file. The machine may be busy; what hangs takes longer than any of this. */
const MOST_TIME = 10_000;
/** In bytes, for all files together: each is smaller than 16 KiB. */
const MOST_MEMORY = 512 * 1024 * 1024;
const MOST_DIFFERENCES = 20;
const PROGRESS_EVERY = 10_000;

export type Fuzz = (options: FuzzOptions) => Promise<FuzzResult>;

/** What came of one file. */
export interface Outcome {
  kind: string;
  /** What must not be. */
  wrong?: string;
}

/** A reader, and the damaged files it is given. */
export interface Target {
  /** @returns what makes a damaged file */
  prepare(): Promise<(dice: Dice) => Uint8Array>;
  /** Reads it: whatever it throws has to be a typed error. */
  read(file: Uint8Array, dice: Dice): Promise<Outcome>;
}

/** Each file has to end in a result or a typed error, in time, in memory, unchanged and without a stray exception. */
export const fuzzHostileFiles =
  (target: Target): Fuzz =>
  async ({
    steps: wanted,
    seconds = Number.POSITIVE_INFINITY,
    seed,
    most = MOST_DIFFERENCES,
    log = () => {},
  }: FuzzOptions): Promise<FuzzResult> => {
    const done: FuzzResult = { steps: 0, sequences: 0, differences: [] };
    const known = new Set<string>();
    const outcomes = new Map<string, number>();
    const dice = new Dice(seed);
    let file: Uint8Array = new Uint8Array(0);
    const report = (what: string) => {
      if (known.has(what)) return;
      known.add(what);
      const shown = `${what}\n  file: ${Buffer.from(file).toString('base64')}`;
      done.differences.push(shown);
      log(`\n${shown}\n(--seed ${seed}, step ${done.steps})\n`);
    };
    const stray = (error: unknown) => report(`An error was raised where nobody can catch it: ${error}`);
    process.on('uncaughtException', stray).on('unhandledRejection', stray);

    const started = performance.now();
    const residentBefore = process.resourceUsage().maxRSS;
    let progressAt = started + PROGRESS_EVERY;
    try {
      const make = await target.prepare();
      while (done.steps < wanted && done.differences.length < most && performance.now() - started < seconds * 1000) {
        file = make(dice);
        const { kind, wrong } = await judge(target, file, dice);
        if (wrong !== undefined) report(wrong);
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
        done.steps += 1;
        if (performance.now() > progressAt) {
          progressAt = performance.now() + PROGRESS_EVERY;
          log(`fuzz: ${done.steps} steps so far`);
        }
      }
      await wait(50);
    } finally {
      process.off('uncaughtException', stray).off('unhandledRejection', stray);
    }
    done.sequences = done.steps;
    const taken = (process.resourceUsage().maxRSS - residentBefore) * 1024;
    if (taken > MOST_MEMORY) report(`${Math.round(taken / 1024 / 1024)} MiB of memory were taken`);
    const common = [...outcomes].sort(([, one], [, other]) => other - one);
    for (const [kind, count] of common.slice(0, 40)) log(`fuzz: ${count} x ${kind}`);
    return done;
  };

async function judge(target: Target, file: Uint8Array, dice: Dice): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Outcome>((resolve) => {
    const hang = { kind: 'a hang', wrong: `Neither a result nor an error within ${MOST_TIME} ms` };
    timer = setTimeout(resolve, MOST_TIME, hang);
  });
  const before = file.slice();
  try {
    const outcome = await Promise.race([target.read(file, dice), late]);
    return Buffer.compare(before, file) === 0 ? outcome : { kind: 'a change', wrong: 'The file was changed' };
  } catch (error) {
    // Damage is no reason for a wrong type.
    if (isMemioError(error) && error.code !== 'ERR_MEMIO_TYPE') return { kind: kindOf(error.message) };
    return { kind: 'another error', wrong: `Not a typed error: ${(error as Error)?.stack ?? error}` };
  } finally {
    clearTimeout(timer);
  }
}

/** A message without what differs from file to file: quoted text, numbers, and names that were read. */
const kindOf = (message: string) =>
  message
    .replace(/"(?:[^"\\]|\\.)*"/g, '"…"')
    .replace(/-?\d+/g, 'N')
    .replace(/cut off in .*, at/s, 'cut off in a chunk, at')
    .replace(/chunk type .*/s, 'chunk type');
