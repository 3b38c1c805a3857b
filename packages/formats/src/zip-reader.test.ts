import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { type BytesIO, b, DataError } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from '@zip.js/zip.js';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type BuildEntry,
  type BuildZip,
  buildZip,
  field,
  join,
  u16,
  u32,
  zip64End,
  zip64Field,
} from './oracle/build-zip.ts';
import { LEGAL_ZIPS } from './oracle/legal-zips.ts';
import { JUDGES } from './oracle/zip-judges.ts';
import { type ReadArchiveOptions, readZipArchive } from './zip-reader.ts';

const latin1 = (file: BytesIO) => Buffer.from(file.getvalue()).toString('latin1');
const read = async (archive: Uint8Array<ArrayBuffer>, options?: ReadArchiveOptions) =>
  Object.fromEntries(Array.from(await readZipArchive(archive, options), ([name, file]) => [name, latin1(file)]));

/** What programs do not read, or read in another way, by the kind of the archive. */
const DIFFERENT: Record<string, string[]> = {
  python3: [
    'with a digital signature of the directory',
    'with backslashes in the directory and slashes in the local header',
    // In Python 3.11 every name that is not marked is in code page 437, and there are no extra fields for names.
    'with a UTF-8 name that is not marked',
    'with a Unicode name in an extra field',
  ],
  unzip: [
    // It writes names in the character set of the locale.
    'with a UTF-8 name that is not marked',
    'with a UTF-8 name that is marked',
    'with a name in code page 437',
  ],
  '7z': [
    'with a digital signature of the directory',
    'with a data descriptor of 64 bits',
    'with a data descriptor of 64 bits, unsigned',
    'with a descriptor whose CRC looks like its signature',
    'with backslashes in the directory and slashes in the local header',
    'with a name in code page 437',
    'with a file that has the DOS attribute of a folder',
  ],
  bsdtar: [
    'with Zip64 records and a prefix',
    'with a data descriptor of 64 bits',
    'with a data descriptor of 64 bits, unsigned',
    'with a descriptor whose CRC looks like its signature',
    'with a digital signature of the directory',
    'with a name in code page 437',
    'with a file that has the DOS attribute of a folder',
  ],
  'zip.js': [
    'with Zip64 records and a prefix',
    'with backslashes in the directory and slashes in the local header',
    'whose local header marks an ASCII name as UTF-8',
    'with a file that has the DOS attribute of a folder',
  ],
};

describe('readZipArchive() reads an archive', () => {
  it.each(LEGAL_ZIPS)('$kind', async ({ archive, files }) => {
    expect(await read(archive)).toEqual(files);
  });
});

for (const [judge, judged] of Object.entries(JUDGES)) {
  const suite = judge === 'zip.js' ? describe : describeWith(judge, 'archives are not compared with what it reads');
  suite(`${judge} reads the same files of an archive`, () => {
    it.each(LEGAL_ZIPS.filter(({ kind }) => !DIFFERENT[judge]!.includes(kind)))('$kind', async ({ archive, files }) => {
      expect(await judged(archive)).toEqual(files);
    });
  });
}

const hello: BuildEntry = { name: 'a.txt', content: b`Hello` };
const other: BuildEntry = { name: 'other', content: b`x` };
const text: BuildEntry = { name: 'text.txt', content: b`${'the same again\n'.repeat(9)}`, deflate: true };
const streamed = (crc: number, compressedSize: number, size: number): BuildEntry => ({
  ...hello,
  flags: 8,
  local: { crc: 0, size: 0, compressedSize: 0 },
  descriptor: Uint8Array.of(...u32(0x08074b50, crc, compressedSize, size)),
});
const CRC = crc32(b`Hello`);
const build = (entries: BuildEntry[], zip?: BuildZip) => () => buildZip(entries, zip);
const local = (fields: BuildEntry['local'], entry = hello) => build([{ ...entry, ...(fields && { local: fields }) }]);
const central = (fields: BuildEntry['central'], entry = hello) =>
  build([{ ...entry, ...(fields && { central: fields }) }]);
/** A field of the local header that contradicts the directory. */
const inLocal = (name: string, value: unknown, right: unknown) =>
  `the entry "a.txt" has the ${name} ${value} in its local header, but ${right} in the central directory`;
