import sharp from 'sharp';
import { placeImage, writePdf } from '../index.ts';
import { difference, RENDERERS, type Rendering, renderPages } from './render.ts';

/** Points for a pixel: from 4 on poppler does not interpolate, and an odd number has a middle. */
const ENLARGED = 5;

/** How a picture came out. */
export interface Verdict {
  name: string;
  renderer: string;
  largest: number;
  mean: number;
}

/** One page for each picture, which fills it, upright. */
export async function pdfOfPictures(pictures: readonly (readonly [string, Uint8Array])[]): Promise<Uint8Array> {
  const pdf = await writePdf(
    async (doc: PDFKit.PDFDocument) => {
      for (const [name, file] of pictures) {
        const { autoOrient } = await sharp(file).metadata();
        const [width, height] = [autoOrient.width * ENLARGED, autoOrient.height * ENLARGED];
        doc.addPage({ size: [width, height], margin: 0 });
        await placeImage(doc, file, 0, 0, { width, height }).catch((error) => {
          throw new Error(`${name}: ${error.message}`, { cause: error });
        });
      }
    },
    { autoFirstPage: false },
  );
  return pdf.getvalue();
}

/** Renders the pictures with each program, and compares them with what a decoder says. */
export async function judge(
  pictures: readonly (readonly [name: string, file: Uint8Array])[],
  expected: readonly Rendering[],
  renderers = Object.keys(RENDERERS) as (keyof typeof RENDERERS)[],
): Promise<Verdict[]> {
  const pdf = await pdfOfPictures(pictures);
  const verdicts: Verdict[] = [];
  for (const renderer of renderers) {
    const pages = await renderPages(pdf, renderer, ENLARGED);
    for (const [index, [name]] of pictures.entries())
      verdicts.push({ name, renderer, ...difference(pages[index]!, expected[index]!) });
  }
  return verdicts;
}
