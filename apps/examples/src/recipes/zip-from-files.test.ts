import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { run, runMain, temporaryFolder } from '../../test/run.ts';
import main, { zipFolder } from './zip-from-files.ts';

const folder = temporaryFolder();
const FILES: Record<string, Uint8Array> = {
  'a.txt': new TextEncoder().encode('eins, zwei\n'.repeat(1000)),
  'empty.bin': new Uint8Array(0),
  'nested/deeper/every-byte.bin': Uint8Array.from({ length: 256 }, (_, byte) => byte),
  'nested/übung.txt': new TextEncoder().encode('ü'),
};
mkdirSync(join(folder, 'files', 'nested', 'deeper'), { recursive: true });
for (const [name, content] of Object.entries(FILES)) writeFileSync(join(folder, 'files', name), content);

describe('zip-from-files', () => {
  it('packs every file below the folder, under its path with slashes, byte for byte', async () => {
    const zip = await zipFolder(join(folder, 'files'));
    expect(zip.tell()).toBe(0);
    const unpacked = unzipSync(zip.read());
    expect(Object.keys(unpacked).sort()).toEqual(Object.keys(FILES).sort());
    for (const [name, content] of Object.entries(FILES)) expect(unpacked[name], name).toEqual(content);
  });

  it('compresses what can be compressed', async () => {
    const zip = await zipFolder(join(folder, 'files'));
    expect(zip.size).toBeLessThan(2000);
  });

  it('fails for a folder that is not there', async () => {
    await expect(zipFolder(join(folder, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the example of zip-from-files', () => {
  it('packs a folder, counts its files and names the largest first', async () => {
    const { made, log } = await runMain(() => main(join(folder, 'files')));
    const zip = made['files.zip']!.getvalue();
    expect(Object.keys(unzipSync(zip)).sort()).toEqual(Object.keys(FILES).sort());
    expect(log[0]).toBe(`4 files of ${join(folder, 'files')}: ${zip.length} bytes as ZIP. The largest:`);
    expect(log.slice(1, 3)).toEqual(['      11,000  a.txt', '         256  nested/deeper/every-byte.bin']);
  });

  it('packs the folder of the recipe itself if told no other', async () => {
    const { made } = await runMain(main);
    expect(Object.keys(unzipSync(made['files.zip']!.getvalue()))).toContain('zip-from-files.ts');
  });
});

describeWith('unzip', 'the archive of zip-from-files is not checked by it')('what unzip says', () => {
  it('finds no errors', async () => {
    const path = join(folder, 'checked.zip');
    writeFileSync(path, (await zipFolder(join(folder, 'files'))).read());
    expect(run('unzip', ['-t', path])).toMatchObject({ status: 0, stderr: '' });
  });
});