const inDescriptor = (name: string, value: unknown, right: unknown) =>
  `the entry "a.txt" has the ${name} ${value} in its data descriptor, but ${right} in the central directory`;

describe('readZipArchive() refuses an archive', () => {
  it.each<[kind: string, make: () => Uint8Array<ArrayBuffer>, message: string]>([
    ['whose local header has another method', local({ method: 8 }), inLocal('compression method', 8, 0)],
    ['whose local header has another CRC', local({ crc: 1 }), inLocal('CRC', 1, CRC)],
    ['whose local header has another size', local({ size: 3 }), inLocal('size', 3, 5)],
    ['whose local header has another compressed size', local({ compressedSize: 3 }), inLocal('compressed size', 3, 5)],
    ['whose local header has other flags', local({ flags: 1 }), inLocal('flags', '0x1', '0x0')],
    ['whose local header alone has a descriptor', local({ flags: 8 }), inLocal('flags', '0x8', '0x0')],
    [
      'whose local header has another date',
      local({ modified: 0x5a21_6001 }),
      inLocal('date', '0x5a216001', '0x5a216000'),
    ],
    [
      'whose local header has another name',
      local({ name: 'b.txt' }),
      'the entry "a.txt" has another name in its local header',
    ],
    [
      'whose local header has another Unicode name',
      local({ extra: field(0x7075, 1, ...u32(crc32(b`a.txt`)), ...b`evil.exe`) }),
      'the entry "a.txt" has another name in its local header',
    ],
    [
      'whose local header marks another reading of the name',
      local({ flags: 0x800 }, { ...hello, name: 'naïve' }),
      'the entry "naïve" has the flags 0x800 in its local header, but 0x0 in the central directory',
    ],
    [
      'whose local Zip64 field has another size',
      local({ size: 0xffffffff, compressedSize: 0xffffffff, extra: zip64Field(6, 5) }),
      inLocal('size', 6, 5),
    ],
    [
      'whose local header has wrong sizes although a descriptor follows',
      build([{ ...streamed(CRC, 5, 5), local: { crc: 0, size: 6, compressedSize: 0 } }]),
      inLocal('size', 6, 5),
    ],
    ['whose descriptor has another CRC', build([streamed(1, 5, 5)]), inDescriptor('CRC', 1, CRC)],
    ['whose descriptor has another size', build([streamed(CRC, 5, 6)]), inDescriptor('size', 6, 5)],
    [
      'whose descriptor has another compressed size',
      build([streamed(CRC, 6, 5)]),
      inDescriptor('compressed size', 6, 5),
    ],
    ['whose descriptor is missing', build([{ ...hello, flags: 8 }]), 'the data descriptor of "a.txt" is missing'],
    [
      'with two Zip64 fields',
      central({ offset: 0xffffffff, extra: join(zip64Field(0), zip64Field(7)) }),
      'the entry "a.txt" has two extra fields of the kind zip64',
    ],
    [
      'with two Unicode names',
      central({ extra: join(field(0x7075, 1, 0, 0, 0, 0), field(0x7075, 1, 0, 0, 0, 0)) }),
      'the entry "a.txt" has two extra fields of the kind unicodeName',
    ],
    [
      'with a Zip64 field that contradicts its header',
      central({ extra: zip64Field(6, 5, 0) }),
      'the Zip64 field of the entry "a.txt" contradicts its header',
    ],
    [
      'with a Zip64 field of which readers may take one value or the other',
      central({ offset: 0xffffffff, extra: zip64Field(0, 5, 36) }),
      'the Zip64 field of the entry "a.txt" contradicts its header',
    ],
    [
      'with a Zip64 field that is too short',
      central({ offset: 0xffffffff, extra: field(1, 0, 0, 0, 0) }),
      'the Zip64 field of the entry "a.txt" is too short',
    ],
    [
      'with an extra field that exceeds its header',
      central({ extra: Uint8Array.of(...u16(0x5455, 9), 1) }),
      'the extra fields of the entry "a.txt" are damaged',
    ],
    [
      'with two names, both of which are marked',
      build([{ ...hello, flags: 0x800, extra: field(0x7075, 1, ...u32(crc32(b`a.txt`)), ...b`b.txt`) }]),
      'an entry has two names, "a.txt" and "b.txt"',
    ],
    [
      'whose entries share their data',
      build([hello, { ...hello, parts: 'central', central: { offset: 0 } }]),
      'the entries "a.txt" and "a.txt" overlap',
    ],
    [
      'whose entry reaches into a data descriptor',
      () => {
        const inside = buildZip([other]).subarray(0, 36);
        const start = 30 + 5 + 5;
        return buildZip([
          { ...streamed(CRC, 5, 5), descriptor: join(streamed(CRC, 5, 5).descriptor!, inside) },
          { ...other, parts: 'central', central: { offset: start + 12 } },
        ]);
      },
      'the entry "other" is not where the central directory states',
    ],
    ['with content in a folder', build([{ ...hello, name: 'folder/' }]), 'the folder "folder/" has content'],
    [
      'whose Zip64 record contradicts its end record',
      build([hello], { zip64: zip64End, end: { entries: 2 } }),
      'the end record of the archive contradicts its Zip64 end record',
    ],
    [
      'whose Zip64 record is not where its locator states',
      build([hello], { zip64: (true64) => zip64End({ ...true64, at: true64.at + 1 }) }),
      'the offset of the Zip64 end record is wrong',
    ],
    ['with an end record in its comment', build([hello], { comment: buildZip([]) }), 'the archive has two end records'],
    [
      'with another archive in front of it',
      () => join(buildZip([other]), buildZip([hello])),
      'the archive is cut off, or another archive precedes it',
    ],
    [
      'that is cut off behind an archive that it contains',
      () =>
        buildZip([{ name: 'inner.zip', content: buildZip([hello]) }])
          .subarray(0, -60)
          .slice(),
      'the archive is cut off, or another archive precedes it',
    ],
    [
      'with bytes behind the compressed data of a file',
      build([{ ...text, data: join(deflateRawSync(text.content), b`xyz`) }]),
      '"text.txt" is damaged: 3 bytes follow its compressed data',
    ],
    [
      'with compressed data that is cut off',
      build([{ ...text, data: deflateRawSync(text.content).subarray(0, -2) }]),
      '"text.txt" is damaged: it cannot be inflated (unexpected end of file)',
    ],
    ['with a file without data', build([{ ...text, data: b`` }]), '"text.txt" is damaged: it has no data'],
    ['with a wrong CRC in both headers', build([{ ...hello, crc: 1 }]), '"a.txt" is damaged: its checksum is wrong'],
    ['with bzip2', build([{ ...hello, method: 12 }]), 'is compressed by method 12 (bzip2)'],
    ['with a method that nobody knows', build([{ ...hello, method: 77 }]), 'is compressed by method 77: only'],
    ['that is encrypted', build([{ ...hello, flags: 1 }]), 'the entry "a.txt" is encrypted'],
    ['that is split', build([hello], { end: { disk: 1 } }), 'the archive is split into several files'],
    [
      'of an HTML page',
      () => b`<!doctype html><title>Not found</title>`,
      'the bytes are not a ZIP archive, but an HTML page',
    ],
  ])('%s', async (_, make, message) => {
    const error = await read(make()).catch((error) => error);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(message);
  });
});

