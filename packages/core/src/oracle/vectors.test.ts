import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compare } from './fuzz.ts';
import { report } from './report.ts';
import { covered, file, NEEDED, type Vectors } from './vectors.ts';

const { python, vectors } = JSON.parse(readFileSync(file, 'utf8')) as Vectors;

describe(`what CPython ${python} was seen to do`, () => {
  it('is what BytesIO does, in every recorded sequence', () => {
    const differences = vectors.flatMap(([steps, trace]) => {
      const difference = compare(steps, trace);
      return difference ? [report(steps, trace, difference)] : [];
    });
    expect(differences.slice(0, 3).join('\n\n')).toBe('');
  });

  it('is recorded for every step and every kind of error', () => {
    const names = covered(vectors);
    expect(NEEDED.filter((name) => !names.has(name))).toEqual([]);
    expect(vectors.length).toBeGreaterThan(200);
  });
});
