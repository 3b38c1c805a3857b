import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type DecodedPng, decode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPng, writePng } from './index.ts';

/** What one row of `count` samples of `depth` bits holds. */
function unpack(row: Uint8Array | Uint16Array, depth: number, count: number): number[] {
  if (depth >= 8) return [...row];
  return Array.from({ length: count }, (_, at) => {
    const bit = at * depth;
    return (row[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  });
}

/** What fast-png decoded, as 8-bit RGBA. */
function rgba({ width, height, depth, channels, data, palette, transparency }: DecodedPng): Uint8Array {
  const most = 2 ** depth - 1;
  const scaled = (sample: number) => Math.floor((sample * 255) / most + 0.5);
  const rowLength = data.length / height;
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    const row = unpack(data.subarray(y * rowLength, (y + 1) * rowLength) as Uint8Array, depth, width);
    for (let x = 0; x < width; x++) {
      const samples = row.slice(x * channels, (x + 1) * channels);
      const transparent = transparency?.length === channels && samples.every((each, at) => each === transparency[at]);
      const [first = 0, second = 0, third = 0, fourth = most] = samples;
      // pngjs makes them black, too.
      if (transparent) pixels.push(0, 0, 0, 0);
      else if (palette) {
        const [red, green, blue, opacity = 255] = palette[first]!;
        pixels.push(red!, green!, blue!, opacity);
      } else if (channels <= 2) {
        const grey = scaled(first);
        pixels.push(grey, grey, grey, scaled(channels === 2 ? second : most));
      } else pixels.push(scaled(first), scaled(second), scaled(third), scaled(fourth));
    }
  }
  return Uint8Array.from(pixels);
}

/** fast-png cannot read interlaced rows of 4 bits, nor a gAMA without a value: libvips reads them. */
const BEYOND_FAST_PNG = ['basn3p04-31i.png', 'empty_ancillary_chunks.png'];

async function independently(name: string, file: Uint8Array): Promise<Uint8Array> {
  if (!BEYOND_FAST_PNG.includes(name)) return rgba(decode(file));
  return sharp(file, { failOn: 'none' }).toColourspace('srgb').ensureAlpha().raw({ depth: 'uchar' }).toBuffer();
}

const LIBPNG = (folder: string) => join(import.meta.dirname, '../data/libpng', folder);
const filesOf = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.png'));

/** Damaged files, and what is wrong with them. */
const INVALID: Record<string, RegExp> = {
  'broken.png': /cut off in IDAT/,
  'invalid-crc32.png': /the checksum of \w+ is wrong/,
  'invalid-noend.png': /cut off before IEND/,
  'invalid-palette.png': /index 255 not in palette/,
  'invalid-trunc.png': /cut off/,
};
/** Those of libpng that claim a chunk of 2 GiB are cut off within it. */
for (const name of filesOf(LIBPNG('crashers'))) {
  const [, chunk] = /^huge_(....)/.exec(name) ?? [];
  INVALID[name] = chunk ? new RegExp(`cut off in ${chunk}`) : /readPng failed/;
}
/** libpng ignores a gAMA, a tRNS and the like of a wrong length. */
delete INVALID['empty_ancillary_chunks.png'];
/** The checksum of zlib is wrong behind the last pixel, where pngjs has stopped to look. */
const FORGIVEN = ['invalid-zlib.png'];

function describeCorpus(title: string, folders: readonly string[], least: number): void {
  const files = folders.flatMap((folder) => filesOf(folder).map((name) => ({ name, path: join(folder, name) })));
  describe(title, () => {
    it(`has at least ${least} images`, () => {
      expect(files.length).toBeGreaterThanOrEqual(least);
    });

    it.each(files.filter(({ name }) => !(name in INVALID) && !FORGIVEN.includes(name)))(
      '$name has the same pixels in another decoder, and still has them when it was written',
      async ({ name, path }) => {
        const file = readFileSync(path);
        const png = await readPng(file, { strict: true });
        const expected = await independently(name, file);
        expect(Buffer.compare(png.data, expected)).toBe(0);
        const written = decode((await writePng(png)).getvalue());
        expect([written.width, written.height]).toEqual([png.width, png.height]);
        expect(Buffer.compare(written.data as Uint8Array, expected)).toBe(0);
      },
    );

    it.each(files.filter(({ name }) => name in INVALID))('$name is refused', async ({ name, path }) => {
      await expect(readPng(readFileSync(path))).rejects.toMatchObject({
        code: 'ERR_MEMIO_DATA',
        message: expect.stringMatching(INVALID[name]!),
      });
    });
  });
}

const shipped = dirname(createRequire(import.meta.url).resolve('png-js-images/package.json'));
describeCorpus('The test images of png-js, from npm,', [join(shipped, 'images'), join(shipped, 'test', 'images')], 28);

describeCorpus(
  'The test images of libpng, and those that have crashed decoders,',
  ['crashers', 'testpngs'].map(LIBPNG),
  127,
);

/** Go's copy of PngSuite, and damaged files of its own. */
const GO = readdirSync('/usr/share', { withFileTypes: true })
  .filter(({ name }) => /^go-\d/.test(name))
  .map(({ name }) => join('/usr/share', name, 'src/image/png/testdata'))
  .find((folder) => existsSync(join(folder, 'pngsuite')));

if (GO) describeCorpus('PngSuite, as Go’s own tests have it,', [GO, join(GO, 'pngsuite')], 40);
else {
  process.stderr.write('SKIPPED: PngSuite is not read (apt-get install golang-1.19-src)\n');
  it.skipIf(!GO)('PngSuite is read', () => {});
}
