import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canMeasurePeakMemory, peakMemory } from '@memio/testkit';
import { encode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';

const SIDE = 1500;
const PIXELS = SIDE * SIDE;
/** What threads and allocators need at one time and not at another, in bytes. */
const NOISE = 24 * 2 ** 20;

const folder = join(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'memio-pngjs-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const prepare = `
import { readFileSync } from 'node:fs';
import { readPng, writePng } from '@memio/pngjs';
await readPng(await writePng({ width: 1, height: 1, data: new Uint8Array(4) }));
`;
const samples = (length: number) =>
  Uint8Array.from({ length }, (_, at) => (at >> 6) + (Math.imul(at, 2_654_435_761) >>> 28));

describe.skipIf(!canMeasurePeakMemory())('The memory that the README states', { timeout: 60_000 }, () => {
  it.each([
    ['a PNG with alpha', () => encode({ width: SIDE, height: SIDE, data: samples(PIXELS * 4) }), 20],
    ['a grey PNG', () => encode({ width: SIDE, height: SIDE, channels: 1, data: samples(PIXELS) }), 20],
    [
      'an interlaced PNG',
      () => encode({ width: SIDE, height: SIDE, data: samples(PIXELS * 4) }, { interlace: 'Adam7' }),
      20,
    ],
    [
      'a PNG of 16 bits',
      () => encode({ width: SIDE, height: SIDE, depth: 16, data: Uint16Array.from(samples(PIXELS * 4)) }),
      40,
    ],
  ] as const)(
    'is enough for readPng(): 4 bytes for each of %s, and some for each pixel',
    async (name, make, perPixel) => {
      const file = join(temporary, name);
      const bytes = make();
      writeFileSync(file, bytes);
      const peak = await peakMemory({
        folder,
        prepare: `${prepare} const bytes = readFileSync(process.argv[1]);`,
        run: 'globalThis.result = await readPng(bytes);',
        args: [file],
      });
      expect(peak).toBeGreaterThan(PIXELS * 4);
      expect(peak).toBeLessThan(4 * bytes.length + perPixel * PIXELS + NOISE);
    },
  );

  it.each([
    ['pixels of 8 bits', 'Uint8Array', 8],
    ['pixels of 16 bits', 'Uint16Array', 32],
  ])('is enough for writePng(): 2 bytes for each of the result, and some for each of %s', async (_, kind, perPixel) => {
    const peak = await peakMemory({
      folder,
      prepare: `${prepare} const data = new ${kind}(${PIXELS * 4}).map((_, at) => (at % 4 === 3 ? 255 : at >> 6));`,
      run: `globalThis.result = await writePng({ width: ${SIDE}, height: ${SIDE}, data });`,
    });
    expect(peak).toBeGreaterThan(PIXELS * 4);
    expect(peak).toBeLessThan(2 * PIXELS + perPixel * PIXELS + NOISE);
  });
});
