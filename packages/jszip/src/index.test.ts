import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import fc from 'fast-check';
import { strFromU8, unzipSync, zipSync } from 'fflate';
import JSZip from 'jszip';
import { afterAll, describe, expect, it } from 'vitest';
import { readZip, type WriteZipOptions, writeZip, type ZipContent, type ZipSource } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'memio-jszip-'));
afterAll(() => rmSync(folder, { recursive: true }));

const unzip = (zip: BytesIO) => unzipSync(zip.getvalue());
const contents = (files: Map<string, BytesIO>) =>
  Object.fromEntries([...files].map(([name, file]) => [name, file.getvalue()]));

const random = (size: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
};

async function* chunks() {
  yield b`ab`;
  yield b`c`;
}
function* entries(): Iterable<[string, string]> {
  yield ['b', '1'];
  yield ['a', '2'];
}

describe('writeZip()', () => {
  it.each<[string, () => ZipContent, Uint8Array]>([
    ['a string, as UTF-8', () => 'naïve ☃', b`na\xc3\xafve \xe2\x98\x83`],
    ['an empty string', () => '', b``],
    ['a Uint8Array', () => b`\x00\x01\xff`, b`\x00\x01\xff`],
    ['a part of a larger array', () => b`abcdef`.subarray(2, 4), b`cd`],
    ['an empty array', () => new Uint8Array(0), b``],
    ['a Buffer', () => Buffer.from('abc'), b`abc`],
    ['an ArrayBuffer', () => b`abc`.buffer, b`abc`],
    ['a DataView', () => new DataView(b`abcdef`.buffer, 1, 2), b`bc`],
    ['a Uint16Array, by its bytes', () => new Uint16Array(b`abcd`.buffer), b`abcd`],
    [
      'a BytesIO, whatever its cursor',
      () => {
        const stream = new BytesIO(b`abc`);
        stream.seek(0, 2);
        return stream;
      },
      b`abc`,
    ],
    ['a Blob', () => new Blob(['abc']), b`abc`],
    ['a Response', () => new Response('abc'), b`abc`],
    ['a web stream', () => new Blob(['abc']).stream(), b`abc`],
    ['a Node.js stream', () => Readable.from([b`ab`, b`c`]), b`abc`],
    ['an iterable of bytes', () => [b`ab`, b`c`], b`abc`],
    ['a generator of bytes', () => chunks(), b`abc`],
    ['more than one chunk of JSZip’s', () => new Uint8Array(40_000).fill(7), new Uint8Array(40_000).fill(7)],
  ])('takes %s', async (_, content, expected) => {
    for (const compression of ['STORE', 'DEFLATE'] as const)
      expect(unzip(await writeZip({ entry: content() }, { compression }))).toEqual({ entry: expected });
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['5', 5],
  ])('refuses the content %s instead of making an empty file', async (name, content) => {
    await expect(writeZip({ 'a.txt': content as string })).rejects.toMatchObject({
      name: 'TypeError',
      code: 'ERR_MEMIO_TYPE',
      message: `Cannot write ${name} into "a.txt": expected text or bytes`,
    });
  });

  it.each<[string, () => ZipSource]>([
    ['a record', () => ({ b: '1', a: '2' })],
    [
      'a Map',
      () =>
        new Map([
          ['b', '1'],
          ['a', '2'],
        ]),
    ],
    [
      'an array',
      () => [
        ['b', '1'],
        ['a', '2'],
      ],
    ],
    ['a generator', entries],
    ['a JSZip', () => new JSZip().file('b', '1').file('a', '2')],
  ])('takes %s, and keeps the order', async (_, source) => {
    const files = unzip(await writeZip(source()));
    expect(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)])).toEqual([
      ['b', '1'],
      ['a', '2'],
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('keeps the name %s', async (name) => {
    const files = await readZip(
      await writeZip([
        [name, 'x'],
        ['other', 'y'],
      ]),
    );
    expect([...files.keys()].sort()).toEqual([name, 'other'].sort());
    expect(files.get(name)?.read()).toEqual(b`x`);
    expect(files.get('absent')).toBeUndefined();
  });

  it.each<[unknown, string]>([
    ['', 'it is empty'],
    ['/', 'it is empty'],
    ['/etc/passwd', 'it is absolute'],
    ['C:/boot.ini', 'it is absolute'],
    ['c:boot.ini', 'it is absolute'],
    ['../up', 'it escapes the archive'],
    ['a/../../up', 'it escapes the archive'],
    ['a/..', 'it escapes the archive'],
    ['a\\b', 'it contains a backslash; use /'],
    ['./a', 'it has a part that is empty or "."'],
    ['a/./b', 'it has a part that is empty or "."'],
    ['a//b', 'it has a part that is empty or "."'],
    ['\ud800', 'it is not well-formed text'],
  ])('refuses the name %j: %s', async (name, fault) => {
    await expect(writeZip([[name as string, 'x']])).rejects.toMatchObject({
      name: 'RangeError',
      code: 'ERR_MEMIO_RANGE',
      message: `Cannot name an entry of a ZIP ${JSON.stringify(name)}: ${fault}`,
    });
  });

  it.each(['...', '..a', 'a..', '.hidden', 'a/.b/c', 'ä/ö ü', 'con', 'ab:c', ' '])(
    'takes the name %j',
    async (name) => {
      expect(unzip(await writeZip([[name, 'x']]))).toEqual({ [name]: b`x` });
    },
  );

  it('refuses a name that is not a string', async () => {
    await expect(writeZip([[5 as never, 'x']])).rejects.toThrow('Cannot name an entry of a ZIP 5: expected a string');
  });

  it('refuses the same name twice', async () => {
    await expect(
      writeZip([
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ]),
    ).rejects.toMatchObject({
      name: 'RangeError',
      message: 'Cannot write "a" into a ZIP twice',
    });
  });

  it('makes a folder of a name that ends with a slash, and no others', async () => {
    const zip = await writeZip([
      ['empty/', ''],
      ['deep/down/file', 'x'],
    ]);
    expect(Object.keys(unzip(zip))).toEqual(['empty/', 'deep/down/file']);
    await expect(writeZip({ 'folder/': 'x' })).rejects.toThrow('Cannot write content into the folder "folder/"');
  });

  it.each<[string, () => ZipSource, WriteZipOptions, string]>([
    [
      'more entries than two bytes can count',
      () => Array.from({ length: 65_535 }, (_, index): [string, string] => [`${index}`, '']),
      {},
      'Cannot write a ZIP of 65535 entries: 65534 are the most without Zip64',
    ],
    [
      'a name that is longer than two bytes can say',
      () => ({ ['x'.repeat(70_000)]: '' }),
      {},
      `Cannot write a ZIP: the name of "${'x'.repeat(32)}" has 70000 bytes, 65526 are the most`,
    ],
    [
      'a comment that is longer than two bytes can say',
      () => ({ a: '' }),
      { comment: 'ä'.repeat(35_000) },
      'Cannot write a ZIP: the comment has 70000 bytes, 65526 are the most',
    ],
  ])('refuses %s, of which JSZip would make a broken archive', async (_, source, options, message) => {
    await expect(writeZip(source(), options)).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE', message });
  });

  it('hands JSZip’s options on', async () => {
    const text = 'the same again '.repeat(1000);
    const stored = await writeZip({ a: text });
    const deflated = await writeZip({ a: text }, { compression: 'DEFLATE', compressionOptions: { level: 9 } });
    expect(stored.size).toBeGreaterThan(text.length);
    expect(deflated.size).toBeLessThan(1000);
    expect(unzip(deflated)).toEqual(unzip(stored));
    const commented = await writeZip({ a: text }, { comment: 'of 2026', streamFiles: true, platform: 'UNIX' });
    expect(Buffer.from(commented.getvalue()).toString('latin1')).toMatch(/of 2026$/);
  });
});

describe('readZip()', () => {
  const FILES = { 'a.txt': b`Hello`, 'b/c.bin': b`\x00\xff` };

  it.each<[string, (archive: Uint8Array<ArrayBuffer>) => Parameters<typeof readZip>[0]]>([
    ['bytes', (archive) => archive],
    ['a Buffer', (archive) => Buffer.from(archive)],
    ['a BytesIO', (archive) => new BytesIO(archive)],
    ['a Blob', (archive) => new Blob([archive])],
    ['a Response', (archive) => new Response(archive)],
    ['a Node.js stream', (archive) => Readable.from([archive.subarray(0, 9), archive.subarray(9)])],
  ])('takes %s', async (_, source) => {
    expect(contents(await readZip(source(zipSync(FILES) as Uint8Array<ArrayBuffer>)))).toEqual(FILES);
  });

  it('leaves folders out', async () => {
    expect([...(await readZip(zipSync({ 'a/': b``, 'a/b': b`x` }))).keys()]).toEqual(['a/b']);
  });

  it('reads an archive that follows a program', async () => {
    expect(contents(await readZip(b`${'#!/bin/sh\n'}${zipSync(FILES)}`))).toEqual(FILES);
  });

  it('notices damage, unless it is told not to look', async () => {
    const archive = zipSync({ a: b`Hello` }, { level: 0 });
    // Behind the header, whose date has any bytes.
    const damaged = archive.with(archive.indexOf(0x48, 30), 0x4a);
    await expect(readZip(damaged)).rejects.toThrow('readZip failed: "a" is damaged: its checksum is wrong');
    expect(contents(await readZip(damaged, { checkCRC32: false }))).toEqual({ a: b`Jello` });
  });

  it.each([
    ['/etc/passwd', 'etc/passwd'],
    ['../../up', 'up'],
    ['a/../../b', 'a/b'],
    ['a/./b//c', 'a/b/c'],
    ['a\\b', 'a/b'],
    ['\\\\server\\share', 'server/share'],
    ['C:\\boot.ini', 'boot.ini'],
    ['/C:/D:x', 'x'],
    ['C:../x', 'x'],
    ['a/C:b', 'a/C:b'],
    ['...', '...'],
  ])('makes the name %j relative and safe: %j', async (name, safe) => {
    expect([...(await readZip(zipSync({ [name]: b`x` }))).keys()]).toEqual([safe]);
  });

  it.each([
    ['..', 'the name ".." of an entry is empty'],
    ['a\0b', 'the name "a\\u0000b" of an entry contains a NUL'],
  ])('refuses the name %j', async (name, fault) => {
    await expect(readZip(zipSync({ [name]: b`x` }))).rejects.toThrow(`readZip failed: ${fault}`);
  });

  it('keeps the order of the archive, also of names that are whole numbers', async () => {
    const names = ['b', '10', '2', '__proto__', '0', 'a'];
    const zip = await writeZip(names.map((name): [string, string] => [name, name]));
    const files = await readZip(zip);
    expect([...files.keys()]).toEqual(names);
    expect([...files.values()].map((file) => file.text())).toEqual(names);
  });

  it('decodes names the way it is told', async () => {
    const decodeFileName = (bytes: Uint8Array) => `${bytes.length} bytes`;
    expect([...(await readZip(zipSync({ abc: b`x` }), { decodeFileName })).keys()]).toEqual(['3 bytes']);
  });
});

const NAME = fc
  .array(
    fc.string({
      unit: fc.oneof(
        fc.constantFrom('a', 'é', '☃', '𝄞', ' ', '-', '.'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
      maxLength: 8,
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('/'))
  .filter((name) => !/[\\\0]|^\/|\/\/|\/$|^[a-z]:|(^|\/)\.{1,2}(\/|$)/i.test(name) && name.isWellFormed());
const CONTENT = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constant(new Uint8Array(0)),
  fc.tuple(fc.nat(255), fc.integer({ min: 0, max: 70_000 })).map(([byte, size]) => new Uint8Array(size).fill(byte)),
);
const ENTRIES = fc.uniqueArray(fc.tuple(NAME, CONTENT), { selector: ([name]) => name, maxLength: 8 });
const OPTIONS = fc.record({ compression: fc.constantFrom('STORE', 'DEFLATE'), streamFiles: fc.boolean() });

const sorted = (entries: Iterable<readonly [string, Uint8Array]>) =>
  [...entries].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')]).sort();

describe('any names with any contents', () => {
  it('come out of readZip() as they went into writeZip(), and fflate reads them too', async () => {
    await fc.assert(
      fc.asyncProperty(ENTRIES, OPTIONS, async (entries, options) => {
        const zip = await writeZip(entries, options);
        const files = await readZip(zip);
        expect(sorted([...files].map(([name, file]) => [name, file.getvalue()] as const))).toEqual(sorted(entries));
        expect(sorted(Object.entries(unzip(zip)))).toEqual(sorted(entries.filter(([name]) => name !== '__proto__')));
      }),
      { numRuns: 60 },
    );
  });
});

const ARCHIVES: [what: string, make: () => Promise<BytesIO>][] = [
  ['without entries', () => writeZip({})],
  ['of empty files', () => writeZip({ a: '', 'b/c': '' })],
  ['of names beyond ASCII', () => writeZip({ 'ä/ö.txt': 'ü', '☃': '𝄞' })],
  [
    'with folders',
    () =>
      writeZip([
        ['a/', ''],
        ['a/b', 'x'],
      ]),
  ],
  [
    'that is compressed',
    () => writeZip({ big: new Uint8Array(2_000_000), odd: random(99_999) }, { compression: 'DEFLATE' }),
  ],
  ['that is streamed', () => writeZip({ a: random(40_000) }, { streamFiles: true, compression: 'DEFLATE' })],
  ['with a comment', () => writeZip({ a: 'x' }, { comment: 'two words' })],
  ['of 2,000 files', () => writeZip(Array.from({ length: 2000 }, (_, index): [string, string] => [`f${index}`, '']))],
];

/** Reads archives, each behind its length of 4 bytes, and prints for each what testzip() says and what is in it. */
const PYTHON = `
import base64, io, json, struct, sys, zipfile
while size := sys.stdin.buffer.read(4):
    with zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read(*struct.unpack('<I', size)))) as archive:
        files = [[name, base64.b64encode(archive.read(name)).decode()] for name in archive.namelist()]
        print(json.dumps({'bad': archive.testzip(), 'files': files}))
`;

const python = (archives: Uint8Array[]): { bad: string | null; files: [string, string][] }[] => {
  const input = archives.flatMap((archive) => [new Uint8Array(Uint32Array.of(archive.length).buffer), archive]);
  const said = execFileSync('python3', ['-c', PYTHON], {
    input: Buffer.concat(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  return said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

describeWith('python3', 'archives are not read by zipfile')('Python’s zipfile', () => {
  it.each(ARCHIVES)('finds no fault with an archive %s', async (_, make) => {
    const zip = await make();
    const [found] = python([zip.getvalue()]);
    const files = await readZip(zip);
    expect(found?.bad).toBeNull();
    expect(found?.files.filter(([name]) => !name.endsWith('/')).sort()).toEqual(
      sorted([...files].map(([name, file]) => [name, file.getvalue()] as const)),
    );
  });

  it('reads any names with any contents', async () => {
    const samples = fc.sample(fc.tuple(ENTRIES, OPTIONS), 40);
    const zips = await Promise.all(samples.map(([entries, options]) => writeZip(entries, options)));
    const found = python(zips.map((zip) => zip.getvalue()));
    expect(found.map(({ bad }) => bad)).toEqual(samples.map(() => null));
    expect(found.map(({ files }) => files.sort())).toEqual(samples.map(([entries]) => sorted(entries)));
  });

  it('writes archives that readZip() reads', async () => {
    const script = `
import io, sys, zipfile
out = io.BytesIO()
with zipfile.ZipFile(out, 'w') as archive:
    archive.writestr('stored.txt', 'Hello')
    archive.writestr('ä/☃.bin', bytes(range(256)) * 300, zipfile.ZIP_DEFLATED)
    with archive.open('zip64.txt', 'w', force_zip64=True) as file:
        file.write(b'large on demand')
    archive.mkdir('empty')
sys.stdout.buffer.write(out.getvalue())
`;
    const files = await readZip(execFileSync('python3', ['-c', script]));
    expect([...files.keys()]).toEqual(['stored.txt', 'ä/☃.bin', 'zip64.txt']);
    expect(files.get('stored.txt')?.read()).toEqual(b`Hello`);
    expect(files.get('ä/☃.bin')?.getvalue()).toEqual(Uint8Array.from({ length: 76_800 }, (_, index) => index));
    expect(files.get('zip64.txt')?.read()).toEqual(b`large on demand`);
  });
});

describeWith('unzip', 'archives are not tested by it')('unzip -t', () => {
  // It calls an archive without entries an error.
  it.each(ARCHIVES.slice(1))('finds no fault with an archive %s', async (_, make) => {
    const path = join(folder, `${crypto.randomUUID()}.zip`);
    writeFileSync(path, (await make()).getbuffer());
    expect(execFileSync('unzip', ['-tqq', path], { encoding: 'utf8' })).toBe('');
  });
});
