// Photograph from an upload: takes a PNG or JPEG within limits, turns it upright, and answers with a PDF that shows it.
// npm install @memio/core @memio/pdfkit hono pdfkit
// Runs in browsers and Node.js.

import { BytesIO, isMemioError, type Source } from '@memio/core';
import { placeImage, writePdf } from '@memio/pdfkit';
import { Hono } from 'hono';

/** The most bytes of a photograph, and the most pixels: a telephone makes some 12 million. */
export const LIMITS = { maxInputBytes: 20_000_000, maxPixels: 50_000_000 };

/** An A4 page with a photograph and a line below. EXIF data, such as where it was taken, does not get into the PDF. */
export function writePage(photograph: Source, caption: string, signal?: AbortSignal): Promise<BytesIO> {
  return writePdf(
    async (doc) => {
      const { width, height, margins } = doc.page;
      const box: [number, number] = [width - 2 * margins.left, height - 2 * margins.top - 30];
      const where = { fit: box, align: 'center', valign: 'center' } as const;
      await placeImage(doc, photograph, margins.left, margins.top, { ...where, ...LIMITS, signal });
      doc.fontSize(12).text(caption, margins.left, margins.top + box[1] + 10, { align: 'center' });
    },
    { size: 'A4', margin: 48, info: { Title: caption }, signal },
  );
}

export const app: Hono = new Hono();
// The body is the photograph; it is read as it comes, and cancelled when it is longer than allowed.
app.post('/pages', async (c) => {
  const { body, signal } = c.req.raw;
  const photograph = body ?? (await c.req.blob());
  using pdf = await writePage(photograph, c.req.query('caption') ?? '', signal);
  return c.body(pdf.getvalue(), 200, { 'content-type': 'application/pdf' });
});
app.onError((error, c) => {
  if (isMemioError(error, 'ERR_MEMIO_LIMIT')) return c.text(error.message, 413);
  if (isMemioError(error, 'ERR_MEMIO_DATA')) return c.text(error.message, 422);
  return c.text('Something went wrong', 500);
});

/** A JPEG of 16 x 8 pixels, stored on its side: EXIF orientation 6. */
const PHOTOGRAPH =
  '/9j/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAYEAACAwAAAAAAAAAAAAAAAAAABAUiMf/EABUBAQEAAAAAAAAAAAAAAAAAAAID/8QAGREAAgMBAAAAAAAAAAAAAAAAAAMEBSFR/9oADAMBAAIRAxEAPwCavCZUqLwmVAA2QzpGvlNzT//Z';

export default async function main(): Promise<Record<string, BytesIO>> {
  const photograph = Uint8Array.from(atob(PHOTOGRAPH), (character) => character.charCodeAt(0));
  const send = async (body: Uint8Array<ArrayBuffer>) => {
    const response = await app.request('/pages?caption=A%20photograph', { method: 'POST', body });
    const ok = response.ok ? `${response.headers.get('content-type')}` : await response.clone().text();
    console.log(`${response.status} ${ok}`);
    return response;
  };
  const page = await send(photograph);
  await send(photograph.subarray(0, -20));
  return { 'page.pdf': await BytesIO.from(page) };
}
