import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describeWriter } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import PDFKitDocument from 'pdfkit';

import { extractText } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { type PdfDocument, type PdfSource, placeImage, writePdf } from './index.ts';

/** The smallest image there is; its header is all that PDFKit looks at. */
const JPEG = Buffer.from(
  '/9j/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q==',
  'base64',
);
/** A red pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC',
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

/** A document that is used twice is the caller’s mistake. */
const mistaken = <Source>(source: () => Source) => ({
  source,
  error: { name: 'TypeError', code: 'ERR_MEMIO_TYPE' },
});

async function verify(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const file = Buffer.from(bytes);
  expect(file.toString('latin1')).toMatch(/^%PDF-1\.[\s\S]*%%EOF\n$/);
  expect(file.includes(JPEG)).toBe(true);
  expect(await extractText(bytes.slice(), { mergePages: true })).toEqual({ totalPages: 1, text: 'Hello' });
}

describeWriter<PdfSource | ((doc: PdfDocument) => unknown)>({
  adapter: '@memio/pdfkit',
  operation: 'writePdf',
  write: (source, options) => writePdf(source as PdfSource, options),
  sample: () => draw,
  verify,
  memory: () => [jpeg],
  faults: {
    errorMidway: building((doc) => doc.destroy(new Error('out of ink'))),
    closesEarly: building((doc) => doc.destroy()),
    destroyed: () => drawn((doc) => doc.destroy()),
    consumed: mistaken(() => drawn((doc) => writePdf(doc))),
    neverEnds: building(() => new Promise(() => {})),
    'the document is piped elsewhere': mistaken(() => drawn((doc) => doc.pipe(new PassThrough()))),
    'the callback pipes the document elsewhere': mistaken(building((doc) => doc.pipe(new PassThrough()))),
    'the document makes text of its bytes': mistaken(() => drawn((doc) => doc.setEncoding('latin1'))),
  },
  completes: {
    'a document that nobody ended': () => drawn(),
    'a document that was ended': () => drawn((doc) => doc.end()),
    'a document that was ended a while ago': () => drawn((doc) => wait(10, doc.end())),
    'a document that is paused': () => drawn((doc) => doc.pause()),
    'what a callback draws that ends the document': building((doc) => doc.end()),
  },
  wrong: ['report.pdf', {}, b`%PDF-1.3`, new PassThrough()],
  outOfRange: { 'a page size that does not exist': { source: () => draw, options: { size: 'A44' } } },
  deterministic: true,
});

const require = createRequire(import.meta.url);
type Constructor = new (options: object) => PDFKit.PDFDocument;

/** Documents of the caller's that another PDFKit made than the one that `writePdf` imports. */
function describeDocuments(build: string, Document: Constructor, cannotStop?: { absent: string }): void {
  const drawn = (prepare: (doc: PDFKit.PDFDocument) => unknown) => async () => {
    const doc = new Document({ info: { CreationDate: new Date(0) } });
    // PDFKit 0.17 takes a Buffer for bytes, and any other array for a path.
    doc.image(Buffer.from(jpeg.buffer), 0, 0).text('Hello', 72, 72);
    await prepare(doc);
    return doc;
  };
  describe(`documents ${build}`, () => {
    describeWriter<PdfSource>({
      adapter: '@memio/pdfkit',
      operation: 'writePdf',
      write: writePdf,
      sample: drawn(() => {}),
      verify,
      memory: () => [jpeg],
      faults: {
        closesEarly: cannotStop ?? drawn((doc) => Object.assign(doc, { end: () => doc.destroy() })),
        destroyed: cannotStop ?? drawn((doc) => doc.destroy()),
        errorMidway: drawn((doc) => Object.assign(doc.info, { CreationDate: 'today' })),
        consumed: mistaken(drawn((doc) => writePdf(doc))),
        neverEnds: drawn((doc) => doc.ref({})),
        'the document is piped elsewhere': mistaken(drawn((doc) => doc.pipe(new PassThrough()))),
        'somebody listens to its data': mistaken(drawn((doc) => doc.on('data', () => {}))),
      },
      completes: {
        'a document that nobody ended': drawn(() => {}),
        'a document that was ended': drawn((doc) => doc.end()),
        'a document that was ended a while ago': drawn((doc) => wait(10, doc.end())),
        'a document that is paused': drawn((doc) => doc.pause()),
      },
      wrong: [],
      outOfRange: { absent: 'the sizes of a document are PDFKit’s to check' },
      deterministic: true,
    });

    it('take an image from placeImage(), once however often it is placed', async () => {
      const doc = await drawn(() => {})();
      const photograph = jpeg.slice();
      for (const source of [photograph, new BytesIO(photograph), PNG, PNG]) await placeImage(doc, source);
      const file = Buffer.from((await writePdf(doc)).getvalue()).toString('latin1');
      expect(file.split('/Subtype /Image').length - 1, 'the one drawn by PDFKit, and two placed').toBe(3);
    });

    it('reject a damaged image instead of ending the process', async () => {
      const damaged = placeImage(await drawn(() => {})(), PNG.subarray(0, -20));
      await expect(damaged).rejects.toMatchObject({ code: 'ERR_MEMIO_DATA', operation: 'placeImage' });
    });

    describeWith('qpdf', 'PDFs are not checked by it')('qpdf', () => {
      it('finds no fault with them', async () => {
        const path = join(tmpdir(), `memio-${crypto.randomUUID()}.pdf`);
        const doc = await placeImage(await drawn(() => {})(), PNG);
        try {
          writeFileSync(path, (await writePdf(doc)).getbuffer());
          expect(execFileSync('qpdf', ['--check', path], { encoding: 'utf8' })).toContain('No syntax or stream');
        } finally {
          rmSync(path, { force: true });
        }
      });
    });
  });
}

describeDocuments('of PDFKit 0.17.0, the lowest in the peer range,', require('pdfkit-lowest'));
describeDocuments('of the browser build of PDFKit', await browserDocument(), {
  absent: 'the browser build’s imitation of a stream has no destroy(), and never closes',
});

/** Node.js would be given its own build; and a browser registers the fonts that it needs. */
async function browserDocument(): Promise<Constructor> {
  const build = new URL('pdfkit.browser.mjs', pathToFileURL(require.resolve('pdfkit')));
  const { default: Document, registerStdFonts } = await import(build.href);
  registerStdFonts(require('pdfkit/standard-fonts/Helvetica'));
  return Document;
}
