// Many pictures: a contact sheet of PNGs and JPEGs, one decoded at a time, each embedded once, damaged ones by name.
// npm install @memio/core @memio/pdfkit @memio/pngjs pdfkit pngjs
// Runs in browsers and Node.js.

import { type BytesIO, isMemioError, type Source } from '@memio/core';
import { placeImage, writePdf } from '@memio/pdfkit';
import { writePng } from '@memio/pngjs';

export interface Picture {
  name: string;
  /** Called when its turn comes, so that one picture at a time is in memory. */
  open(): Source | Promise<Source>;
}

export interface Grid {
  columns: number;
  rows: number;
}

/** A4 pages of pictures with their names. What cannot be drawn has its reason in its place. */
export function writeSheet(pictures: Iterable<Picture>, { columns, rows }: Grid): Promise<BytesIO> {
  return writePdf(
    async (doc) => {
      const { width, height, margins } = doc.page;
      const cell = { width: (width - 2 * margins.left) / columns, height: (height - 2 * margins.top) / rows };
      const box: [number, number] = [cell.width - 8, cell.height - 20];
      let index = 0;
      for (const { name, open } of pictures) {
        const place = index % (columns * rows);
        if (index++ > 0 && place === 0) doc.addPage();
        const x = margins.left + (place % columns) * cell.width;
        const y = margins.top + Math.floor(place / columns) * cell.height;
        const line = { width: box[0], height: 10, ellipsis: true, lineBreak: false };
        try {
          await placeImage(doc, await open(), x, y, { fit: box, align: 'center', valign: 'center' });
        } catch (error) {
          // A picture may be bad; what else goes wrong is not for this page.
          if (!isMemioError(error, 'ERR_MEMIO_DATA') && !isMemioError(error, 'ERR_MEMIO_LIMIT')) throw error;
          doc.fontSize(7).fillColor('#b91c1c').text(error.message, x, y, { width: box[0], height: box[1] });
        }
        doc
          .fontSize(7)
          .fillColor('#334155')
          .text(name, x, y + box[1] + 4, line);
      }
    },
    { size: 'A4', margin: 36 },
  );
}

const gradient = (hue: number) =>
  writePng({
    width: 60,
    height: 40,
    data: Uint8Array.from({ length: 9600 }, (_, at) => [at % 240, hue, (at / 40) % 256, 255][at % 4]!),
  });

export default async function main(): Promise<Record<string, BytesIO>> {
  const pictures: Picture[] = Array.from({ length: 14 }, (_, at) => ({
    name: `picture-${at + 1}.png`,
    open: async () => (at === 5 ? (await gradient(at)).read(200) : gradient(at * 18)),
  }));
  const pdf = await writeSheet(pictures, { columns: 3, rows: 4 });
  console.log(`${pictures.length} pictures on a sheet of ${pdf.size} bytes`);
  return { 'sheet.pdf': pdf };
}
