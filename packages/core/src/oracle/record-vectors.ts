import { writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { CPython } from './cpython.ts';
import { sequences } from './operations.ts';
import { covered, file, NEEDED, type Vectors } from './vectors.ts';

const SEED = 20_240_229;
const LONGEST = 16;
const MOST = 1000;
const SIZE = 280_000;

/** Writes vectors.json anew: sequences of a fixed seed, and what CPython made of them. */
export async function main(): Promise<number> {
  const cpython = new CPython();
  try {
    const python = await cpython.version();
    const vectors: Vectors['vectors'] = [];
    let size = 0;
    for (const steps of fc.sample(sequences(LONGEST), { seed: SEED, numRuns: MOST })) {
      const trace = await cpython.run(steps);
      size += JSON.stringify([steps, trace]).length;
      if (size > SIZE) break;
      vectors.push([steps, trace]);
    }
    const missing = NEEDED.filter((name) => !covered(vectors).has(name));
    if (missing.length > 0) throw new Error(`The vectors lack ${missing.join(', ')}`);
    const lines = vectors.map((vector) => JSON.stringify(vector)).join(',\n');
    writeFileSync(file, `{"python":"${python}","seed":${SEED},"vectors":[\n${lines}\n]}\n`);
    console.log(`Recorded ${vectors.length} sequences from CPython ${python}`);
    return 0;
  } finally {
    cpython.stop();
  }
}
