// Export larger than memory: tables into one ZIP; what outgrows 8 MiB, be it a table or the archive, moves to disk.
// npm install @memio/core @memio/jszip @memio/node jszip
// Runs in Node.js.

import type { BytesIO } from '@memio/core';
import { writeZip } from '@memio/jszip';
import { SpooledBytesIO } from '@memio/node';

const MiB = 2 ** 20;

/** Each table comes in pieces, as large as you like to have in memory. */
export async function exportTables(tables: Record<string, Iterable<Uint8Array>>): Promise<BytesIO> {
  const files = new Map<string, SpooledBytesIO>();
  try {
    for (const [name, pieces] of Object.entries(tables)) {
      const table = new SpooledBytesIO(null, { maxSize: 8 * MiB });
      files.set(name, table);
      table.writelines(pieces);
    }
    // With `streamFiles` an entry is written as it is read; without, JSZip would hold it until its size is known.
    const archive = new SpooledBytesIO(null, { maxSize: 8 * MiB });
    await writeZip(files, { into: archive, streamFiles: true });
    archive.seek(0);
    return archive;
  } finally {
    for (const table of files.values()) table.close();
  }
}

/** `size` bytes in rows of 64, a thousand at a time, as a database would hand them over page by page. */
function* pages(table: string, size: number): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let row = 0; row < size / 64; row += 1024) {
    const rows = Array.from({ length: 1024 }, (_, index) => `${`${table},${row + index},`.padEnd(63, 'x')}\n`);
    yield encoder.encode(rows.join(''));
  }
}

export default async function main(mebibytes = '64'): Promise<Record<string, BytesIO>> {
  const size = (Number(mebibytes) * MiB) / 4;
  if (!(size > 0)) throw new Error(`Cannot export ${mebibytes} MiB: expected a number above 0`);
  const names = ['orders', 'customers', 'payments', 'events'];
  const archive = await exportTables(Object.fromEntries(names.map((name) => [`${name}.csv`, pages(name, size)])));
  const inMiB = (bytes: number) => `${Math.round(bytes / MiB).toLocaleString('en')} MiB`;
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(`${names.length} tables, a ZIP of ${inMiB(archive.size)}; the most memory used is ${inMiB(peak)}`);
  return { 'export.zip': archive };
}
