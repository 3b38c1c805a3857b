import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import JSZip from 'jszip';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readZip, type WriteZipOptions, writeZip, type ZipSource } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-jszip-fidelity-'));
afterAll(() => rmSync(folder, { recursive: true }));
const { TZ } = process.env;
afterEach(() => {
  if (TZ === undefined) delete process.env['TZ'];
  else process.env['TZ'] = TZ;
});

const INFO = `
import io, json, sys, zipfile
with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())) as archive:
    print(json.dumps([
        {'name': i.filename, 'date': i.date_time, 'mode': oct(i.external_attr >> 16), 'dos': i.external_attr & 0xff,
         'host': i.create_system, 'method': i.compress_type, 'comment': i.comment.decode(), 'size': i.file_size}
        for i in archive.infolist()] + [archive.comment.decode()]))`;
/** What Python's zipfile has to say about an archive. */
const infoOf = (zip: Uint8Array | BytesIO) =>
  JSON.parse(
    execFileSync('python3', ['-c', INFO], {
      input: zip instanceof Uint8Array ? zip : zip.getvalue(),
      encoding: 'utf8',
    }),
  );

describeWith('python3', 'dates are not compared with those of zipfile')('Dates', () => {
  it.each(['Asia/Tokyo', 'America/Los_Angeles', 'UTC', 'Australia/Lord_Howe'])('are local time in %s', async (zone) => {
    process.env['TZ'] = zone;
    const date = new Date(2024, 6, 1, 20, 15, 30);
    const expected = [2024, 7, 1, 20, 15, 30];
    const zip = await writeZip({ own: { content: 'x', date }, other: 'y' }, { date });
    expect(infoOf(zip)).toMatchObject([{ date: expected }, { date: expected }, '']);
    const files = await readZip(zip);
    expect(files.info.get('own')?.date).toEqual(date);
    expect(infoOf(await writeZip(files))).toMatchObject([{ date: expected }, { date: expected }, '']);
    expect(infoOf(await writeZip(new JSZip().file('own', 'x', { date })))).toMatchObject([{ date: expected }, '']);
  });

  it.each(['Asia/Tokyo', 'America/Los_Angeles'])(
    'of an archive that JSZip has opened stay as they are in %s',
    async (zone) => {
      process.env['TZ'] = zone;
      const zip = await writeZip({ a: 'x' }, { date: new Date(2024, 6, 1, 20, 15, 30) });
      const opened = (await JSZip.loadAsync(zip.getvalue())).file('new', 'y', { date: new Date(2024, 6, 2, 3, 4, 6) });
      expect(infoOf(await writeZip(opened))).toMatchObject([
        { date: [2024, 7, 1, 20, 15, 30] },
        { date: [2024, 7, 2, 3, 4, 6] },
        '',
      ]);
    },
  );

  it('are the same in every time zone with `deterministic`', async () => {
    const options = { deterministic: true, date: new Date('2024-02-29T12:00:00Z') };
    const zips = [];
    for (const zone of ['Asia/Tokyo', 'America/Los_Angeles']) {
      process.env['TZ'] = zone;
      zips.push((await writeZip({ a: 'x' }, options)).getvalue());
      zips.push((await writeZip(new JSZip().file('a', 'x'), options)).getvalue());
    }
    for (const zip of zips) expect(zip).toEqual(zips[0]);
    expect(infoOf(zips[0]!)).toMatchObject([{ date: [2024, 2, 29, 12, 0, 0] }, '']);
  });
});

