// Page numbers: "2 of 5" in the footer of each page, and a header, once it is known how many pages there are.
// npm install @memio/core @memio/pdfkit pdfkit
// Runs in browsers and Node.js.

import type { BytesIO } from '@memio/core';
import { type PdfDocument, writePdf } from '@memio/pdfkit';

export interface Chapter {
  title: string;
  paragraphs: readonly string[];
}

/** Writes on every page of a document with `bufferPages`; the pages stay as many as they are. */
export function numberPages(doc: PdfDocument, header: string): void {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    doc.switchToPage(page);
    const { width, height, margins } = doc.page;
    const { left, right, bottom, top } = margins;
    // Text below the margin would begin a page of its own.
    doc.page.margins = { left, right, top: 0, bottom: 0 };
    const inside = { width: width - left - right, lineBreak: false };
    doc.font('Helvetica', 8).fillColor('#64748b');
    doc.text(header, left, top / 2, inside);
    doc.text(`${page - start + 1} of ${count}`, left, height - bottom / 2, { ...inside, align: 'right' });
    doc.page.margins = margins;
  }
}

export function writeBook(title: string, chapters: readonly Chapter[]): Promise<BytesIO> {
  return writePdf(
    (doc) => {
      for (const [index, { title, paragraphs }] of chapters.entries()) {
        if (index > 0) doc.addPage();
        doc.font('Helvetica-Bold', 16).fillColor('#0f172a').text(title).moveDown(0.5).font('Helvetica', 10);
        for (const paragraph of paragraphs) doc.text(paragraph, { align: 'justify' }).moveDown(0.5);
      }
      numberPages(doc, title);
    },
    { size: 'A5', margin: 56, bufferPages: true, info: { Title: title } },
  );
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const paragraph = 'The quick brown fox jumps over the lazy dog, and the dog does not mind. '.repeat(9).trim();
  const chapters = ['One', 'Two', 'Three'].map((title, index) => ({
    title: `Chapter ${title}`,
    paragraphs: Array<string>(4 + 3 * index).fill(paragraph),
  }));
  const pdf = await writeBook('The Fox and the Dog', chapters);
  console.log(`A book of ${pdf.size} bytes`);
  return { 'book.pdf': pdf };
}
