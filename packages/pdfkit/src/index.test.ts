import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BytesIO } from '@memio/core';
import { describeWith } from '@memio/testkit';
import PDFKitDocument from 'pdfkit';
import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { type PdfDocument, placeImage, type WritePdfOptions, writePdf } from './index.ts';

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

/** DejaVu Sans (Bitstream Vera licence, its additions in the public domain) from `@fontsource/dejavu-sans`. */
const FONT = createRequire(import.meta.url).resolve('@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff');
const fromStream = async (doc: PdfDocument) => {
  const font = await BytesIO.from(createReadStream(FONT));
  doc.registerFont('DejaVu', font.getvalue()).font('DejaVu').text('Größe ½ ÷ ñandú');
};
const placed = async (doc: PdfDocument) => {
  doc.text('Twice');
  for (const source of [PNG_WITH_ALPHA, new BytesIO(PNG_WITH_ALPHA)]) await placeImage(doc, source, { width: 90 });
};
const LowestDocument: typeof PDFKitDocument = createRequire(import.meta.url)('pdfkit-lowest');
const dated = { info: { CreationDate: new Date(0) } };

const pdfs: [what: string, make: () => Promise<BytesIO>, pages: number, says: string][] = [
  ['text', () => writePdf(text), 1, 'Invoice 17'],
  ['text that is not compressed', () => writePdf(text, { compress: false }), 1, '7.40 €'],
  ['many pages', () => writePdf(manyPages), 200, 'Page 200'],
  ['many pages, held back until the end', () => writePdf(manyPages, { bufferPages: true }), 200, 'Page 200'],
  ['a picture with alpha, text, shapes and a file', () => writePdf(everything), 2, 'Invoice 17'],
  ['an image that is placed twice', () => writePdf(placed), 1, 'Twice'],
  ['a font from a stream', () => writePdf(fromStream), 1, 'Größe ½ ÷ ñandú'],
  ['text, deterministically', () => writePdf(text, { deterministic: true }), 1, 'Invoice 17'],
  ['a document of PDFKit 0.17.0', () => writePdf(new LowestDocument().text('Of old')), 1, 'Of old'],
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

describe('a deterministic PDF', () => {
  const later = async (make: () => Promise<BytesIO>) => {
    const first = (await make()).getvalue();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2031, 0, 1) });
    try {
      return { first, again: (await make()).getvalue() };
    } finally {
      vi.useRealTimers();
    }
  };

  it.each<[string, () => Promise<BytesIO>, date: string]>([
    ['of 1970', () => writePdf(everything, { deterministic: true }), 'D:19700101000000Z'],
    [
      'of the date it is told',
      () => writePdf(text, { deterministic: true, info: { CreationDate: new Date(Date.UTC(2026, 0, 2)) } }),
      'D:20260102000000Z',
    ],
    [
      'of a document of the caller with a date',
      () => writePdf(new PDFKitDocument(dated).text('By hand'), { deterministic: true }),
      'D:19700101000000Z',
    ],
    [
      'that is encrypted with RC4',
      () => writePdf(text, { deterministic: true, ownerPassword: 'secret' }),
      'D:19700101000000Z',
    ],
  ])('%s has the same bytes again at another time', async (_, make, date) => {
    const { first, again } = await later(make);
    expect(again).toEqual(first);
    expect((await getMeta(first)).info).toMatchObject({ CreationDate: date });
  });

  it('is another one without that option', async () => {
    const { first, again } = await later(() => writePdf(text));
    expect(again).not.toEqual(first);
  });

  it.each<[string, () => Promise<BytesIO>, message: string]>([
    [
      'a document of the caller whose file id was made of the time',
      () => writePdf(new PDFKitDocument(), { deterministic: true }),
      'Cannot write this document deterministically: its file id was made of the current time; construct it with info.CreationDate',
    ],
    [
      'encryption that begins with random bytes',
      () => writePdf(text, { deterministic: true, userPassword: 'secret', pdfVersion: '1.7' }),
      'Cannot encrypt a PDF 1.7 deterministically: its encryption begins with random bytes',
    ],
  ])('is refused for %s', async (_, make, message) => {
    await expect(make()).rejects.toMatchObject({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message });
  });
});

describe('onProgress', () => {
  it('is called while pages are drawn, with the pages begun and the bytes made so far', async () => {
    const told: [written: number, pages: number][] = [];
    let drawn = false;
    const whileDrawing: typeof told = [];
    const build = async (doc: PdfDocument) => {
      for (let page = 1; page <= 5; page++) {
        if (page > 1) doc.addPage();
        doc.text(`Page ${page}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      drawn = true;
    };
    const onProgress = (...now: [number, number]) => {
      told.push(now);
      if (!drawn) whileDrawing.push(now);
    };
    const pdf = await writePdf(build, { onProgress });
    expect([...new Set(whileDrawing.map(([, pages]) => pages))]).toEqual([1, 2, 3, 4, 5]);
    const writtenAt = (page: number) => whileDrawing.find(([, pages]) => pages === page)![0];
    expect(writtenAt(5)).toBeGreaterThan(writtenAt(2));
    expect(told.at(-1)).toEqual([pdf.size, 5]);
  });

  it('hears of each page of a callback that never yields', async () => {
    const pages = new Set<number>();
    await writePdf(manyPages, { onProgress: (_, page) => pages.add(page) });
    expect([...pages]).toEqual(Array.from({ length: 199 }, (_, index) => index + 2));
  });

  it('may abort while a page is added, and is not called again', async () => {
    const controller = new AbortController();
    let calls = 0;
    const onProgress = () => {
      calls++;
      controller.abort(new Error('enough'));
    };
    const work = writePdf((doc) => doc.addPage().addPage(), { onProgress, signal: controller.signal });
    await expect(work).rejects.toThrow('enough');
    expect(calls).toBe(1);
  });

  it('may throw while a page is added: the promise rejects with that, and the callback goes on', async () => {
    const own = new Error('no terminal');
    let calls = 0;
    let finished = false;
    const onProgress = () => {
      calls++;
      throw own;
    };
    const build = (doc: PdfDocument) => {
      doc.addPage().addPage();
      finished = true;
    };
    await expect(writePdf(build, { onProgress })).rejects.toBe(own);
    expect([calls, finished]).toEqual([1, true]);
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
    await expect(writePdf(doc)).rejects.toThrow('Cannot write this document: it was read before; draw a new one');
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