/** An archive of every kind of entry, made in the shell. */
function made(command: string): Uint8Array {
  const path = join(folder, `${crypto.randomUUID()}.zip`);
  const into = join(folder, crypto.randomUUID());
  mkdirSync(join(into, 'empty'), { recursive: true });
  mkdirSync(join(into, 'bin'));
  writeFileSync(join(into, 'bin/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(join(into, 'text.txt'), 'the same again\n'.repeat(99), { mode: 0o640 });
  writeFileSync(join(into, 'stored'), 'x');
  symlinkSync('bin/run.sh', join(into, 'link'));
  execFileSync('sh', ['-c', `find . -exec touch -h -d '2020-02-03 04:05:06' {} +; ${command}`], {
    cwd: into,
    env: { ...process.env, OUT: path },
    stdio: 'pipe',
  });
  return readFileSync(path);
}

const PROGRAMS: [program: string, command: string][] = [
  [
    'zip',
    'zip -rqyX $OUT . && printf "of run" | zip -qz $OUT && printf "one\\n\\n\\n\\n\\n\\n" | zip -qc $OUT bin/run.sh',
  ],
  ['7z', '7z a -tzip -snl $OUT .'],
  ['bsdtar', 'bsdtar -cf $OUT --format zip .'],
  [
    'python3',
    `python3 -c "import zipfile, sys
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:
    z.comment = b'of all'
    for n in ('bin', 'empty', 'bin/run.sh', 'text.txt'): z.write(n)
    i = zipfile.ZipInfo('dos.txt', (2001, 2, 3, 4, 5, 6)); i.create_system = 0; i.external_attr = 0x20
    z.writestr(i, 'x')" $OUT`,
  ],
];
for (const [program, command] of PROGRAMS) {
  describeWith(program, 'its archives are not read and written back')(`An archive of ${program}`, () => {
    describeWith('python3', 'what was written is not compared')('that is read and written', () => {
      it('has the same names, dates, permissions, comments, methods and folders', async () => {
        const archive = made(command);
        const files = await readZip(archive);
        const meant = (info: unknown[]) =>
          info
            .map((one) => {
              if (typeof one === 'string') return one;
              const { host, dos, mode, size, name, ...same } = one as Record<string, unknown>;
              // Programs write any permissions for an entry of DOS, and an empty content with any method.
              const isUnix = host === 3;
              return {
                ...same,
                name: String(name).replace(/^\.\//, ''),
                ...(isUnix && mode !== '0o0' && { mode }),
                size,
                ...(size === 0 && { method: 0 }),
              };
            })
            .filter((one) => typeof one === 'string' || one['name'] !== '');
        const before = meant(infoOf(archive));
        const after = meant(infoOf(await writeZip(files)));
        expect(after).toMatchObject(before);
        expect(after).toHaveLength(before.length);
      });
    });
  });
}

describe('What readZip() has read and writeZip() writes', () => {
  const source = {
    'keep.sh': {
      content: '#!/bin/sh',
      unixPermissions: 0o100755,
      comment: 'kept',
      date: new Date(2020, 1, 3, 4, 5, 6),
    },
    'edit.txt': { content: 'before', compression: 'DEFLATE', date: new Date(2021, 1, 3) },
    'gone.txt': 'x',
    'folder/': { content: '', unixPermissions: 0o750 },
  } as const;

  it('has what was changed, in its place, and what was added behind it', async () => {
    const files = await readZip(await writeZip(source, { comment: 'of all' }));
    files.set('edit.txt', new BytesIO(b`after`));
    files.delete('gone.txt');
    files.set('new.txt', new BytesIO(b`added`));
    files.info.get('keep.sh')!.comment = 'changed';
    const again = await readZip(await writeZip(files));
    expect([...again].map(([name, file]) => [name, file.text()])).toEqual([
      ['keep.sh', '#!/bin/sh'],
      ['edit.txt', 'after'],
      ['new.txt', 'added'],
    ]);
    expect([...again.info.keys()]).toEqual(['keep.sh', 'edit.txt', 'folder/', 'new.txt']);
    expect(again.info.get('keep.sh')).toMatchObject({
      comment: 'changed',
      unixPermissions: 0o100755,
      date: new Date(2020, 1, 3, 4, 5, 6),
    });
    expect(again.info.get('edit.txt')).toMatchObject({ compression: 'DEFLATE', date: new Date(2021, 1, 3) });
    expect(again.info.get('folder/')).toMatchObject({ unixPermissions: 0o040750 });
    expect(again.comment).toBe('of all');
    expect((await readZip(await writeZip(files, { comment: 'another' }))).comment).toBe('another');
  });

  it('can be one entry with its information among others', async () => {
    const files = await readZip(await writeZip(source));
    const zip = await writeZip({ 'run.sh': { content: files.get('keep.sh')!, ...files.info.get('keep.sh') } });
    expect((await readZip(zip)).info.get('run.sh')).toEqual(files.info.get('keep.sh'));
  });
});

describe('Permissions', () => {
  const permissions = async (given: ZipSource, options?: WriteZipOptions) =>
    Array.from((await readZip(await writeZip(given, options))).info.values(), (info) => [
      info.unixPermissions,
      info.dosPermissions,
    ]);

  it('of UNIX make the platform UNIX, and get the type of the entry', async () => {
    const entries = {
      'a/': { content: '', unixPermissions: 0o700 },
      'a/b': { content: 'x', unixPermissions: '755' },
      c: 'y',
    };
    expect(await permissions(entries)).toEqual([
      [0o040700, null],
      [0o100755, null],
      [0o100664, null],
    ]);
  });

  it('of a JSZip make it UNIX too', async () => {
    expect(await permissions(new JSZip().file('a', 'x', { unixPermissions: 0o100755 }))).toEqual([[0o100755, null]]);
  });

  it('of DOS are written where there are no others', async () => {
    expect(await permissions({ a: { content: 'x', dosPermissions: 0x21 } })).toEqual([[null, 0x21]]);
  });

  it.each<[string, ZipSource, WriteZipOptions, string]>([
    [
      'of UNIX on DOS',
      { a: { content: '', unixPermissions: 0o755 } },
      { platform: 'DOS' },
      'the unixPermissions of "a": the platform of the ZIP is DOS',
    ],
    [
      'of DOS on UNIX',
      { a: { content: '', dosPermissions: 1 } },
      { platform: 'UNIX' },
      'the dosPermissions of "a": the platform of the ZIP is UNIX',
    ],
    [
      'of both in one archive',
      { a: { content: '', dosPermissions: 2 }, b: { content: '', unixPermissions: 0o755 } },
      {},
      'the dosPermissions of "a"',
    ],
    [
      'of both in one entry',
      { a: { content: '', dosPermissions: 1, unixPermissions: 0o755 } },
      {},
      'both unixPermissions and dosPermissions',
    ],
    ['that are none', { a: { content: '', unixPermissions: 0o7777777 } }, {}, 'expected 0 to 0o177777'],
    ['that are no number', { a: { content: '', unixPermissions: 'rwx' } }, {}, 'expected 0 to 0o177777'],
    ['of a file for a folder', { 'a/': { content: '', unixPermissions: 0o100755 } }, {}, 'the permissions of a file'],
  ])('that would be lost are refused: %s', async (_, source, options, message) => {
    const failing = writeZip(source, options);
    await expect(failing).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE' });
    await expect(failing).rejects.toThrow(message);
  });
});

describe('Options that would be ignored are refused', () => {
  it.each<[string, () => Promise<unknown>, code: string, message: string]>([
    [
      'unknown to writeZip()',
      () => writeZip({}, { password: 'secret' } as object),
      'TYPE',
      'Cannot write a ZIP with password: there is no such option',
    ],
    ['misspelt', () => writeZip({}, { compresion: 'DEFLATE' } as object), 'TYPE', 'compresion'],
    [
      'unknown to readZip()',
      () => readZip(b``, { checkCrc32: false } as object),
      'TYPE',
      'Cannot read a ZIP with checkCrc32: there is no such option',
    ],
    [
      'unknown to an entry',
      () => writeZip({ a: { content: 'x', mode: 0o755 } as never }),
      'TYPE',
      'Cannot write "a" into a ZIP with mode: there is no such option',
    ],
    [
      'unknown to the compressor',
      () => writeZip({ a: 'x' }, { compressionOptions: { memLevel: 9 } as object }),
      'TYPE',
      'Cannot compress with memLevel',
    ],
    [
      'of another type',
      () => writeZip({ a: 'x' }, { streamFiles: 1 as never }),
      'TYPE',
      'streamFiles 1: expected a boolean',
    ],
    [
      'a level where everything is stored',
      () => writeZip({ a: 'x' }, { compression: 'STORE', compressionOptions: { level: 9 } }),
      'RANGE',
      'a level needs compression',
    ],
    [
      'a level of a stored entry',
      () => writeZip({ a: { content: 'x', compression: 'STORE', compressionOptions: { level: 9 } } }),
      'RANGE',
      'Cannot store "a" with a level',
    ],
    [
      'a level that JSZip takes for the default',
      () => writeZip({ a: 'x' }, { compressionOptions: { level: 0 } }),
      'RANGE',
      'Cannot compress with level 0: expected 1 to 9',
    ],
    [
      'a platform that does not exist',
      () => writeZip({ a: 'x' }, { platform: 'VMS' as never }),
      'RANGE',
      'platform the string "VMS"',
    ],
  ])('%s', async (_, run, code, message) => {
    const failing = run();
    await expect(failing).rejects.toMatchObject({ code: `ERR_MEMIO_${code}` });
    await expect(failing).rejects.toThrow(message);
  });

  it('but a level alone compresses, and one of the archive may be for some entries', async () => {
    const text = 'the same again '.repeat(100);
    const one = await writeZip({ a: text }, { compressionOptions: { level: 9 } });
    expect(one.size).toBeLessThan(300);
    const some = { a: text, b: { content: text, compression: 'DEFLATE' } } as const;
    const two = await readZip(await writeZip(some, { compression: 'STORE', compressionOptions: { level: 9 } }));
    expect([...two.info.values()].map(({ compression }) => compression)).toEqual(['STORE', 'DEFLATE']);
  });
});

describe('writeZip() refuses what its own readZip() could not read back', () => {
  const record = 'PK\x05\x06'.padEnd(22, '\0');
  it.each<[string, () => Promise<unknown>]>([
    ['a comment with an end record', () => writeZip({ a: 'x' }, { comment: `before ${record}` })],
    [
      'a comment of an entry with the locator of a Zip64 record',
      () => writeZip({ a: { content: 'x', comment: 'PK\x06\x07' } }),
    ],
    ['a comment of a JSZip', () => writeZip(Object.assign(new JSZip().file('a', 'x'), { comment: record }))],
  ])('%s', async (_, run) => {
    await expect(run()).rejects.toMatchObject({
      code: 'ERR_MEMIO_RANGE',
      message: expect.stringContaining('signature of an end record'),
    });
  });

  it('but not a content with one', async () => {
    const zip = await writeZip({ 'inner.zip': await writeZip({ a: record }) });
    expect((await readZip(zip)).size).toBe(1);
  });
});
