import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { encodePng, type PngSpecification } from './png-file.ts';

const DEPTHS = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] } as const;
const FILTERS: Record<string, (y: number) => number> = {
  none: () => 0,
  sub: () => 1,
  up: () => 2,
  average: () => 3,
  paeth: () => 4,
  all: (y) => y % 5,
};
/** Widths and heights that leave passes of Adam7 empty, and bits of a byte over. */
const SIZES = [
  [1, 1],
  [3, 2],
  [5, 9],
  [13, 11],
] as const;

/** The same for the same place, and without a pattern that a filter would predict. */
const noise = (x: number, y: number, channel: number): number =>
  Math.imul(Math.imul(x + 1, 73856093) ^ Math.imul(y + 1, 19349663) ^ Math.imul(channel + 1, 83492791), 0x2c1b3c6d) >>>
  8;

/** PNGs of all combinations of type, depth, interlacing, filter and transparency. */
export function generatedPngs(): [name: string, file: Buffer][] {
  const files: [string, Buffer][] = [];
  let turn = 0;
  for (const [colourType, depths] of Object.entries(DEPTHS).map(([key, value]) => [Number(key), value] as const))
    for (const depth of depths)
      for (const interlaced of [false, true])
        for (const [filterName, filter] of Object.entries(FILTERS))
          for (const transparency of transparenciesOf(colourType, depth)) {
            const [width, height] = SIZES[turn++ % SIZES.length]!;
            const of = { width, height, colourType, depth, interlaced, filter } as PngSpecification;
            const name = `${width} x ${height}, type ${colourType}, ${depth} bits, ${filterName}`;
            files.push([
              `${name}${interlaced ? ', interlaced' : ''}${transparency ? `, ${transparency}` : ''}`,
              encodePng({ ...of, ...contentOf(of, transparency) }),
            ]);
          }
  return files;
}

function transparenciesOf(colourType: number, depth: number): (string | undefined)[] {
  if (colourType === 3) return [undefined, 'one alpha', 'all alphas', 'opaque alphas', 'few colours'];
  if (colourType > 2) return [undefined];
  return depth < 16 ? [undefined, 'a key', 'a key with bits beyond its depth'] : [undefined, 'a key'];
}

function contentOf(
  { colourType, depth }: PngSpecification,
  transparency: string | undefined,
): Pick<PngSpecification, 'sample' | 'chunks'> {
  const most = 2 ** depth - 1;
  if (colourType === 3) {
    const colours = transparency === 'few colours' ? Math.max(1, 2 ** depth - 1) : 2 ** depth;
    const palette = Uint8Array.from({ length: 3 * colours }, (_, at) => noise(at, 0, 0));
    const alphas = {
      'one alpha': Uint8Array.of(90),
      'all alphas': Uint8Array.from({ length: colours }, (_, at) => noise(at, 1, 0)),
      'opaque alphas': new Uint8Array(colours).fill(255),
    }[transparency ?? ''];
    return {
      sample: (x, y) => noise(x, y, 0) % colours,
      chunks: [['PLTE', palette], ...(alphas ? ([['tRNS', alphas]] as const) : [])],
    };
  }
  // Few values, so that the transparent colour is met.
  const sample = (x: number, y: number, channel: number) =>
    transparency ? [0, most, 1 & most][noise(x, y, 0) % 3]! : noise(x, y, channel) & most;
  if (!transparency) return { sample };
  const beyond = transparency === 'a key with bits beyond its depth' ? 0xffff & ~most : 0;
  const key = Buffer.alloc(colourType === 0 ? 2 : 6);
  for (let at = 0; at < key.length; at += 2) key.writeUInt16BE((1 & most) | beyond, at);
  return { sample, chunks: [['tRNS', key]] };
}

const filesIn = (folder: string): [string, Buffer][] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.png') && name !== 'broken.png')
    .map((name) => [name, readFileSync(join(folder, name))]);

/** Go's sources carry most of PngSuite. */
const GO = readdirSync('/usr/share', { withFileTypes: true })
  .filter(({ name }) => /^go-\d/.test(name))
  .map(({ name }) => join('/usr/share', name, 'src/image/png/testdata/pngsuite'))
  .find((folder) => existsSync(folder));

/** Valid pictures of PngSuite and of libpng's own tests; without Go's sources those of libpng and png-js alone. */
export function collectedPngs(): [name: string, file: Buffer][] {
  const shipped = dirname(createRequire(import.meta.url).resolve('png-js-images/package.json'));
  const libpng = join(import.meta.dirname, '../../../pngjs/data/libpng/testpngs');
  return [
    ...(GO ? filesIn(GO) : []),
    ...filesIn(libpng),
    ...filesIn(join(shipped, 'images')),
    ...filesIn(join(shipped, 'test/images')),
  ];
}
