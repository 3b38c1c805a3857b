// ZIP download: sends an archive while it is being made, so that nobody waits for the last row to see the first byte.
// npm install @memio/core @memio/jszip content-disposition hono jszip
// Runs in browsers and Node.js.

import { BytesIO, b } from '@memio/core';
import { streamZip, type ZipSource } from '@memio/jszip';
import contentDisposition from 'content-disposition';
import { Hono } from 'hono';

/**
 * The entries are made one after the other, as fast as the client takes them. A client that goes away stops the entry
 * that is being made (its `finally` runs). An entry that fails breaks the connection off: no client takes it for whole.
 */
export function zipResponse(name: string, entries: ZipSource): Response {
  // With `streamFiles` an entry is sent as it is made; without, JSZip holds it until its size is known.
  return new Response(streamZip(entries, { compression: 'DEFLATE', streamFiles: true }), {
    headers: { 'content-type': 'application/zip', 'content-disposition': contentDisposition(name.toWellFormed()) },
  });
}

/** A table as a database hands it over: page by page, and each takes a while. */
export async function* rows(table: string, pages: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield b`table,row,amount\n`;
  for (let page = 0; page < pages; page++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    for (let row = page * 100; row < (page + 1) * 100; row++) yield b`${`${table},${row},${(row * 37) % 1000}\n`}`;
  }
}

export const app: Hono = new Hono();
app.get('/export.zip', () =>
  zipResponse('export.zip', {
    'README.txt': 'The tables of the shop, as they were at the time of the export.\n',
    'orders.csv': rows('orders', 8),
    'customers.csv': rows('customers', 4),
    'payments.csv': rows('payments', 8),
  }),
);

export default async function main(): Promise<Record<string, BytesIO>> {
  const start = performance.now();
  const times: number[] = [];
  const zip = await BytesIO.from(await app.request('/export.zip'), {
    onProgress: () => times.push(Math.round(performance.now() - start)),
  });
  console.log(`The first of ${times.length} chunks came after ${times[0]} ms, the last after ${times.at(-1)} ms`);
  return { 'export.zip': zip };
}
