// ZIP in memory: files by name become an archive, and an upload becomes files by name, checked and within limits.
// npm install @memio/core @memio/jszip @memio/pngjs jszip pngjs
// Runs in browsers and Node.js.

import { type BytesIO, isMemioError, type Source } from '@memio/core';
import { readZip, writeZip, type ZipContent } from '@memio/jszip';
import { writePng } from '@memio/pngjs';

/** Python's `create_zip_from_dict`: an archive of texts, streams and bytes in the order of the record. */
export function createZip(files: Readonly<Record<string, ZipContent>>): Promise<BytesIO> {
  const entries = Object.entries(files).map(([name, content]) => {
    const compression = /\.(png|jpe?g|webp|zip|gz|mp4)$/i.test(name) ? 'STORE' : 'DEFLATE'; // compressed already
    return [name, { content, compression }] as const;
  });
  return writeZip(entries);
}

/** The files of an archive that somebody else made: at most 100, of 50 MB together. Every checksum is compared. */
export async function openUpload(upload: Source): Promise<Map<string, BytesIO>> {
  try {
    return await readZip(upload, { maxEntries: 100, maxBytes: 50_000_000 });
  } catch (error) {
    if (isMemioError(error, 'ERR_MEMIO_LIMIT'))
      throw new Error('Cannot open the archive: it is too large', { cause: error });
    if (isMemioError(error, 'ERR_MEMIO_DATA'))
      throw new Error('Cannot open the archive: it is damaged, or no ZIP', { cause: error });
    throw error;
  }
}

function drawGradient(width: number, height: number): Promise<BytesIO> {
  const data = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [(pixel % width) / width, Math.floor(pixel / width) / height];
    data.set([255 * x, 120, 255 * y, 255], pixel * 4);
  }
  return writePng({ width, height, data });
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const zip = await createZip({
    'README.txt': 'Made in memory, without a temporary file.\n',
    'settings.json': JSON.stringify({ language: 'en', units: 'metric' }, null, 2),
    'data/rain.csv': `day,rain\n${'Mon,3.2\nTue,0.0\n'.repeat(500)}`,
    'images/gradient.png': await drawGradient(120, 80),
  });

  const files = await openUpload(zip);
  for (const [name, file] of files) console.log(`${String(file.size).padStart(6)}  ${name}`);
  console.log(
    `${files.size} files in ${zip.size} bytes; settings: ${JSON.parse(files.get('settings.json')!.text()).units}`,
  );

  const damaged = zip.getvalue();
  damaged[60]! ^= 1; // one bit, within the first file
  await openUpload(damaged).catch((error) => console.log(`${error.message} (${error.cause.message})`));
  zip.seek(0); // readZip() left it at the end
  return { 'files.zip': zip };
}
