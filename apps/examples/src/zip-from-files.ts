// Packs every file below a folder into a ZIP in memory, writes it to out/files.zip and lists what is in it.
// npm install @memio/core @memio/jszip jszip
// node zip-from-files.js [folder]

import { createReadStream, realpathSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BytesIO } from '@memio/core';
import { readZip, writeZip } from '@memio/jszip';

export async function zipFolder(folder: string): Promise<BytesIO> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));

  const files = new Map<string, BytesIO>();
  for (const path of paths.sort()) {
    const name = relative(folder, path).split(sep).join('/');
    files.set(name, await BytesIO.from(createReadStream(path)));
  }
  return await writeZip(files, { compression: 'DEFLATE' });
}

async function main(): Promise<void> {
  const folder = process.argv[2] ?? fileURLToPath(new URL('.', import.meta.url));
  using zip = await zipFolder(folder);

  // The cursor is at 0, so the stream can be read at once; its bytes go to the file without a copy.
  const files = await readZip(zip);
  for (const [name, content] of files) console.log(`${content.size.toLocaleString('en').padStart(12)}  ${name}`);
  await mkdir('out', { recursive: true });
  using bytes = zip.getbuffer();
  await writeFile(join('out', 'files.zip'), bytes);
  console.log(`${files.size} files of ${folder} are in ${join('out', 'files.zip')} (${bytes.length} bytes)`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
