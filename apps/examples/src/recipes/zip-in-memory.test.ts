import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { decode } from 'fast-png';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { runMain, temporaryFolder } from '../../test/run.ts';
import main, { createZip, openUpload } from './zip-in-memory.ts';

const folder = temporaryFolder();
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('zip-in-memory', () => {
  it('packs texts, bytes, streams and blobs in their order', async () => {
    const zip = await createZip({
      'z.txt': 'Grüße',
      'a.bin': b`\x00\xff`,
      'dir/stream.txt': new BytesIO(b`Hello`),
      'blob.txt': new Blob(['blob']),
      'empty.txt': '',
    });
    const files = unzipSync(zip.read());
    expect(Object.keys(files)).toEqual(['z.txt', 'a.bin', 'dir/stream.txt', 'blob.txt', 'empty.txt']);
    expect(Object.values(files).map((bytes) => text(bytes).length)).toEqual([5, 2, 5, 4, 0]);
    expect(files['a.bin']).toEqual(b`\x00\xff`);
    expect(text(files['z.txt'])).toBe('Grüße');
  });

  it('compresses what is not compressed yet', async () => {
    const content = 'a'.repeat(10_000);
    expect((await createZip({ 'a.txt': content })).size).toBeLessThan(500);
    expect((await createZip({ 'a.PNG': content })).size).toBeGreaterThan(10_000);
  });

  it('refuses a name that leads out of the archive', async () => {
    await expect(createZip({ '../a.txt': 'a' })).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE' });
  });

  it('opens what others packed, in any form of upload', async () => {
    const zip = Uint8Array.from(zipSync({ 'b.txt': b`two`, 'a.txt': b`one` }));
    for (const upload of [zip, new Blob([zip]), new Response(zip)]) {
      const files = await openUpload(upload);
      expect([...files].map(([name, file]) => [name, text(file.read())])).toEqual([
        ['b.txt', 'two'],
        ['a.txt', 'one'],
      ]);
    }
  });

  const DAMAGED = 'Cannot open the archive: it is damaged, or no ZIP';
  const TOO_LARGE = 'Cannot open the archive: it is too large';
  const of = (count: number) => zipSync(Object.fromEntries(Array.from({ length: count }, (_, at) => [`${at}`, b`x`])));
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), DAMAGED],
    ['a text', b`This is a text and not an archive.`, DAMAGED],
    ['an archive that is cut off', of(5).subarray(0, -30), DAMAGED],
    ['a wrong checksum', of(1).with(31, 0x79), DAMAGED],
    ['101 files', of(101), TOO_LARGE],
    ['51 MB', zipSync({ a: new Uint8Array(51_000_000) }, { level: 1 }), TOO_LARGE],
  ])('refuses %s', async (_what, upload, message) => {
    await expect(openUpload(upload)).rejects.toMatchObject({
      message,
      cause: { name: expect.stringMatching(/Error$/) },
    });
  });

  it('passes on what is wrong with the upload itself', async () => {
    await expect(openUpload(new Response('', { status: 404 }))).rejects.toMatchObject({ code: 'ERR_MEMIO_STATUS' });
  });
});

describe('the example of zip-in-memory', () => {
  it('packs four files, opens them again and finds the damage', async () => {
    const { made, log } = await runMain(main);
    const zip = made['files.zip']!.read();
    const files = unzipSync(zip);
    const png = files['images/gradient.png']!;
    expect(log).toEqual([
      '    42  README.txt',
      '    43  settings.json',
      '  8009  data/rain.csv',
      `${String(png.length).padStart(6)}  images/gradient.png`,
      `4 files in ${zip.length} bytes; settings: metric`,
      expect.stringMatching(
        /^Cannot open the archive: it is damaged, or no ZIP \(readZip failed: "README.txt" is damaged/,
      ),
    ]);
    const image = decode(png);
    expect([image.width, image.height]).toEqual([120, 80]);
    expect(JSON.parse(text(files['settings.json']))).toEqual({ language: 'en', units: 'metric' });
  });
});

describeWith('python3', 'the archive is not read by its zipfile module')('what Python says', () => {
  it('finds every file in its order, and no damage', async () => {
    const path = join(folder, 'files.zip');
    writeFileSync(path, (await runMain(main)).made['files.zip']!.read());
    const program = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), *z.namelist())';
    const said = execFileSync('python3', ['-c', program, path], { encoding: 'utf8' });
    expect(said.trim()).toBe('None README.txt settings.json data/rain.csv images/gradient.png');
  });
});
