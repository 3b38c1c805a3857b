import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@memio/testkit';
import { describe, expect, it } from 'vitest';
import { decodedByPillow, decodedBySharp } from './decode.ts';
import { judge, pdfOfPictures, type Verdict } from './judge.ts';
import type { RENDERERS, Rendering } from './render.ts';

type Files = readonly (readonly [name: string, file: Uint8Array])[];

/** The largest and the mean difference of a sample, of 255. */
export interface Tolerance {
  largest: number;
  mean: number;
}

/** Rounding: of 16 bits to 8, and of colours that are laid over white paper. */
export const ROUNDING: Tolerance = { largest: 1, mean: 1 };

const beyond =
  ({ largest, mean }: Tolerance) =>
  (verdict: Verdict) =>
    verdict.largest > largest || verdict.mean > mean;

/** What Pillow decodes wrongly: it compares a transparent colour with samples that it has scaled to 8 bits. */
const wrongInPillow = (name: string) => /gray-[24].*tRNS|type 0, [124] bits.*key|16 bits.*key/.test(name);

/**
 * Renders pictures with poppler and MuPDF, and compares each pixel with what sharp and Pillow decode.
 *
 * @param renderers Debian's MuPDF is built without Little CMS: colour profiles are poppler's to judge
 */
export function describePictures(
  title: string,
  files: () => Files | Promise<Files>,
  tolerance: Tolerance,
  { pillow = true, renderers }: { pillow?: boolean; renderers?: (keyof typeof RENDERERS)[] } = {},
): void {
  const missing = ['pdftoppm', 'mutool', 'qpdf'].filter((program) => !findProgram(program));
  if (missing.length > 0 && !process.env['CI'])
    process.stderr.write(`SKIPPED: ${missing.join(', ')} not installed, so ${title} are not rendered\n`);
  describe.skipIf(missing.length > 0 && !process.env['CI'])(title, { timeout: 300_000 }, () => {
    it('look in poppler and MuPDF as sharp decodes them', async () => {
      const pictures = await files();
      const expected = await Promise.all(pictures.map(([, file]) => decodedBySharp(file)));
      expect((await judge(pictures, expected, renderers)).filter(beyond(tolerance))).toEqual([]);
    });

    it.runIf(pillow)('look as Pillow decodes them', async () => {
      const pictures = (await files()).filter(([name]) => !wrongInPillow(name));
      const decoded = await decodedByPillow(pictures.map(([, file]) => file));
      expect(decoded.filter((each) => each instanceof Error)).toEqual([]);
      const verdicts = await judge(pictures, decoded as Rendering[], ['pdftoppm']);
      expect(verdicts.filter(beyond(tolerance))).toEqual([]);
    });

    it('make a PDF with which qpdf finds no fault', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'memio-pictures-'));
      try {
        const path = join(folder, 'pictures.pdf');
        writeFileSync(path, await pdfOfPictures(await files()));
        expect(execFileSync('qpdf', ['--check', path], { encoding: 'utf8' })).toContain('No syntax or stream');
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}
