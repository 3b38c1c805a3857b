import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readZip, writeZip } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-jszip-programs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = 'the same again\n'.repeat(5000);
const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * index) >>> 3);

/** What programs pack: files in a folder, one of them beyond ASCII. */
beforeAll(() => {
  mkdirSync(join(folder, 'in', 'deep', 'down'), { recursive: true });
  writeFileSync(join(folder, 'in', 'text.txt'), text);
  writeFileSync(join(folder, 'in', 'deep', 'bytes.bin'), bytes);
  writeFileSync(join(folder, 'in', 'deep', 'naïve ☃.txt'), 'snow');
  writeFileSync(join(folder, 'in', 'empty'), '');
});
const FILES = { 'deep/bytes.bin': bytes, 'deep/naïve ☃.txt': b`snow`, empty: b``, 'text.txt': b`${text}` };

const contents = (files: Map<string, BytesIO>) =>
  Object.fromEntries([...files].map(([name, file]) => [name, file.getvalue()]));

const packedBy = (program: string, args: string[]) => {
  const path = join(folder, `${crypto.randomUUID()}.zip`);
  execFileSync(
    program,
    args.map((arg) => (arg === 'OUT' ? path : arg)),
    { cwd: join(folder, 'in'), stdio: 'pipe' },
  );
  return readFileSync(path);
};

describeWith('zip', 'its archives are not read')('Info-ZIP’s zip packs what readZip() reads', () => {
  it.each<[string, string[]]>([
    ['deflated', ['-rq', 'OUT', '.']],
    ['stored', ['-rq0', 'OUT', '.']],
    ['as small as it can', ['-rq9X', 'OUT', '.']],
    ['streamed, as Zip64', ['-rqfd', 'OUT', '.']],
    ['without entries for folders', ['-rqD', 'OUT', '.']],
  ])('%s', async (_, args) => {
    expect(contents(await readZip(packedBy('zip', args)))).toEqual(FILES);
  });

  it('encrypted: named as such', async () => {
    await expect(readZip(packedBy('zip', ['-q', '-P', 'secret', 'OUT', 'text.txt']))).rejects.toThrow(
      'readZip failed: the entry "text.txt" is encrypted, which is not supported',
    );
  });
});

describeWith('7z', 'its archives are not read')('7-Zip packs what readZip() reads', () => {
  it.each<[string, string[]]>([
    ['deflated', ['a', '-tzip', 'OUT', '.']],
    ['stored', ['a', '-tzip', '-mx=0', 'OUT', '.']],
    ['as small as it can', ['a', '-tzip', '-mx=9', 'OUT', '.']],
  ])('%s', async (_, args) => {
    expect(contents(await readZip(packedBy('7z', args)))).toEqual(FILES);
  });

  it.each([
    ['by LZMA', ['-mm=LZMA'], 'is compressed by method 14'],
    ['encrypted', ['-psecret', '-mem=AES256'], 'is encrypted, which is not supported'],
  ])('%s: named as such', async (_, args, message) => {
    await expect(readZip(packedBy('7z', ['a', '-tzip', ...args, 'OUT', 'text.txt']))).rejects.toThrow(message);
  });

  it('and finds no fault with what writeZip() wrote', async () => {
    const zips = [
      await writeZip(FILES),
      await writeZip(FILES, { compression: 'DEFLATE', streamFiles: true, comment: 'two words' }),
      await writeZip({ a: { content: text, compression: 'DEFLATE', unixPermissions: 0o755 } }, { platform: 'UNIX' }),
      await writeZip(FILES, { deterministic: true }),
    ];
    for (const zip of zips) {
      const path = join(folder, `${crypto.randomUUID()}.zip`);
      writeFileSync(path, zip.getbuffer());
      expect(execFileSync('7z', ['t', path], { encoding: 'utf8' })).toContain('Everything is Ok');
    }
  });
});

describeWith('python3', 'its archives are not read')('Python’s zipfile packs what readZip() reads', () => {
  const pack = (lines: string) =>
    execFileSync('python3', [
      '-c',
      `
import io, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w') as archive:
${lines.replace(/^/gm, '    ')}
sys.stdout.buffer.write(out.getvalue())`,
    ]);

  it('with comments, of the archive and of an entry', async () => {
    const zip = pack(`archive.comment = 'PK and äöü'.encode()
info = zipfile.ZipInfo('a.txt')
info.comment = b'of a'
archive.writestr(info, 'Hello')`);
    expect(contents(await readZip(zip))).toEqual({ 'a.txt': b`Hello` });
  });

  it('with names in code page 437, and with a function of one’s own for others', async () => {
    // zipfile marks names beyond ASCII as UTF-8, so the bytes are put in afterwards.
    const zip = pack(`archive.writestr('na.ve', 'x')`).map((byte, at, all) =>
      byte === 0x2e && all[at - 1] === 0x61 ? 0x8b : byte,
    );
    expect([...(await readZip(zip)).keys()]).toEqual(['naïve']);
    const decodeFileName = (name: Uint8Array) => new TextDecoder('windows-1251').decode(name);
    expect([...(await readZip(zip, { decodeFileName })).keys()]).toEqual(['na‹ve']);
  });

  it('with names that lead out of it, the way zipfile unpacks them', async () => {
    const names = ['/abs/a', '../../up', 'a/../b', './c', 'd//e'];
    const target = join(folder, 'unpacked');
    const zip = pack(names.map((name) => `archive.writestr('${name}', 'x')`).join('\n'));
    const files = await readZip(zip);
    const unpacked = execFileSync(
      'python3',
      [
        '-c',
        `import io, os, sys, zipfile
with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as archive:
    for name in archive.namelist(): print(os.path.relpath(archive.extract(name, sys.argv[1]), sys.argv[1]))`,
        target,
      ],
      { input: zip, encoding: 'utf8' },
    );
    expect([...files.keys()]).toEqual(unpacked.trim().split('\n'));
  });

  it('in the order of namelist(), deflated and stored, with folders', async () => {
    const zip = pack(`archive.mkdir('folder')
archive.writestr('10', 'ten', zipfile.ZIP_DEFLATED)
archive.writestr('folder/b', 'b')
archive.writestr('2', 'two')`);
    expect([...(await readZip(zip)).keys()]).toEqual(['10', 'folder/b', '2']);
  });
});
