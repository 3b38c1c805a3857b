import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { Trial } from './trial.ts';

/** A case of the adapter contract, as data: `describeWriter` makes a test of it, the mutants are run through it as it is. */
export interface Case {
  /** The rule of the contract and a letter: `2c`. */
  id: string;
  rule: number;
  /** Reads on from the name of the function: `writes at the cursor …`. */
  title: string;
  /** Why the adapter has no such case. */
  absent: string | undefined;
  run(trial: Trial): Promise<void>;
}

/** What an adapter declares that it cannot have, with the reason, which is printed. */
export interface Absent {
  absent: string;
}

/** How long a case waits, in milliseconds. */
export interface Patience {
  /** For the adapter to settle; after that it hangs. */
  limit: number;
  /** For errors that come after it has settled. */
  quiet: number;
}

export const isAbsent = (value: unknown): value is Absent =>
  typeof value === 'object' && value !== null && 'absent' in value;

/** Collects cases and gives them their letters. */
export class Cases {
  readonly list: Case[] = [];

  /** @param need what the case cannot do without; where an adapter has declared that absent, the case is not run. */
  add(rule: number, title: string, run: Case['run'], need?: unknown): void {
    const letter = String.fromCharCode(97 + this.list.filter((other) => other.rule === rule).length);
    if (isAbsent(need) && need.absent.trim() === '') throw new Error(`Cannot leave out "${title}" without a reason`);
    this.list.push({ id: `${rule}${letter}`, rule, title, absent: isAbsent(need) ? need.absent : undefined, run });
  }
}

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Runs a case; errors that nobody could catch, during it or soon after, fail it too. */
export async function runCase(each: Case, { limit, quiet }: Patience): Promise<void> {
  const strays: unknown[] = [];
  const stray = (error: unknown) => strays.push(error);
  // The test runner's listeners would report a mutant's stray error as their own failure.
  const others = EVENTS.map((event) => process.rawListeners(event) as ((...args: unknown[]) => void)[]);
  for (const event of EVENTS) process.removeAllListeners(event).on(event as 'uncaughtException', stray);
  try {
    await each.run(new Trial(limit));
  } finally {
    await wait(quiet);
    await turn();
    for (const [index, event] of EVENTS.entries()) {
      process.removeAllListeners(event);
      for (const listener of others[index]!) process.on(event as 'uncaughtException', listener);
    }
  }
  if (strays.length > 0) {
    throw new Error(`An error was raised where nobody can catch it: ${strays.map(String).join('; ')}`, {
      cause: strays[0],
    });
  }
}
