import { beforeAll, describe, expect, it } from 'vitest';
import { type Cell, nameOf, pageOf, runMatrix } from './page.ts';

/** Neither a hook nor TypeScript notices a BytesIO that these get. */
const UNREACHABLE = ['`structuredClone(x)`', '`port.postMessage(x)`'];
/** Errors for a BytesIO that the library makes itself, before it asks the BytesIO for anything. */
const ERRORS_OF_THEIRS = ['nodemailer', 'AWS SDK', 'form-data', 'sharp', 'csv-parse'];

let cells: Cell[];
beforeAll(async () => {
  // Some libraries emit an error where nobody can listen.
  const ignore = () => {};
  process.on('uncaughtException', ignore);
  cells = await runMatrix();
  process.off('uncaughtException', ignore);
}, 120_000);

describe('a BytesIO handed over as it is', () => {
  const streams = () => cells.filter(({ handed }) => handed === 'BytesIO');

  it('arrives, or is an error of the call or of TypeScript', () => {
    const silent = streams().filter(({ outcome, typeError }) => outcome.kind === 'wrong' && !typeError);
    expect(silent.map(({ consumer }) => nameOf(consumer))).toEqual(UNREACHABLE);
  });

  it('is refused with an error that names the method to call', () => {
    const others = streams().filter(({ consumer }) => !ERRORS_OF_THEIRS.includes(consumer.name));
    for (const { consumer, outcome } of others)
      if (outcome.kind === 'error')
        expect(outcome.message, nameOf(consumer)).toMatch(/getvalue\(\)|stream\(\)|toBuffer\(|toBase64\(\)/);
  });

  it('has a method that is correct in every call', () => {
    const correct = cells.filter(({ outcome }) => outcome.kind === 'correct').map(({ consumer }) => consumer);
    expect(streams().filter(({ consumer }) => !correct.includes(consumer))).toEqual([]);
  });
});

it('docs/interoperability.md shows what came of it', async () => {
  await expect(`${pageOf(cells)}\n`).toMatchFileSnapshot('../../../docs/interoperability.md');
});
