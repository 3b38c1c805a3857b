import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Red, green, blue, row by row. */
export interface Rendering {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Programs that render PDF independently of each other: poppler has libjpeg and Little CMS, MuPDF code of its own. */
export const RENDERERS = {
  pdftoppm: (pdf: string, folder: string): [string, string[]] => ['pdftoppm', ['-r', '72', pdf, join(folder, 'page')]],
  mutool: (pdf: string, folder: string): [string, string[]] => [
    'mutool',
    ['draw', '-q', '-r', '72', '-c', 'rgb', '-o', join(folder, 'page-%d.ppm'), pdf],
  ],
};

/**
 * Renders a PDF whose pages have a picture each, with `enlarged` x `enlarged` points for a pixel, and gives the colour in
 * the middle of each pixel: there readers that interpolate and readers that do not agree.
 */
export async function renderPages(
  pdf: Uint8Array,
  program: keyof typeof RENDERERS,
  enlarged: number,
): Promise<Rendering[]> {
  const folder = await mkdtemp(join(tmpdir(), 'memio-render-'));
  try {
    const path = join(folder, 'file.pdf');
    await writeFile(path, pdf);
    const [file, args] = RENDERERS[program](path, folder);
    const { stderr } = await run(file, args, { maxBuffer: 1 << 26 });
    const complaint = stderr.split('\n').find((line) => line && !/ICC support is not available/.test(line));
    if (complaint) throw new Error(`${program} complains: ${stderr.slice(0, 2000)}`);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.ppm'));
    names.sort((one, other) => pageOf(one) - pageOf(other));
    return await Promise.all(
      names.map(async (name) => reduced(portablePixmap(await readFile(join(folder, name))), enlarged)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const pageOf = (name: string): number => Number(/(\d+)\.ppm$/.exec(name)?.[1]);

/** Netpbm's P6. */
function portablePixmap(file: Buffer): Rendering {
  const header = /^P6\s+(?:#.*\n)*(\d+)\s+(\d+)\s+255\s/.exec(file.toString('latin1', 0, 100));
  if (!header) throw new Error('a renderer wrote something else than a PPM');
  return { width: Number(header[1]), height: Number(header[2]), data: file.subarray(header[0].length) };
}

function reduced({ width, height, data }: Rendering, by: number): Rendering {
  const small = { width: Math.round(width / by), height: Math.round(height / by) };
  const pixels = new Uint8Array(small.width * small.height * 3);
  const middle = by >> 1;
  for (let y = 0; y < small.height; y++)
    for (let x = 0; x < small.width; x++) {
      const from = 3 * ((y * by + middle) * width + x * by + middle);
      pixels.set(data.subarray(from, from + 3), 3 * (y * small.width + x));
    }
  return { ...small, data: pixels };
}

/** The largest and the mean difference between two renderings, over all samples. */
export function difference(one: Rendering, other: Rendering): { largest: number; mean: number } {
  if (one.width !== other.width || one.height !== other.height) return { largest: 255, mean: 255 };
  let [largest, sum] = [0, 0];
  for (let at = 0; at < one.data.length; at++) {
    const apart = Math.abs(one.data[at]! - other.data[at]!);
    largest = Math.max(largest, apart);
    sum += apart;
  }
  return { largest, mean: sum / one.data.length };
}
