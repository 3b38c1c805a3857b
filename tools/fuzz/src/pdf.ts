import { placeImage, writePdf } from '../../../packages/pdfkit/src/index.ts';
import { decodedBySharp } from '../../../packages/pdfkit/src/oracle/decode.ts';
import { jpegsOfLibjpeg, orientedJpegs } from '../../../packages/pdfkit/src/oracle/jpegs.ts';
import { judge } from '../../../packages/pdfkit/src/oracle/judge.ts';
import { RENDERERS } from '../../../packages/pdfkit/src/oracle/render.ts';
import type { Dice } from './dice.ts';
import { type Fuzz, fuzzHostileFiles, type Outcome } from './hostile-files.ts';
import { damagedPng } from './png.ts';

/** Pictures that were accepted, and wait to be rendered. */
const BATCH = 40;
/** Of 255: rounding. */
const TOLERANCE = 1;
const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xd9, 0xff];

/**
 * Damaged PNGs and JPEGs in PDFs. What placeImage accepts is rendered by MuPDF, and has to look as sharp decodes it, or to
 * be refused by sharp.
 */
export const fuzzPdf: Fuzz = (options) => {
  const accepted: [name: string, file: Uint8Array][] = [];
  return fuzzHostileFiles({
    async prepare() {
      const jpegs = [...jpegsOfLibjpeg([[19, 13]]), ...(await orientedJpegs(9, 5))].map(([, file]) =>
        Uint8Array.from(file),
      );
      return (dice) => (dice.below(2) === 0 ? damagedPng(dice) : damagedJpeg(jpegs, dice));
    },

    async read(file): Promise<Outcome> {
      await writePdf((doc) => placeImage(doc, file));
      accepted.push([Buffer.from(file).toString('base64'), Uint8Array.from(file)]);
      if (accepted.length < BATCH) return { kind: 'a picture' };
      const [wrong] = await wrongPictures(accepted.splice(0));
      return wrong === undefined ? { kind: 'a picture' } : { kind: 'a wrong picture', wrong };
    },
  })(options);
};

async function wrongPictures(files: readonly [string, Uint8Array][]): Promise<string[]> {
  const decoded = await Promise.all(files.map(([, file]) => decodedBySharp(file, 'none').catch(() => undefined)));
  const both = files.flatMap(([name, file], at) => (decoded[at] ? [{ name, file, expected: decoded[at] }] : []));
  const verdicts = await judge(
    both.map(({ name, file }) => [name, file] as const),
    both.map(({ expected }) => expected),
    Object.keys(RENDERERS).slice(1) as (keyof typeof RENDERERS)[],
  );
  return verdicts
    .filter(({ largest }) => largest > TOLERANCE)
    .map(({ name, largest, renderer }) => `${renderer} shows a picture that differs by ${largest}: ${name}`);
}

function damagedJpeg(jpegs: readonly Uint8Array[], dice: Dice): Uint8Array {
  let file = dice.from(jpegs);
  for (let wounds = dice.below(4); wounds > 0; wounds--) file = wounded(file, jpegs, dice);
  return file;
}

function wounded(file: Uint8Array, jpegs: readonly Uint8Array[], dice: Dice): Uint8Array {
  if (file.length === 0) return file;
  const at = dice.below(file.length);
  const end = Math.min(file.length, at + 1 + dice.below(40));
  const copy = Uint8Array.from(file);
  switch (dice.below(9)) {
    case 0:
      return file.slice(0, at);
    case 1:
      return Buffer.concat([file.subarray(0, at), file.subarray(end)]);
    case 2:
      return Buffer.concat([file.subarray(0, end), file.subarray(at)]);
    case 3: {
      const other = dice.from(jpegs);
      return Buffer.concat([file.subarray(0, at), other.subarray(dice.below(other.length))]);
    }
    case 4:
      return Buffer.concat([file.subarray(0, at), Buffer.from([0xff, 0xd9])]);
    case 5:
      return withSegmentsMoved(file, dice);
    case 6:
      copy[at] = dice.from(EXTREMES);
      return copy;
    default:
      copy[at]! ^= 1 << dice.below(8);
      return copy;
  }
}

/** Leaves one segment before the image data out, repeats it, or puts it elsewhere. */
function withSegmentsMoved(file: Uint8Array, dice: Dice): Uint8Array {
  const segments: Uint8Array[] = [];
  let at = 2;
  while (at + 4 <= file.length && file[at] === 0xff && file[at + 1] !== 0xda) {
    const end = at + 2 + ((file[at + 2]! << 8) | file[at + 3]!);
    segments.push(file.subarray(at, end));
    at = end;
  }
  if (segments.length === 0) return file;
  const [moved] = segments.splice(dice.below(segments.length), 1);
  for (let times = dice.below(3); times > 0; times--) segments.splice(dice.below(segments.length + 1), 0, moved!);
  return Buffer.concat([file.subarray(0, 2), ...segments, file.subarray(at)]);
}
