import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BytesIO } from '@memio/core';
import { describeWith } from '@memio/testkit';
import PDFKitDocument from 'pdfkit';
import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { afterAll, describe, expect, it } from 'vitest';
import { type PdfDocument, type WritePdfOptions, writePdf } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-pdfkit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const save = (pdf: BytesIO): string => {
  const path = join(folder, `${crypto.randomUUID()}.pdf`);
  writeFileSync(path, pdf.getbuffer());
  return path;
};

/** A transparent pixel between two opaque ones, so that PDFKit has to take the alpha channel apart. */
const PNG_WITH_ALPHA = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAYAAAAb4BS0AAAAFElEQVR4XmM4wcDwnwFIMDCc+A8AGmsEV25veI4AAAAASUVORK5CYII=',
  'base64',
);

const text = (doc: PdfDocument) => {
  doc.fontSize(24).text('Invoice 17');
  doc.fontSize(10).text('Two loaves of bread, 7.40 €');
};
const manyPages = (doc: PdfDocument) => {
  for (let page = 2; page <= 200; page++) doc.addPage().text(`Page ${page}`);
};
const image = (doc: PdfDocument) => doc.image(PNG_WITH_ALPHA, 72, 72, { width: 90 });
const everything = (doc: PdfDocument) => {
  text(doc);
  image(doc);
  doc.rect(72, 300, 100, 40).fillAndStroke('#c00', '#000').addPage({ layout: 'landscape' });
  doc.font('Times-Italic').list(['one', 'two']);
  doc.file(Buffer.from('a,b\n1,2\n'), { name: 'data.csv' });
};

const pdfs: [what: string, make: () => Promise<BytesIO>, pages: number, says: string][] = [
  ['text', () => writePdf(text), 1, 'Invoice 17'],
  ['text that is not compressed', () => writePdf(text, { compress: false }), 1, '7.40 €'],
  ['many pages', () => writePdf(manyPages), 200, 'Page 200'],
  ['many pages, held back until the end', () => writePdf(manyPages, { bufferPages: true }), 200, 'Page 200'],
  ['a picture with alpha, text, shapes and a file', () => writePdf(everything), 2, 'Invoice 17'],
  ['a document of the caller', () => writePdf(new PDFKitDocument().text('By hand')), 1, 'By hand'],
];

describe('a PDF from writePdf()', () => {
  it.each(pdfs)('of %s is read by pdf.js', async (_, make, pages, says) => {
    const { totalPages, text } = await extractText((await make()).getvalue());
    expect(totalPages).toBe(pages);
    expect(text.join('\n')).toContain(says);
  });

  it('has the size, the title and the date that PDFKit’s own options name', async () => {
    const info = { Title: 'Invoice 17', CreationDate: new Date(Date.UTC(2026, 0, 2)) };
    const pdf = await writePdf((doc) => doc.text('x'), { size: 'A5', layout: 'landscape', info });
    expect((await getMeta(pdf.getvalue())).info).toMatchObject({
      Title: 'Invoice 17',
      CreationDate: 'D:20260102000000Z',
    });
    const [, , width, height] = (await (await getDocumentProxy(pdf.getvalue())).getPage(1)).view as number[];
    expect([width, height]).toEqual([595.28, 419.53]);
  });

  it('has the same bytes again when its date is fixed', async () => {
    const make = () => writePdf(everything, { info: { CreationDate: new Date(0) } });
    expect((await make()).getvalue()).toEqual((await make()).getvalue());
  });

  it('can be one of many that are made at once', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `Report ${index}`);
    const made = await Promise.all(names.map((name) => writePdf((doc) => doc.text(name))));
    const read = await Promise.all(made.map((pdf) => extractText(pdf.getvalue(), { mergePages: true })));
    expect(read.map(({ text }) => text)).toEqual(names);
  });

  it('waits for an image that PDFKit decodes in the background', async () => {
    const pdf = await writePdf(image);
    expect(Buffer.from(pdf.getvalue()).includes('/SMask')).toBe(true);
  });
});

describe('writePdf()', () => {
  it('takes documents typed by @types/pdfkit, callbacks typed either way, and options from a variable', async () => {
    const options: WritePdfOptions = { onProgress: () => {} };
    const made = await Promise.all([
      writePdf((doc) => doc.text('typed'), options),
      writePdf((doc: PdfDocument) => doc.text('typed'), { margin: 20 }),
      writePdf((doc: PDFKit.PDFDocument) => doc.text('typed'), { ...options, margin: 20 }),
      writePdf(new PDFKitDocument().text('typed'), options),
    ]);
    for (const pdf of made)
      expect(await extractText(pdf.getvalue(), { mergePages: true })).toMatchObject({ text: 'typed' });
  });

  it('does not end a document twice, which PDFKit answers with an error that nobody can catch', async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => uncaught.push(error);
    process.on('uncaughtException', note);
    try {
      const doc = new PDFKitDocument().text('Hello');
      doc.end();
      const pdf = await writePdf(doc);
      expect((await extractText(pdf.getvalue())).totalPages).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.off('uncaughtException', note);
    }
    expect(uncaught).toEqual([]);
  });

  it('says of a document that was written before that it has to be drawn anew', async () => {
    const doc = new PDFKitDocument().text('Hello');
    await writePdf(doc);
    await expect(writePdf(doc)).rejects.toThrow('writePdf failed: the document was read before; draw a new one');
  });

  it('ends a document that the callback has begun to end', async () => {
    const pdf = await writePdf((doc) => doc.text('kept').end());
    expect(await extractText(pdf.getvalue(), { mergePages: true })).toMatchObject({ text: 'kept' });
  });
});

describeWith('qpdf', 'PDFs are not checked by it')('qpdf', () => {
  it.each(pdfs)('finds no fault with %s', async (_, make) => {
    const said = execFileSync('qpdf', ['--check', save(await make())], { encoding: 'utf8' });
    expect(said).toContain('No syntax or stream encoding errors found');
  });
});

describeWith('pdftotext', 'PDFs are not read by it')('pdftotext', () => {
  it.each(pdfs)('reads %s', async (_, make, pages, says) => {
    const said = execFileSync('pdftotext', ['-enc', 'UTF-8', save(await make()), '-'], { encoding: 'utf8' });
    expect(said).toContain(says);
    expect(said.split('\f').length - 1).toBe(pages);
  });
});
