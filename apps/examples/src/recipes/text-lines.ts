// Text and lines: writes a CSV as UTF-8, and reads one line by line that comes as a file, an upload or a download.
// npm install @memio/core
// Runs in browsers and Node.js.

import { BytesIO, b } from '@memio/core';

/** A CSV with the mark by which Excel knows UTF-8. */
export function writeCsv(rows: Iterable<readonly string[]>): BytesIO {
  const csv = new BytesIO();
  csv.write(b`\xef\xbb\xbf`);
  for (const row of rows) {
    const fields = row.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field));
    csv.write(b`${fields.join()}\r\n`); // UTF-8, as of new TextEncoder()
  }
  csv.seek(0);
  return csv;
}

/**
 * The rows of a CSV from the cursor on. A field in quotes may go over several lines.
 *
 * @throws {Error} when a line is not UTF-8, or a quote is not closed
 */
export function* readCsv(csv: BytesIO): Generator<string[]> {
  // No byte of a longer character is a `\n`, so a line of bytes is whole characters. The mark is left out by default.
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let [lines, row, isOpen] = [0, '', false];
  for (const line of csv) {
    lines += 1;
    try {
      row += utf8.decode(line);
    } catch (cause) {
      throw new Error(`Cannot read line ${lines}: it is not UTF-8`, { cause });
    }
    const quotes = line.filter((byte) => byte === 0x22).length;
    if (quotes % 2 === 1) isOpen = !isOpen;
    if (isOpen) continue;
    const fields = row.replace(/\r?\n$/, '').matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))(?=,|$)/g);
    yield Array.from(fields, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
    row = '';
  }
  if (isOpen) throw new Error(`Cannot read line ${lines}: a quote is not closed before it ends`);
}

// What a network may do: every character of several bytes comes in pieces.
async function* byteByByte(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) yield bytes.subarray(at, at + 1);
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const rows = ['city,says', 'Köln,Et hätt noch emmer joot jejange', '東京,a "quote"\nand two lines'];
  const csv = writeCsv(rows.map((row) => row.split(',')));
  console.log(`${csv.text().length} characters are ${csv.size} bytes; the first line has ${csv.readline().length}`);

  const file = csv.blob('text/csv'); // as of <input type="file">
  const sources = { 'a file': file, 'a response': new Response(file), pieces: byteByByte(csv.getvalue()) };
  for (const [name, source] of Object.entries(sources)) {
    const [, ...cities] = readCsv(await BytesIO.from(source, { maxBytes: 1_000_000 }));
    console.log(`From ${name}: ${JSON.stringify(cities)}`);
  }
  csv.seek(0);
  return { 'cities.csv': csv };
}
