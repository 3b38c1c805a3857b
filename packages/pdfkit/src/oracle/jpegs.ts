import { spawnSync } from 'node:child_process';
import sharp from 'sharp';

/** A picture with smooth areas, edges and fine detail, as raw RGB. */
export function testPattern(width: number, height: number): Buffer {
  const pixels = Buffer.alloc(3 * width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const square = (x >> 3) % 2 === (y >> 3) % 2;
      pixels.set([(255 * x) / width, (255 * y) / height, square ? 200 : 40], 3 * (y * width + x));
    }
  return pixels;
}

function run(program: string, args: readonly string[], input: Uint8Array): Buffer {
  const { stdout, stderr, status } = spawnSync(program, args, { input, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const pixmap = (width: number, height: number): Buffer =>
  Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`), testPattern(width, height)]);

/** Options of libjpeg's `cjpeg`, by what they make. */
const ENCODINGS: Record<string, readonly string[]> = {
  baseline: ['-quality', '90'],
  'baseline of the lowest quality': ['-quality', '1', '-baseline'],
  'extended, with tables of 16 bits': ['-quality', '1'],
  'of the highest quality': ['-quality', '100'],
  grey: ['-grayscale'],
  'grey and progressive': ['-grayscale', '-progressive'],
  'in RGB': ['-rgb'],
  'in RGB and progressive': ['-rgb', '-progressive'],
  progressive: ['-progressive'],
  'with optimized tables': ['-optimize'],
  'with a restart in every row': ['-restart', '1'],
  'with a restart in every unit': ['-restart', '1B'],
  'progressive, with a restart in every second unit': ['-progressive', '-restart', '2B'],
  'not subsampled': ['-sample', '1x1'],
  'subsampled across': ['-sample', '2x1'],
  'subsampled down': ['-sample', '1x2'],
  'subsampled 4 x 1': ['-sample', '4x1'],
  'subsampled 2 x 2, 1 x 2': ['-sample', '2x2,1x2,1x1'],
  'subsampled and progressive': ['-sample', '2x2', '-progressive'],
  smoothed: ['-smooth', '50'],
};

/** What `jpegtran` makes of a baseline JPEG without decoding it. */
const TRANSFORMATIONS: Record<string, readonly string[]> = {
  'made progressive': ['-progressive'],
  'made grey': ['-grayscale'],
  turned: ['-rotate', '90', '-trim'],
  optimized: ['-optimize', '-copy', 'none'],
};

const SIZES = [
  [1, 1],
  [7, 5],
  [16, 16],
  [35, 23],
  [67, 41],
] as const;

/** JPEGs of all kinds that libjpeg's tools make, of sizes that are and are not whole blocks. */
export function jpegsOfLibjpeg(sizes: readonly (readonly [number, number])[] = SIZES): [name: string, file: Buffer][] {
  return sizes.flatMap(([width, height]) => {
    const size = `${width} x ${height}`;
    const made = Object.entries(ENCODINGS).map(([name, args]): [string, Buffer] => [
      `${size}, ${name}`,
      run('cjpeg', args, pixmap(width, height)),
    ]);
    if (width < 16) return made;
    const [[, baseline]] = made as [[string, Buffer]];
    const changed = Object.entries(TRANSFORMATIONS).map(([name, args]): [string, Buffer] => [
      `${size}, ${name}`,
      run('jpegtran', args, baseline),
    ]);
    return [...made, ...changed];
  });
}

/** A JPEG whose data is coded arithmetically: libjpeg reads it, PDF does not have it. */
export const arithmeticJpeg = (): Buffer => run('jpegtran', ['-arithmetic'], run('cjpeg', [], pixmap(32, 32)));

/** The same picture, stored in each of EXIF's orientations. */
export async function orientedJpegs(width = 40, height = 24): Promise<[name: string, file: Buffer][]> {
  const raw = { width, height, channels: 3 } as const;
  const file = await sharp(testPattern(width, height), { raw }).jpeg({ quality: 95 }).toBuffer();
  return [1, 2, 3, 4, 5, 6, 7, 8].map((orientation) => [
    `orientation ${orientation}`,
    Buffer.concat([file.subarray(0, 2), exifSegment(orientation), file.subarray(2)]),
  ]);
}

/** APP1 with a TIFF directory of one entry, in either order of bytes. */
function exifSegment(orientation: number): Buffer {
  const little = orientation % 2 === 0;
  const short = (value: number) => (little ? [value, 0] : [0, value]);
  const long = (value: number) => (little ? [value, 0, 0, 0] : [0, 0, 0, value]);
  const order = little ? [0x49, 0x49] : [0x4d, 0x4d];
  const entry = [...(little ? [0x12, 0x01] : [0x01, 0x12]), ...short(3), ...long(1), ...short(orientation), 0, 0];
  const tiff = [...order, ...short(42), ...long(8), ...short(1), ...entry, ...long(0)];
  const data = [...Buffer.from('Exif\0\0'), ...tiff];
  return Buffer.from([0xff, 0xe1, 0, data.length + 2, ...data]);
}

/** Pictures whose colours are those of a profile that sharp brings along. */
export async function profiledPictures(): Promise<[name: string, file: Buffer][]> {
  const raw = { width: 40, height: 24, channels: 3 } as const;
  const pattern = () => sharp(testPattern(40, 24), { raw });
  return [
    ['a JPEG in Display P3', await pattern().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer()],
    ['a PNG in Display P3', await pattern().withIccProfile('p3').png().toBuffer()],
    [
      'a PNG with a palette in Display P3',
      await pattern().withIccProfile('p3').png({ palette: true, dither: 0 }).toBuffer(),
    ],
    ['a JPEG in sRGB', await pattern().withIccProfile('srgb').jpeg({ quality: 95 }).toBuffer()],
    ['a JPEG in CMYK', await pattern().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }).toBuffer()],
  ];
}
