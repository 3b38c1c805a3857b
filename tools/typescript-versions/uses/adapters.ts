import { readFile } from 'node:fs/promises';
import { BytesIO, b } from '@memio/core';
import { readZip, streamZip, writeZip, type ZipBudgets, type ZipSource } from '@memio/jszip';
import { createReadStream, createWriteStream, load, SpooledBytesIO, saveTo } from '@memio/node';
import { placeImage, writePdf } from '@memio/pdfkit';
import { type Png, readPng, writePng } from '@memio/pngjs';
import { type Image, readImage, writeImage } from '@memio/sharp';
import JSZip from 'jszip';
import sharp from 'sharp';

/** What applications do with the other packages. Nobody has to install types for the libraries that they adapt. */
export async function use(signal: AbortSignal): Promise<void> {
  const budgets: ZipBudgets = { maxEntries: 10, maxBytes: 1e6, maxRatio: Number.POSITIVE_INFINITY };
  const source: ZipSource = {
    'a.txt': 'text',
    'b.bin': b`\x00`,
    'c.csv': { content: new BytesIO(), date: new Date() },
  };
  const zip: BytesIO = await writeZip(source, { compression: 'DEFLATE', signal });
  const files: Map<string, BytesIO> = await readZip(zip, { ...budgets, signal });
  await writeZip(new JSZip().file('a.txt', 'text'), { into: zip });
  await new Response(streamZip(files)).arrayBuffer();

  using spooled = new SpooledBytesIO(null, { maxSize: 1024 });
  const io: BytesIO = spooled;
  createReadStream(io, { start: 1, end: 2 }).pipe(createWriteStream(new BytesIO()));
  await saveTo(await load('from', { maxBytes: 1024, signal }), 'to', { atomic: true, mode: 0o600 });

  const pdf: BytesIO = await writePdf(
    async (doc) => {
      doc.fontSize(12).text('Hello', 72, 72).moveDown();
      await placeImage(doc, await readFile('logo.png'), 72, 36, { width: 24 });
    },
    { size: 'A4', info: { Title: 'Hello' }, deterministic: true, onProgress: (written, pages) => written + pages },
  );
  pdf.text('latin1');

  const pixels = { width: 1, height: 1, data: new Uint8ClampedArray(4) };
  const png: Png = await readPng(await writePng(pixels, { colorType: 6 }), { maxPixels: 1 });
  const image: Image = await readImage(await writeImage(pixels, { format: 'webp', quality: 80 }), { autoOrient: true });
  await writeImage(sharp(image.data, { raw: image }).resize(1), { into: zip });
  await writePng(png);
}

// @ts-expect-error a content is not a number
writeZip({ 'a.txt': 1 });
writePdf((doc) => {
  // Without @types/pdfkit the document has the types of @memio/pdfkit.
  doc.outline.addItem('1', { expanded: true });
  doc.initForm().formText('name', 1, 1, 1, 1);
  // @ts-expect-error a misspelt option
  doc.text('x', { algin: 'center' });
});
// @ts-expect-error it takes a function or a document
writePdf('text');
