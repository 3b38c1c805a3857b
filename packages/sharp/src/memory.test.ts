import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canMeasurePeakMemory, peakMemory } from '@memio/testkit';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';

const SIDE = 2000;
const PIXELS = SIDE * SIDE;
/** What threads and allocators need at one time and not at another, in bytes. */
const NOISE = 24 * 2 ** 20;

const folder = join(import.meta.dirname, '..');
const temporary = mkdtempSync(join(tmpdir(), 'memio-sharp-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const data = Buffer.alloc(PIXELS * 3);
for (let at = 0; at < data.length; at++) data[at] = (at >> 6) + (Math.imul(at, 2_654_435_761) >>> 28);
const image = () => sharp(data, { raw: { width: SIDE, height: SIDE, channels: 3 } });

const prepare = `
import { readFileSync } from 'node:fs';
import { readImage, writeImage } from '@memio/sharp';
const small = { width: 1, height: 1, data: new Uint8Array(3) };
for (const format of ['png', 'jpeg', 'webp']) await readImage(await writeImage(small, { format }));
`;

describe.skipIf(!canMeasurePeakMemory())('The memory that the README states', { timeout: 60_000 }, () => {
  it.each<[string, () => Promise<Buffer>, perPixel: number]>([
    ['a PNG', () => image().png({ compressionLevel: 1 }).toBuffer(), 12],
    ['an interlaced PNG', () => image().png({ compressionLevel: 1, progressive: true }).toBuffer(), 12],
    ['a progressive JPEG', () => image().jpeg({ progressive: true }).toBuffer(), 12],
    ['a JPEG on its side', () => image().jpeg().withMetadata({ orientation: 6 }).toBuffer(), 12],
    ['a WebP', () => image().webp({ effort: 0 }).toBuffer(), 12],
    ['an AVIF', () => image().avif({ effort: 0 }).toBuffer(), 24],
  ])('is enough for readImage(): 2 bytes for each of %s, and some for each pixel', async (name, make, perPixel) => {
    const file = join(temporary, name);
    const bytes = await make();
    writeFileSync(file, bytes);
    const peak = await peakMemory({
      folder,
      prepare: `${prepare} const bytes = readFileSync(process.argv[1]);`,
      run: 'globalThis.result = await readImage(bytes);',
      args: [file],
    });
    expect(peak).toBeGreaterThan(PIXELS * 2);
    expect(peak).toBeLessThan(2 * bytes.length + perPixel * PIXELS + NOISE);
  });

  it.each(['png', 'jpeg', 'webp'])(
    'is enough for writeImage() as %s: 2 bytes for each of the result, and 16 for each pixel',
    async (format) => {
      const peak = await peakMemory({
        folder,
        prepare: `${prepare} const data = new Uint8Array(${PIXELS * 4}).map((_, at) => (at % 4 === 3 ? 255 : at >> 6));`,
        run: `globalThis.result = await writeImage({ width: ${SIDE}, height: ${SIDE}, data }, { format: '${format}' });`,
      });
      expect(peak).toBeGreaterThan(PIXELS * 2);
      expect(peak).toBeLessThan(PIXELS * 2 + 16 * PIXELS + NOISE);
    },
  );
});
