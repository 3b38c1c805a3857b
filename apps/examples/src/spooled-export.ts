// Exports tables that are larger than memory's share as one ZIP: tables and archive move to disk when they outgrow 8 MiB.
// npm install @memio/core @memio/jszip @memio/node jszip
// node spooled-export.js [MiB in all] [folder]

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeZip } from '@memio/jszip';
import { SpooledBytesIO, saveTo } from '@memio/node';

const MiB = 2 ** 20;
const TABLES = ['orders', 'customers', 'payments', 'events'];
const ROW = 64;

export async function exportTables(size: number, path: string): Promise<{ archive: number; peak: number }> {
  const tables = TABLES.map((name) => {
    const table = new SpooledBytesIO(undefined, { maxSize: 8 * MiB });
    for (let row = 0; table.size < size / TABLES.length; row += 1024) table.write(rows(name, row, 1024));
    return [`${name}.csv`, table] as const;
  });
  using archive = new SpooledBytesIO(undefined, { maxSize: 8 * MiB });
  try {
    // With `streamFiles` an entry is written as it is read; without, JSZip would hold it until its size is known.
    await writeZip(tables, { into: archive, streamFiles: true });
    await saveTo(archive, path);
  } finally {
    for (const [, table] of tables) table.close();
  }
  return { archive: archive.size, peak: process.resourceUsage().maxRSS * 1024 };
}

/** Rows of 64 bytes each, as a database would hand them over page by page. */
function rows(table: string, first: number, count: number): Uint8Array {
  const lines = Array.from({ length: count }, (_, index) => `${table},${first + index},`.padEnd(ROW - 1, 'x'));
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}

async function main(): Promise<void> {
  const [size = '64', folder = 'out'] = process.argv.slice(2);
  if (!(Number(size) > 0)) throw new Error(`Cannot export ${size} MiB: expected a number above 0`);
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'export.zip');
  const { archive, peak } = await exportTables(Number(size) * MiB, path);
  const inMiB = (bytes: number) => `${Math.round(bytes / MiB).toLocaleString('en')} MiB`;
  console.log(`${path} has ${inMiB(archive)}; the most memory that was used is ${inMiB(peak)}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
