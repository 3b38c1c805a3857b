import { writeFileSync } from 'node:fs';
import { placeImage, writePdf } from '../index.ts';
import { jpegsOfLibjpeg, orientedJpegs, profiledPictures, testPattern } from './jpegs.ts';
import { encodePng, type PngSpecification } from './png-file.ts';

const [WIDTH, HEIGHT] = [48, 32];
const CELL = { width: 88, height: 78 };
const COLUMNS = 6;

/** One PNG of each type, depth and kind of transparency, with the pattern of the JPEGs. */
function pngs(): [name: string, file: Buffer][] {
  const pattern = testPattern(WIDTH, HEIGHT);
  const colour = (x: number, y: number, channel: number) => pattern[3 * (y * WIDTH + x) + channel]!;
  const grey = (x: number, y: number) => (colour(x, y, 0) + colour(x, y, 1) + colour(x, y, 2)) / 3;
  // A hole with a soft edge.
  const alpha = (x: number, y: number) => Math.min(255, Math.max(0, 24 * (Math.hypot(x - 24, y - 16) - 5)));
  const of = (name: string, more: Omit<PngSpecification, 'width' | 'height'>): [string, Buffer] => [
    name,
    encodePng({ width: WIDTH, height: HEIGHT, filter: (y) => y % 5, ...more }),
  ];
  const scaled = (value: number, depth: number) => Math.round((value / 255) * (2 ** depth - 1));
  const greys = [1, 2, 4, 8, 16].map((depth) =>
    of(`grey, ${depth} bit${depth > 1 ? 's' : ''}`, {
      colourType: 0,
      depth,
      sample: (x, y) => scaled(grey(x, y), depth),
    }),
  );
  const key = Buffer.alloc(2);
  key.writeUInt16BE(3);
  const palette = Uint8Array.from({ length: 48 }, (_, at) =>
    at % 3 === 0 ? 17 * (at / 3) : at % 3 === 1 ? 128 : 255 - 5 * at,
  );
  return [
    ...greys,
    of('grey, one transparent', {
      colourType: 0,
      depth: 2,
      chunks: [['tRNS', key]],
      sample: (x, y) => scaled(grey(x, y), 2),
    }),
    ...[8, 16].map((depth) =>
      of(`RGB, ${depth} bits`, {
        colourType: 2,
        depth,
        sample: (x, y, channel) => scaled(colour(x, y, channel), depth),
      }),
    ),
    of('palette, 4 bits', { colourType: 3, depth: 4, chunks: [['PLTE', palette]], sample: (x) => (x / 3) & 15 }),
    of('palette and alphas', {
      colourType: 3,
      depth: 4,
      chunks: [
        ['PLTE', palette],
        ['tRNS', Uint8Array.from({ length: 8 }, (_, at) => 36 * at)],
      ],
      sample: (x) => (x / 3) & 15,
    }),
    ...[8, 16].map((depth) =>
      of(`RGBA, ${depth} bits`, {
        colourType: 6,
        depth,
        sample: (x, y, channel) => scaled(channel < 3 ? colour(x, y, channel) : alpha(x, y), depth),
      }),
    ),
    of('grey and alpha, interlaced', {
      colourType: 4,
      depth: 8,
      interlaced: true,
      sample: (x, y, channel) => (channel ? alpha(x, y) : grey(x, y)),
    }),
    of('RGB, interlaced', { colourType: 2, depth: 8, interlaced: true, sample: colour }),
  ];
}

/** Writes a PDF with a picture of each kind, as placeImage draws it, over a grid that shows through. */
export async function main([path = 'contact-sheet.pdf']: string[]): Promise<number> {
  const kinds = ['baseline', 'progressive', 'grey', 'in RGB', 'subsampled 4 x 1', 'with a restart in every unit'];
  const jpegs = jpegsOfLibjpeg([[WIDTH, HEIGHT]])
    .map(([name, file]) => [name.replace('48 x 32, ', ''), file] as const)
    .filter(([name]) => kinds.includes(name))
    .map(([name, file]): [string, Buffer] => [`JPEG, ${name}`, file]);
  const sections: [title: string, pictures: [string, Buffer][]][] = [
    ['PNG', pngs()],
    ['JPEG', jpegs],
    ['The same pixels with each orientation of EXIF', await orientedJpegs(WIDTH, HEIGHT)],
    ['Colour profiles', await profiledPictures()],
  ];
  const rows = sections.reduce((sum, [, pictures]) => sum + Math.ceil(pictures.length / COLUMNS), 0);
  const pdf = await writePdf(
    async (doc) => {
      let top = 16;
      for (const [title, pictures] of sections) {
        doc.font('Helvetica-Bold', 9).fillColor('#222').text(title, 16, top, { lineBreak: false });
        top += 16;
        for (const [index, [name, file]] of pictures.entries()) {
          const x = 16 + (index % COLUMNS) * CELL.width;
          const y = top + Math.floor(index / COLUMNS) * CELL.height;
          for (let step = 0; step < 80; step += 8) doc.rect(x + step, y, 4, 54).fill('#ddd');
          await placeImage(doc, file, x, y, { fit: [80, 54], align: 'center', valign: 'center' });
          doc
            .font('Helvetica', 5.5)
            .fillColor('#222')
            .text(name, x, y + 58, { width: 80, align: 'center', height: 14 });
        }
        top += Math.ceil(pictures.length / COLUMNS) * CELL.height + 6;
      }
    },
    {
      size: [2 * 16 + COLUMNS * CELL.width - 8, 16 + rows * CELL.height + sections.length * 22],
      margin: 0,
      deterministic: true,
    },
  );
  writeFileSync(path, pdf.getvalue());
  return 0;
}
