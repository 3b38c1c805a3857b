import assert from 'node:assert/strict';

export type Draw = (doc: PDFKit.PDFDocument) => void;

/** The date is what makes one PDF differ from the next. */
export const OPTIONS: PDFKit.PDFDocumentOptions = {
  size: 'A4',
  autoFirstPage: false,
  info: { CreationDate: new Date(Date.UTC(2026, 0, 1)) },
};

const WORDS = 'the quick brown fox jumps over a lazy dog while seven wizards pack my box with liquor jugs'.split(' ');
const ROWS = 20;

/** Each page has a heading, a paragraph and a table, which differ from those of the others. */
export function drawing(pages: number): Draw {
  const word = (page: number, at: number) => WORDS[(page * 31 + at * 7) % WORDS.length]!;
  const contents = Array.from({ length: pages }, (_, page) => ({
    text: Array.from({ length: 250 }, (_, at) => word(page, at)).join(' '),
    rows: Array.from({ length: ROWS }, (_, row) => [`${page}-${row}`, word(page, row), word(row, page), `${row * 17}`]),
  }));
  return (doc) => {
    contents.forEach(({ text, rows }, page) => {
      doc.addPage();
      doc
        .fontSize(18)
        .text(`Page ${page + 1}`)
        .moveDown();
      doc.fontSize(10).text(text, { align: 'justify' }).moveDown();
      doc.table({ data: rows });
    });
  };
}

/** Throws unless every object is where the table at its end says it is, and the pages are as many as they should be. */
export function check(bytes: Uint8Array, pages: number): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  assert(file.startsWith('%PDF-'), 'no signature');
  const start = /startxref\n(\d+)\n%%EOF\n?$/.exec(file);
  assert(start, 'the end is missing');
  const [, size] = /^xref\n0 (\d+)\n/.exec(file.slice(Number(start[1]))) ?? [];
  assert(size, 'the table of objects is not where it should be');
  const offsets = [...file.slice(Number(start[1])).matchAll(/^(\d{10}) \d{5} n/gm)].map(([, offset]) => Number(offset));
  assert.equal(offsets.length, Number(size) - 1);
  offsets.forEach((offset, index) => {
    assert(file.startsWith(`${index + 1} 0 obj`, offset), `object ${index + 1} is not where it should be`);
  });
  assert.equal(file.match(/\/Type \/Page\n/g)?.length, pages);
  assert(file.includes(`/Count ${pages}\n`), 'the count of pages is wrong');
}
