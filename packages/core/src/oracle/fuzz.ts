import * as fc from 'fast-check';
import { BytesIO } from '../bytes-io.ts';
import { CPython } from './cpython.ts';
import { runSteps } from './javascript.ts';
import { type Step, sequences } from './operations.ts';
import { report } from './report.ts';
import { type Difference, findDifference, type Trace } from './trace.ts';

export interface FuzzOptions {
  /** Stop after so many steps, or so many seconds, whichever comes first. */
  steps: number;
  seconds?: number | undefined;
  seed: number;
  /** Stop after so many differences. */
  most?: number | undefined;
  log?: ((line: string) => void) | undefined;
  /** The class to compare with CPython's: a broken one, to see that it is found out. */
  Subject?: typeof BytesIO | undefined;
}

export interface FuzzResult {
  steps: number;
  sequences: number;
  /** A report for each kind of difference, with the shortest sequence that shows it. */
  differences: string[];
}

const LONGEST = 40;
const SEQUENCES_IN_ROUND = 1000;
const PROGRESS_EVERY = 10_000;

/** Compares BytesIO with CPython's over random sequences of steps. The same seed gives the same sequences. */
export async function fuzzBytesIO(options: FuzzOptions): Promise<FuzzResult> {
  const {
    steps: wanted,
    seconds = Number.POSITIVE_INFINITY,
    seed,
    most = 20,
    log = () => {},
    Subject = BytesIO,
  } = options;
  const cpython = new CPython();
  const done: FuzzResult = { steps: 0, sequences: 0, differences: [] };
  const known = new Set<string>();
  const started = performance.now();
  let progressAt = started + PROGRESS_EVERY;
  const isOver = () => done.steps >= wanted || performance.now() - started >= seconds * 1000;

  try {
    for (let round = 0; !isOver() && done.differences.length < most; round++) {
      // While fast-check shrinks, this is the shortest so far.
      let found: { steps: Step[]; trace: Trace; difference: Difference } | undefined;
      const property = fc.asyncProperty(sequences(LONGEST), async (steps) => {
        if (!found && isOver()) return;
        const trace = await cpython.run(steps);
        const difference = compare(steps, trace, Subject);
        if (!found) {
          done.sequences += 1;
          done.steps += steps.length;
        }
        // The same fault again would only hide others.
        if (!difference || known.has(signature(steps, difference))) return;
        found = { steps, trace, difference };
        throw new Error('BytesIO differs from CPython');
      });
      const details = await fc.check(property, { seed: seed + round, numRuns: SEQUENCES_IN_ROUND });
      if (found) {
        const { steps, trace, difference } = found;
        known.add(signature(steps, difference));
        done.differences.push(`${report(steps, trace, difference)}\n\n(--seed ${seed + round})`);
        log(`\n${done.differences.at(-1)}\n`);
      } else if (details.failed) {
        throw details.errorInstance;
      }
      if (performance.now() > progressAt) {
        progressAt = performance.now() + PROGRESS_EVERY;
        log(`fuzz: ${done.steps} steps so far`);
      }
    }
    return done;
  } finally {
    cpython.stop();
  }
}

/** Runs `steps` twice, with and without looking at the content after each, and compares both with CPython's trace. */
export function compare(
  steps: readonly Step[],
  expected: Trace,
  Subject: typeof BytesIO = BytesIO,
): Difference | undefined {
  return (
    findDifference(expected, runSteps(steps, { Subject })) ??
    findDifference(expected, runSteps(steps, { Subject, look: false }))
  );
}

/** What two sequences that show the same fault have in common. */
function signature(steps: readonly Step[], { step, what, expected, actual }: Difference): string {
  return JSON.stringify([steps[step]![0], what, errorOf(expected), errorOf(actual)]);
}

function errorOf(outcome: unknown): unknown {
  return typeof outcome === 'object' && outcome !== null && 'error' in outcome ? outcome.error : 'a result';
}
