import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compare } from '../../../core/src/oracle/fuzz.ts';
import { report } from '../../../core/src/oracle/report.ts';
import { file, type Vectors } from '../../../core/src/oracle/vectors.ts';
import { fuzzSpooledBytesIO } from './fuzz.ts';
import { subjectOf } from './subject.ts';

const STEPS = 5_000;

describeWith('python3', 'SpooledBytesIO is compared with recorded answers only, not with live CPython')(
  'SpooledBytesIO and io.BytesIO of CPython',
  () => {
    it(`do the same in ${STEPS} random steps, wherever the content moves to the file`, async () => {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const { steps, differences } = await fuzzSpooledBytesIO({ steps: STEPS, seed, most: 3 });
      expect(differences.join('\n\n')).toBe('');
      expect(steps).toBeGreaterThanOrEqual(STEPS);
    });
  },
);

describe('what CPython was seen to do', () => {
  const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'memio-oracle-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it.each([
    ['in memory', Number.POSITIVE_INFINITY, vectors],
    ['in the file', 0, vectors.filter(([steps]) => !steps.some(([name]) => name === 'getbuffer'))],
  ])('is what SpooledBytesIO does %s, in every recorded sequence', (_, maxSize, recorded) => {
    const Spooled = subjectOf(maxSize, dir);
    const differences = recorded.flatMap(([steps, trace]) => {
      const difference = compare(steps, trace, Spooled);
      return difference ? [report(steps, trace, difference)] : [];
    });
    expect(differences.slice(0, 3).join('\n\n')).toBe('');
    expect(recorded.length).toBeGreaterThan(50);
    expect(readdirSync(dir)).toEqual([]);
  });
});