describe('readZipArchive()', () => {
  afterEach(() => vi.unstubAllGlobals());
  const pick = async (options: ReadArchiveOptions, entries = [text, hello, { name: 'dir/', content: b`` }]) =>
    readZipArchive(buildZip(entries), options);

  it('reads what the filter accepts, and calls it with the safe name and the information of each entry', async () => {
    const seen: unknown[] = [];
    const files = await pick({
      filter: (name, info) => {
        seen.push([name, info.size, info.compressedSize, info.compression]);
        return name !== 'text.txt';
      },
    });
    const packed = deflateRawSync(text.content).length;
    expect(seen).toEqual([
      ['text.txt', 135, packed, 'DEFLATE'],
      ['a.txt', 5, 5, 'STORE'],
      ['dir/', 0, 0, 'STORE'],
    ]);
    expect([...files.keys()]).toEqual(['a.txt']);
    expect([...files.info.keys()]).toEqual(['a.txt', 'dir/']);
  });

  it('does not count what is filtered out for maxBytes', async () => {
    await expect(pick({ maxBytes: 5 })).rejects.toMatchObject({ limit: 'maxBytes' });
    expect((await pick({ maxBytes: 5, filter: (name) => name === 'a.txt' })).size).toBe(1);
  });

  it('refuses a filter that returns a promise, which would count as true', async () => {
    await expect(pick({ filter: (async () => false) as never })).rejects.toThrow('filter returned a promise');
  });

  it('gives the date, the comment, the permissions and the compression of each entry', async () => {
    const { info, comment } = await readZipArchive(
      buildZip(
        [
          { ...text, central: { madeBy: 0x0314, attributes: 0o100755 * 0x10000, comment: b`na\xc3\xafve` } },
          { ...hello, modified: 0, central: { attributes: 0x21 } },
        ],
        { comment: b`of all` },
      ),
    );
    expect(comment).toBe('of all');
    expect({ ...info.get('text.txt') }).toEqual({
      date: new Date(2025, 0, 1, 12, 0, 0),
      comment: 'naïve',
      compression: 'DEFLATE',
      unixPermissions: 0o100755,
      dosPermissions: null,
    });
    expect({ ...info.get('a.txt') }).toMatchObject({
      date: new Date(1980, 0, 1),
      unixPermissions: null,
      dosPermissions: 0x21,
    });
  });

  const large = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) >>> 7);
  const big: BuildEntry = { name: 'big', content: large, deflate: true };
  it.each<[string, () => void]>([
    ['with the zlib of Node.js', () => {}],
    ['with a DecompressionStream', () => vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })],
  ])('inflates large and small files %s, and no further than their size', async (_, platform) => {
    platform();
    const files = await readZipArchive(buildZip([big, text, { ...big, name: 'stored', deflate: false }]));
    expect(Buffer.compare(files.get('big')!.getvalue(), large)).toBe(0);
    expect(Buffer.compare(files.get('stored')!.getvalue(), large)).toBe(0);
    expect(files.get('text.txt')!.getvalue()).toEqual(text.content);
    for (const size of [2_999_999, 3_000_001])
      await expect(read(buildZip([{ ...big, size }]))).rejects.toThrow('"big" is damaged: it inflates to');
    await expect(read(buildZip([{ ...big, crc: 1 }]))).rejects.toThrow('"big" is damaged: its checksum is wrong');
    const cut = deflateRawSync(large).subarray(0, -9);
    await expect(read(buildZip([{ ...big, data: cut }]))).rejects.toBeInstanceOf(DataError);
  });

  it('finds bytes behind the compressed data of a large file, too', async () => {
    const archive = buildZip([{ ...big, data: join(deflateRawSync(large), b`x`) }]);
    await expect(read(archive)).rejects.toThrow('"big" is damaged: 1 bytes follow its compressed data');
  });

  it('says so where nothing can inflate', async () => {
    vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });
    vi.stubGlobal('DecompressionStream', undefined);
    await expect(read(buildZip([text]))).rejects.toThrow('the platform has neither zlib nor DecompressionStream');
    expect(await read(buildZip([hello]))).toEqual({ 'a.txt': 'Hello' });
  });

  it('takes time in proportion to an archive of hostile names and fields, and lets timers run', async () => {
    const filler = (length: number) => new Uint8Array(length).fill(0x61);
    const unicode = field(0x7075, 1, ...u32(0), ...filler(60_000));
    const entries = Array.from({ length: 150 }, (_, index): BuildEntry => {
      const name = filler(65_000);
      name.set(b`${String(index).padStart(5, '0')}`);
      return { name, content: b``, central: { extra: join(unicode, ...Array(900).fill(field(0xbeef))) } };
    });
    const archive = buildZip(entries);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const start = performance.now();
    const files = await readZipArchive(archive).finally(() => clearInterval(timer));
    const took = performance.now() - start;
    expect(files.size).toBe(150);
    expect(took / (archive.length / 1e6), 'ms for a megabyte').toBeLessThan(100);
    expect(ticks).toBeGreaterThanOrEqual(Math.floor(took / 60));
  });

  it('rejects with the reason of its signal between two files', async () => {
    const entries = Array.from(
      { length: 400 },
      (_, index): BuildEntry => ({ ...big, name: `${index}`, content: large.subarray(0, 400_000) }),
    );
    const archive = buildZip(entries);
    const reason = new Error('the customer left');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 30);
    const start = performance.now();
    await expect(readZipArchive(archive, { signal: controller.signal })).rejects.toBe(reason);
    expect(performance.now() - start).toBeLessThan(300);
  });
});

