import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { describeWriter } from '@memio/conformance';
import { b } from '@memio/core';
import PDFKitDocument from 'pdfkit';
import { extractText } from 'unpdf';
import { expect } from 'vitest';
import { type PdfDocument, type PdfSource, writePdf } from './index.ts';

/** The smallest image there is; its header is all that PDFKit looks at. */
const JPEG = Buffer.from(
  '/9j/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
  'base64',
);
const jpeg = Uint8Array.from(JPEG);

const draw = (doc: PdfDocument) => doc.image(jpeg, 0, 0).text('Hello', 72, 72);
/** A document of the caller's, to which `prepare` did something. */
const drawn = async (prepare?: (doc: PDFKit.PDFDocument) => unknown) => {
  const doc = new PDFKitDocument();
  draw(doc as unknown as PdfDocument);
  await prepare?.(doc);
  return doc;
};
const building = (build: (doc: PDFKit.PDFDocument) => unknown) => () => (doc: PdfDocument) =>
  build(draw(doc) as unknown as PDFKit.PDFDocument);

describeWriter<PdfSource | ((doc: PdfDocument) => unknown)>({
  adapter: '@memio/pdfkit',
  operation: 'writePdf',
  write: (source, options) => writePdf(source as PdfSource, options),
  sample: () => draw,
  verify: async (bytes) => {
    const file = Buffer.from(bytes);
    expect(file.toString('latin1')).toMatch(/^%PDF-1\.[\s\S]*%%EOF\n$/);
    expect(file.includes(JPEG)).toBe(true);
    expect(await extractText(bytes.slice(), { mergePages: true })).toEqual({ totalPages: 1, text: 'Hello' });
  },
  memory: () => [jpeg],
  faults: {
    errorMidway: building((doc) => doc.destroy(new Error('out of ink'))),
    closesEarly: building((doc) => doc.destroy()),
    destroyed: () => drawn((doc) => doc.destroy()),
    consumed: () => drawn((doc) => writePdf(doc)),
    neverEnds: building(() => new Promise(() => {})),
    'the document is piped elsewhere': () => drawn((doc) => doc.pipe(new PassThrough())),
    'the callback pipes the document elsewhere': building((doc) => doc.pipe(new PassThrough())),
    'the document makes text of its bytes': () => drawn((doc) => doc.setEncoding('latin1')),
  },
  completes: {
    'a document that nobody ended': () => drawn(),
    'a document that was ended': () => drawn((doc) => doc.end()),
    'a document that was ended a while ago': () => drawn((doc) => wait(10, doc.end())),
    'a document that is paused': () => drawn((doc) => doc.pause()),
    'what a callback draws that ends the document': building((doc) => doc.end()),
  },
  wrong: ['report.pdf', {}, b`%PDF-1.3`, new PassThrough()],
  outOfRange: { absent: 'the sizes of a document are PDFKit’s to check' },
  deterministic: { absent: 'writePdf() has no such option' },
});
