// Custom font: embeds a font from bytes, so that a PDF has the letters of other languages, and names one that it lacks.
// npm install @fontsource/dejavu-sans @memio/core @memio/pdfkit pdfkit
// Runs in Node.js.

import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { BytesIO, type Source } from '@memio/core';
import { writePdf } from '@memio/pdfkit';

export interface Greeting {
  language: string;
  text: string;
}

/**
 * A table in a font of its own. Only the glyphs in use get into the PDF. A letter that the font lacks is a `DataError`
 * that names it.
 *
 * @param font TrueType, OpenType or WOFF: a file, a `Response`, a `Blob` or bytes
 */
export async function writeGreetings(greetings: readonly Greeting[], font: Source): Promise<BytesIO> {
  const bytes = (await BytesIO.from(font)).getvalue();
  return writePdf(
    (doc) => {
      doc.registerFont('Text', bytes);
      for (const { language, text } of greetings) {
        doc.font('Helvetica', 8).fillColor('#64748b').text(language);
        doc.font('Text', 18).fillColor('#0f172a').text(text).moveDown(0.4);
      }
    },
    { size: [320, 240], margin: 24, info: { Title: 'Greetings' } },
  );
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const { resolve } = createRequire(import.meta.url);
  const path = resolve('@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff');
  const font = () => createReadStream(path);
  const greetings = [
    { language: 'Polish', text: 'Dzień dobry, Łódź' },
    { language: 'Greek', text: 'Καλημέρα' },
    { language: 'Ukrainian', text: 'Доброго ранку' },
  ];
  const pdf = await writeGreetings(greetings, font());
  console.log(`${greetings.length} languages in ${pdf.size} bytes`);

  const error = await writeGreetings([{ language: 'Chinese', text: '早上好' }], font()).catch((error) => error);
  console.log(error.message.split(':')[0]);
  return { 'greetings.pdf': pdf };
}
