import { deflateRawSync } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import { crc32 } from '@memio/formats';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readZip } from './index.ts';
import { type RawEntry, rawZip } from './oracle/raw-zip.ts';

const MiB = 1024 * 1024;

const zeros = (size: number, name = 'zeros'): RawEntry => {
  const content = new Uint8Array(size);
  return { name, data: deflateRawSync(content, { level: 9 }), method: 8, size, crc: crc32(content) };
};

const failure = async (archive: Uint8Array, options?: Parameters<typeof readZip>[1]): Promise<Error> =>
  readZip(archive, options).then(
    () => expect.unreachable('it succeeded'),
    (error) => error,
  );

const limitError = (limit: string, allowed: number) => ({
  name: 'LimitError',
  code: 'ERR_MEMIO_LIMIT',
  limit,
  allowed,
});

describe('crc32()', () => {
  it('is that of the standard, at once or in parts', () => {
    expect(crc32(b`123456789`)).toBe(0xcbf43926);
    expect(crc32(b`6789`, crc32(b`12345`))).toBe(0xcbf43926);
    expect(crc32(b``)).toBe(0);
  });
});

describe('readZip() meets a bomb', () => {
  const ten = zeros(10 * MiB);

  it('of one file: by default its ratio is too much, and the caller may allow it', async () => {
    const bomb = rawZip([ten]);
    expect(bomb.length).toBeLessThan(11_000);
    expect(await failure(bomb)).toMatchObject(limitError('maxRatio', 200));
    expect((await readZip(bomb, { maxRatio: 1100 })).get('zeros')?.size).toBe(10 * MiB);
    expect(await failure(bomb, { maxRatio: Infinity, maxBytes: MiB })).toMatchObject(limitError('maxBytes', MiB));
  });

  it('of many files, each of which is small enough', async () => {
    const four = zeros(4 * MiB);
    const bomb = rawZip(Array.from({ length: 65 }, (_, index) => ({ ...four, name: `${index}` })));
    expect(bomb.length).toBeLessThan(300_000);
    expect(await failure(bomb)).toMatchObject(limitError('maxBytes', 256 * MiB));
  });

  it.each([1, 4 * MiB, 9 * MiB])('that claims to be %d bytes: no more is inflated', async (size) => {
    const bomb = rawZip([{ ...ten, size }]);
    expect(await failure(bomb, { maxRatio: Infinity })).toMatchObject({
      code: 'ERR_MEMIO_DATA',
      message: `readZip failed: "zeros" is damaged: it inflates to more than its size of ${size} bytes`,
    });
  });

  it('that lies, and keeps no more than it claims', async () => {
    const bomb = rawZip([{ ...zeros(200 * MiB), size: 1 }]);
    const before = process.memoryUsage().arrayBuffers;
    expect(await failure(bomb, { maxRatio: Infinity })).toMatchObject({ code: 'ERR_MEMIO_DATA' });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MiB);
  });

  it('whose entries share their data', async () => {
    const bomb = rawZip([ten, ...Array.from({ length: 99 }, () => ({ ...ten, at: 0 }))]);
    expect((await failure(bomb, { maxRatio: Infinity, maxBytes: Infinity })).message).toBe(
      'readZip failed: the entries "zeros" and "zeros" overlap',
    );
  });

  it('whose entries lie in one another', async () => {
    const inner = rawZip([ten]).slice(0, 30 + 5 + ten.data.length);
    const bomb = rawZip([
      { name: 'outer', data: inner },
      { ...ten, at: 35 },
    ]);
    expect((await failure(bomb)).message).toBe('readZip failed: the entries "outer" and "zeros" overlap');
  });

  it('of entries, and the caller may allow them', async () => {
    const many = rawZip(Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}`, data: b`` })));
    expect(await failure(many)).toMatchObject(limitError('maxEntries', 10_000));
    expect((await readZip(many, { maxEntries: 10_001 })).size).toBe(10_001);
  });

  it('and lets small files have any ratio', async () => {
    expect((await readZip(rawZip([zeros(4 * MiB)]))).get('zeros')?.size).toBe(4 * MiB);
  });
});

describe('readZip() names what is wrong', () => {
  const hello: RawEntry = { name: 'hello.txt', data: b`Hello` };
  const other: RawEntry = { name: 'other', data: b`x` };
  const whole = rawZip([hello, other]);
  const zip64 = rawZip([hello], { count: 0xffff });

  it.each<[string, Uint8Array, string]>([
    ['cut off in its data', whole.slice(0, 40), 'the archive is cut off: it has no end record'],
    ['cut off in its end record', whole.slice(0, -1), 'the archive is cut off: it has no end record'],
    ['without its beginning', whole.slice(10), 'the archive is cut off: 10 bytes are missing'],
    ['cut off in its comment', whole.with(-2, 9), 'the archive is cut off within its comment'],
    ['encrypted', rawZip([{ ...hello, flags: 1 }]), 'the entry "hello.txt" is encrypted, which is not supported'],
    [
      'encrypted strongly',
      rawZip([{ ...hello, flags: 0x2041 }]),
      'the entry "hello.txt" is encrypted, which is not supported',
    ],
    ['a patch', rawZip([{ ...hello, flags: 0x20 }]), 'the entry "hello.txt" is a patch, which is not supported'],
    [
      'on several disks',
      rawZip([hello], { disk: 1 }),
      'the archive is split into several files, which is not supported',
    ],
    [
      'with an entry on another disk',
      rawZip([{ ...hello, disk: 1 }]),
      'the archive is split into several files, which is not supported',
    ],
    [
      'compressed by LZMA',
      rawZip([{ ...hello, method: 14 }]),
      'the entry "hello.txt" is compressed by method 14 (LZMA): only 0 (stored) and 8 (deflated) are supported',
    ],
    [
      'stored with two sizes',
      rawZip([{ ...hello, size: 6 }]),
      'the entry "hello.txt" is stored, but its two sizes are 5 and 6 bytes',
    ],
    ['with a name that comes twice', rawZip([hello, hello]), 'two entries are named "hello.txt"'],
    [
      'with names that are the same when they are safe',
      rawZip([other, { ...other, name: '../other' }]),
      'two entries are named "other"',
    ],
    [
      'with two names for an entry',
      rawZip([{ ...hello, localName: 'evil_.exe' }]),
      'the entry "hello.txt" has another name in its local header',
    ],
    [
      'with a count that is too small',
      rawZip([hello, other], { count: 1 }),
      'the archive states that it has 1 entries, but lists more than 1',
    ],
    [
      'with a count that is too large',
      rawZip([hello], { count: 2 }),
      'the archive states 2 entries in a directory of 55 bytes',
    ],
    [
      'with a directory that begins elsewhere',
      rawZip([hello], { directorySize: 46 }),
      'the archive is cut off, or another archive precedes it',
    ],
    ['with a directory that goes on', rawZip([other]).with(64, 200), 'the central directory is cut off'],
    [
      'with an offset that is wrong',
      rawZip([hello], { offset: 0 }),
      'the archive is cut off, or another archive precedes it',
    ],
    [
      'with a size that is too large',
      rawZip([{ ...hello, size: 999, compressedSize: 999 }]),
      'the entry "hello.txt" is cut off',
    ],
    [
      'of Zip64 without its records',
      zip64,
      'the archive states that it is a Zip64 archive, but has no Zip64 end record',
    ],
    [
      'with text that is no UTF-8',
      rawZip([{ ...hello, name: b`\xff`, flags: 0x0800 }]),
      'the name of an entry is marked as UTF-8, but is not',
    ],
    [
      'with data that cannot be inflated',
      rawZip([{ ...hello, data: b`\xff\xff\xff`, method: 8, size: 5 }]),
      '"hello.txt" is damaged: it cannot be inflated (invalid block type)',
    ],
    [
      'with data that ends early',
      rawZip([{ ...hello, data: deflateRawSync(b`Hel`), method: 8, size: 5 }]),
      '"hello.txt" is damaged: it inflates to 3 of 5 bytes',
    ],
    [
      'with an empty file that should not be',
      rawZip([{ ...other, data: b``, crc: 1 }]),
      '"other" is damaged: its checksum is wrong',
    ],
  ])('in an archive that is %s', async (_, archive, message) => {
    expect(await failure(archive)).toMatchObject({
      name: 'DataError',
      operation: 'readZip',
      message: `readZip failed: ${message}`,
      cause: expect.any(Error),
    });
  });

  it('and reads what is unusual, but right', async () => {
    const files = await readZip(
      b`${'a program'}${rawZip([
        { name: b`na\x8bve`, data: b`1` },
        { name: 'folder', data: b``, attributes: 0x10 },
        { name: 'ü', data: b`2`, flags: 0x0800 },
        { name: 'ö', data: b`3` },
        { name: 'empty', data: deflateRawSync(b``), method: 8, size: 0, crc: 0 },
      ])}${'trailing'}`,
    );
    expect([...files].map(([name, file]) => [name, file.text()])).toEqual([
      ['naïve', '1'],
      ['ü', '2'],
      ['ö', '3'],
      ['empty', ''],
    ]);
  });
});

describe('readZip() checks its budgets before anything is read', () => {
  it.each(['maxEntries', 'maxBytes', 'maxRatio'])('%s', async (name) => {
    const stream = new BytesIO(zipSync({ a: b`x` }));
    await expect(readZip(stream, { [name]: -1 })).rejects.toThrow(`Cannot set ${name} to -1: expected 0 or more`);
    await expect(readZip(stream, { [name]: '5' })).rejects.toThrow(
      `Cannot set ${name} to the string "5": expected a number`,
    );
    expect(stream.tell()).toBe(0);
  });
});
