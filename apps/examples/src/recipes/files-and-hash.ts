// Files: loads and saves them whole or not at all, pipes a stream through gzip, and hashes it without a copy.
// npm install @memio/core @memio/node
// Runs in Node.js.

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import { createReadStream, createWriteStream, load, saveTo } from '@memio/node';

/** The SHA-256 of the whole content, read where it is in memory. */
export function sha256(io: BytesIO): string {
  using bytes = io.getbuffer();
  return createHash('sha256').update(bytes).digest('hex');
}

/** The same piece by piece: for a `SpooledBytesIO`, whose content may be in a file. */
export async function sha256InPieces(io: BytesIO): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(io), hash);
  return hash.digest('hex');
}

/** Who reads the file meanwhile sees all of the old one or all of the new one. If `edit` fails, the old one stays. */
export async function editFile(path: string, edit: (io: BytesIO) => unknown): Promise<void> {
  using io = await load(path, { maxBytes: 100 * 2 ** 20 });
  await edit(io);
  await saveTo(io, path, { fsync: true });
}

/** The gzip of the whole content, through the streams of Node.js. */
export async function gzip(io: BytesIO): Promise<BytesIO> {
  const packed = new BytesIO();
  await pipeline(createReadStream(io), createGzip(), createWriteStream(packed));
  packed.seek(0);
  return packed;
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const folder = await mkdtemp(join(tmpdir(), 'files-and-hash-'));
  try {
    const path = join(folder, 'ledger.csv');
    await saveTo(new BytesIO(b`date,amount\n2026-03-01,79.00\n`), path);
    await editFile(path, (io) => {
      io.seek(0, 2);
      io.write(b`2026-03-02,12.50\n`);
    });
    const ledger = await load(path);
    const packed = await gzip(ledger);
    console.log(`ledger.csv     ${sha256(ledger)}`);
    console.log(`ledger.csv.gz  ${await sha256InPieces(packed)}`);
    return { 'ledger.csv': ledger, 'ledger.csv.gz': packed };
  } finally {
    await rm(folder, { recursive: true });
  }
}
