// ZIP from files: packs every file below a folder in memory, and lists what is in an archive.
// npm install @memio/core @memio/jszip @memio/node jszip
// Runs in Node.js.

import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { BytesIO } from '@memio/core';
import { readZip, writeZip } from '@memio/jszip';
import { load } from '@memio/node';

/** An archive of every file below the folder, under its path with slashes. */
export async function zipFolder(folder: string): Promise<BytesIO> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

  const files = new Map<string, BytesIO>();
  for (const path of paths.sort()) files.set(relative(folder, path).split(sep).join('/'), await load(path));
  return await writeZip(files, { compression: 'DEFLATE' });
}

/** Packs the folder that this file is in, if told no other. */
export default async function main(folder: string = import.meta.dirname): Promise<Record<string, BytesIO>> {
  const zip = await zipFolder(folder);

  // The cursor is at 0, so the stream can be read at once.
  const files = await readZip(zip);
  console.log(`${files.size} files of ${folder}: ${zip.size} bytes as ZIP. The largest:`);
  const largest = [...files].sort(([, one], [, other]) => other.size - one.size).slice(0, 5);
  for (const [name, content] of largest) console.log(`${content.size.toLocaleString('en').padStart(12)}  ${name}`);
  return { 'files.zip': zip };
}
