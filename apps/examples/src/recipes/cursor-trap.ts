// Cursor trap: why read() right after write() gives nothing, and the ways out.
// npm install @memio/core @memio/jszip jszip
// Runs in browsers and Node.js.

import { BytesIO, b } from '@memio/core';
import { writeZip } from '@memio/jszip';

/** The trap. The cursor of what is returned stands behind the last byte, and `read()` reads from the cursor on. */
export function writeRowsCarelessly(rows: Iterable<readonly [day: string, millimetres: number]>): BytesIO {
  const csv = new BytesIO();
  csv.write(b`day,rain\n`);
  for (const [day, millimetres] of rows) csv.write(b`${day},${millimetres.toFixed(1)}\n`);
  return csv;
}

/** The habit that avoids it: whoever makes a stream rewinds it, so that the next one can read at once. */
export function writeRows(rows: Iterable<readonly [day: string, millimetres: number]>): BytesIO {
  const csv = writeRowsCarelessly(rows);
  csv.seek(0);
  return csv;
}

/** What follows the cursor, and where the cursor was. Leaves it there. */
export const ahead = (stream: BytesIO): string =>
  `the cursor is at ${stream.tell()} of ${stream.size}, ${stream.peek().length} bytes are ahead`;

export default async function main(): Promise<Record<string, BytesIO>> {
  const rows = Object.entries({ Mon: 3.2, Tue: 0, Wed: 11.5 });
  const csv = writeRowsCarelessly(rows);
  console.log(`Written: ${ahead(csv)}; read() gives ${csv.read().length}`);

  // 1. Go back. For all that reads from the cursor: read(), lines, readPng(), readZip(), BytesIO.from(stream).
  csv.seek(0);
  console.log(`seek(0): ${ahead(csv)}; read() gives ${csv.read().length}, and then ${csv.read().length}`);

  // 2. Ask for everything, wherever the cursor is: a copy that is yours.
  console.log(`getvalue() gives ${csv.getvalue().length}; ${ahead(csv)}`);

  // 3. Everything without a copy, for whoever only looks at it: a hash, a file, a response.
  {
    using view = csv.getbuffer();
    console.log(`getbuffer() gives ${view.length}; ${ahead(csv)}`);
  }

  // What comes from memio was rewound for you …
  const zip = await writeZip({ 'rain.csv': csv });
  console.log(`writeZip(): ${ahead(zip)}`);
  const download = await BytesIO.from(new Response('Hello'));
  console.log(`BytesIO.from(): ${ahead(download)}`);

  // … but not a stream of your own that it wrote into: there may be more to come.
  const own = new BytesIO();
  await writeZip({ 'rain.csv': csv }, { into: own });
  console.log(`writeZip() into a stream of yours: ${ahead(own)}`);

  // The trap's twin: at 0 a write goes over what is there. seek(0, 2) goes to the end.
  const notes = new BytesIO(b`Hello, bytes`);
  notes.write(b`J`);
  notes.seek(0, 2);
  notes.write(b`!`);
  console.log(`Written at 0, then at the end: ${notes.text()}`);
  return { 'rain.csv': writeRows(rows), 'rain.zip': zip };
}