const folder = mkdtempSync(joinPath(tmpdir(), 'memio-zip-programs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const FILES = { 'deep/noise.bin': latin1Of(2999), empty: '', 'text.txt': 'the same again\n'.repeat(99) };
function latin1Of(length: number): string {
  return String.fromCharCode(...Array.from({ length }, (_, index) => ((index * index) >>> 3) & 0xff));
}
beforeAll(() => {
  mkdirSync(joinPath(folder, 'in/deep'), { recursive: true });
  mkdirSync(joinPath(folder, 'in/none'));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(joinPath(folder, 'in', name), content, 'latin1');
  symlinkSync('text.txt', joinPath(folder, 'in', 'link'));
});

/** What a shell command writes to `$OUT`, in the folder of the files. */
const made = (command: string) => {
  const path = joinPath(folder, `${crypto.randomUUID()}.zip`);
  execFileSync('sh', ['-c', command], {
    cwd: joinPath(folder, 'in'),
    env: { ...process.env, OUT: path },
    stdio: 'pipe',
  });
  return Uint8Array.from(readFileSync(path));
};

describe.each<[program: string, commands: string[]]>([
  [
    'zip',
    [
      'zip -rqy $OUT .',
      'zip -rqy0 $OUT .',
      'zip -rqyfd $OUT .',
      'zip -rqy - . | cat > $OUT',
      'find . -type f -o -type l | zip -qy@ - | cat > $OUT',
      'zip -rqyfz $OUT .',
      'zip -rqyl $OUT deep && zip -rqy $OUT empty text.txt link',
    ],
  ],
  ['7z', ['7z a -tzip -snl $OUT .', '7z a -tzip -snl -mx=0 $OUT .', '7z a -tzip -snl -mtc=on $OUT .']],
  [
    'bsdtar',
    [
      'bsdtar -cf $OUT --format zip .',
      'bsdtar -c --format zip . | cat > $OUT',
      'bsdtar -cf $OUT --format zip --options zip:compression=store .',
    ],
  ],
  [
    'python3',
    [
      `python3 -c "import sys, zipfile, os
with zipfile.ZipFile(open(sys.argv[1], 'wb'), 'w', zipfile.ZIP_DEFLATED) as z:
    for n in ('deep/noise.bin', 'empty', 'text.txt'): z.write(n)
    z.writestr('link', 'text.txt')" $OUT`,
      `python3 -c "import sys, zipfile
class Pipe:
    def write(self, data): sys.stdout.buffer.write(data); return len(data)
    def flush(self): pass
with zipfile.ZipFile(Pipe(), 'w', zipfile.ZIP_DEFLATED) as z:
    for n in ('deep/noise.bin', 'empty', 'text.txt'):
        with z.open(n, 'w', force_zip64=True) as f: f.write(open(n, 'rb').read())
    z.writestr('link', 'text.txt')" > $OUT`,
    ],
  ],
])('readZipArchive() reads what %s writes:', (program, commands) => {
  const suite = describeWith(program, 'its archives are not read');
  suite('every kind', () => {
    it.each(commands)('%s', async (command) => {
      const archive = made(command);
      expect(await read(archive)).toEqual({ ...FILES, link: 'text.txt' });
    });
  });
});

it.each([
  {},
  { zip64: true },
  { dataDescriptor: false },
  { dataDescriptorSignature: true },
  { bufferedWrite: true, level: 0 },
  { extendedTimestamp: false, msDosCompatible: true },
])('readZipArchive() reads what zip.js writes: %j', async (options) => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), options);
  for (const [name, content] of Object.entries(FILES))
    await writer.add(name, new Uint8ArrayReader(Buffer.from(content, 'latin1')));
  expect(await read(Uint8Array.from(await writer.close()))).toEqual(FILES);
});
