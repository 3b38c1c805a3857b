import { describeWriter } from '@memio/conformance';
import { b } from '@memio/core';
import { type PdfDocument, type PdfSource, writePdf } from '@memio/pdfkit';
import PDFDocument from 'pdfkit';
import { PassThrough } from 'readable-stream';
import { extractText } from 'unpdf';
import { expect } from 'vitest';

/** The contract for PDFKit's build for browsers, whose documents are no Node.js streams and cannot be destroyed. */
const noStream = { absent: 'a document of PDFKit in browsers cannot be destroyed' };

/** The smallest image there is; its header is all that PDFKit looks at. */
const jpeg = Uint8Array.from(
  atob(
    '/9j/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
  ),
  (character) => character.charCodeAt(0),
);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const draw = (doc: PdfDocument) => doc.image(jpeg, 0, 0).text('Hello', 72, 72);
const drawn = (prepare?: (doc: PDFKit.PDFDocument) => unknown) => async () => {
  const doc = new PDFDocument({ info: { CreationDate: new Date(0) } });
  draw(doc as unknown as PdfDocument);
  await prepare?.(doc);
  return doc;
};
const building = (build: (doc: PDFKit.PDFDocument) => unknown) => () => (doc: PdfDocument) =>
  build(draw(doc) as unknown as PDFKit.PDFDocument);

/** A document that is used twice is the caller’s mistake. */
const mistaken = <Source>(source: () => Source) => ({ source, error: { name: 'TypeError', code: 'ERR_MEMIO_TYPE' } });

describeWriter<PdfSource | ((doc: PdfDocument) => unknown)>({
  adapter: '@memio/pdfkit',
  operation: 'writePdf',
  write: (source, options) => writePdf(source as PdfSource, options),
  sample: () => draw,
  verify: async (bytes) => {
    expect(new TextDecoder('latin1').decode(bytes)).toMatch(/^%PDF-1\.[\s\S]*%%EOF\n$/);
    expect(await extractText(bytes.slice(), { mergePages: true })).toEqual({ totalPages: 1, text: 'Hello' });
  },
  memory: () => [jpeg],
  faults: {
    errorMidway: drawn((doc) => Object.assign(doc.info, { CreationDate: 'today' })),
    closesEarly: noStream,
    destroyed: noStream,
    consumed: mistaken(drawn((doc) => writePdf(doc as unknown as PdfSource))),
    neverEnds: building(() => new Promise(() => {})),
    'the document is piped elsewhere': mistaken(
      drawn((doc) => doc.pipe(new PassThrough() as unknown as NodeJS.WritableStream)),
    ),
    'somebody listens to its data': mistaken(drawn((doc) => doc.on('data', () => {}))),
  },
  completes: {
    'a document that nobody ended': drawn(),
    'a document that was ended': drawn((doc) => doc.end()),
    'a document that was ended a while ago': drawn((doc) => wait(10).then(() => doc.end())),
    'a document that is paused': drawn((doc) => doc.pause()),
    'what a callback draws that ends the document': building((doc) => doc.end()),
  },
  wrong: ['report.pdf', {}, b`%PDF-1.3`],
  outOfRange: { absent: 'the sizes of a document are PDFKit’s to check' },
  deterministic: true,
});
