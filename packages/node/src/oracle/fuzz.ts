import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { CPython } from '../../../core/src/oracle/cpython.ts';
import { compare, type FuzzOptions, type FuzzResult } from '../../../core/src/oracle/fuzz.ts';
import { sequences } from '../../../core/src/oracle/operations.ts';
import { report } from '../../../core/src/oracle/report.ts';
import { type Subject, subjectOf, withoutRefusedViews } from './subject.ts';

/** With the smallest ones nearly everything happens in the file; with the larger ones the move comes in between. */
const SIZES = [0, 1, 8, 300, 66_000];
const LONGEST = 40;
const SEQUENCES_IN_ROUND = 250;

/** Compares SpooledBytesIO with CPython's BytesIO over random sequences of steps. The same seed gives the same sequences. */
export async function fuzzSpooledBytesIO(options: FuzzOptions): Promise<FuzzResult> {
  const { steps: wanted, seconds = Number.POSITIVE_INFINITY, seed, most = 20, log = () => {} } = options;
  const dir = mkdtempSync(join(tmpdir(), 'memio-fuzz-'));
  const subjects = SIZES.map((size): [number, Subject] => [size, subjectOf(size, dir)]);
  const cpython = new CPython();
  const done: FuzzResult = { steps: 0, sequences: 0, differences: [] };
  const started = performance.now();
  const isOver = () => done.steps >= wanted || performance.now() - started >= seconds * 1000;
  try {
    for (let round = 0; !isOver() && done.differences.length < most; round++) {
      let found: string | undefined;
      const property = fc.asyncProperty(fc.constantFrom(...subjects), sequences(LONGEST), async (subject, drawn) => {
        if (!found && isOver()) return;
        const [maxSize, Spooled] = subject;
        const steps = withoutRefusedViews(drawn, Spooled);
        const trace = await cpython.run(steps);
        const difference = compare(steps, trace, Spooled);
        if (!found) {
          done.sequences += 1;
          done.steps += steps.length;
        }
        if (!difference) return;
        found = `maxSize ${maxSize}: ${report(steps, trace, difference)}\n\n(--seed ${seed + round})`;
        throw new Error('SpooledBytesIO differs from CPython');
      });
      const details = await fc.check(property, { seed: seed + round, numRuns: SEQUENCES_IN_ROUND });
      if (details.failed && !found) throw details.errorInstance;
      if (!found) continue;
      done.differences.push(found);
      log(`\n${found}\n`);
    }
    return done;
  } finally {
    cpython.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}
