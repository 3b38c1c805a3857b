import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { BytesIO } from '@memio/core';
import { extractImages } from 'unpdf';
import { expect, it } from 'vitest';
import { placeImage, writePdf } from './index.ts';
import { refuseMissingGlyphs } from './missing-glyphs.ts';
import { orientedJpegs, profiledPictures } from './oracle/jpegs.ts';
import { encodePng } from './oracle/png-file.ts';

const require = createRequire(import.meta.url);
type Constructor = new (options?: object) => PDFKit.PDFDocument;

async function browserBuild(): Promise<Constructor> {
  const { default: Document, registerStdFonts } = await import(
    new URL('pdfkit.browser.mjs', pathToFileURL(require.resolve('pdfkit'))).href
  );
  registerStdFonts(require('pdfkit/standard-fonts/Helvetica'));
  return Document;
}

const pictures = async (): Promise<Uint8Array[]> => [
  encodePng({ width: 9, height: 5, colourType: 6, depth: 8, sample: (x, y, channel) => 20 * x + y + 50 * channel }),
  encodePng({
    width: 9,
    height: 5,
    colourType: 3,
    depth: 2,
    interlaced: true,
    chunks: [
      ['PLTE', Uint8Array.from({ length: 12 }, (_, at) => 20 * at)],
      ['tRNS', Uint8Array.of(0, 100)],
    ],
    sample: (x, y) => (x + y) % 4,
  }),
  ...(await orientedJpegs(16, 8)).slice(5, 6).map(([, file]) => file),
  ...(await profiledPictures()).slice(0, 1).map(([, file]) => file),
];

async function drawn(doc: PDFKit.PDFDocument): Promise<BytesIO> {
  for (const file of await pictures()) await placeImage(doc, file, { width: 30 });
  return writePdf(doc);
}

const BUILDS: [build: string, load: () => Constructor | Promise<Constructor>][] = [
  ['0.17.0, the lowest in the peer range', () => require('pdfkit-lowest')],
  ['0.17.0, standalone, which brings a Buffer of its own', () => require('pdfkit-lowest/js/pdfkit.standalone.js')],
  ['of the browser build', browserBuild],
];

it.each(BUILDS)('PDFKit %s gets the same pictures', async (_, load) => {
  const Document = await load();
  const made = await extractImages((await drawn(new Document())).getvalue(), 1);
  const expected = await extractImages((await drawn(new (require('pdfkit'))())).getvalue(), 1);
  expect(made.map(({ width, height, channels }) => [width, height, channels])).toEqual(
    expected.map(({ width, height, channels }) => [width, height, channels]),
  );
  for (const [index, { data }] of made.entries())
    expect(Buffer.from(data).equals(Buffer.from(expected[index]!.data)), `picture ${index}`).toBe(true);
});

it.each(BUILDS)('PDFKit %s draws no character that the font lacks', async (_, load) => {
  const doc = new (await load())();
  refuseMissingGlyphs(doc, { adapter: '@memio/pdfkit', operation: 'writePdf' });
  doc.text('Größe 5 €');
  expect(() => doc.text('Łódź')).toThrow('Cannot draw "Ł" (U+0141) in Helvetica');
});
