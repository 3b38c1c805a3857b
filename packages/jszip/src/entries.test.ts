import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { BytesIO, b } from '@memio/core';
import { unzipSync } from 'fflate';
import JSZip from 'jszip';
import { describe, expect, it } from 'vitest';
import { readZip, writeZip, type ZipContent, type ZipEntry, type ZipSource } from './index.ts';

const EPOCH = new Date(1980, 0, 1);
const NOON = new Date(2024, 1, 29, 12, 30, 58);
/** The same fields in UTC, which `deterministic` writes. */
const NOON_UTC = new Date(Date.UTC(2024, 1, 29, 12, 30, 58));

/** What the central directory says: date and time as DOS has them, attributes and method, by name. */
function directoryOf(zip: BytesIO) {
  const bytes = zip.getvalue();
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 22;
  const entries = [];
  for (let at = view.getUint32(end + 16, true); at < end; ) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const text = (from: number, size: number) => new TextDecoder().decode(bytes.subarray(from, from + size));
    entries.push({
      name: text(at + 46, name),
      comment: text(at + 46 + name + extra, comment),
      method: view.getUint16(at + 10, true),
      time: view.getUint16(at + 12, true),
      date: view.getUint16(at + 14, true),
      mode: view.getUint16(at + 40, true),
    });
    at += 46 + name + extra + comment;
  }
  return entries;
}

const dos = (date: Date) => ({
  date: ((date.getFullYear() - 1980) << 9) | ((date.getMonth() + 1) << 5) | date.getDate(),
  time: (date.getHours() << 11) | (date.getMinutes() << 5) | (date.getSeconds() >> 1),
});

describe('The dates of writeZip()', () => {
  it('are that of the entry, otherwise that of the archive, otherwise 1980 or now', async () => {
    const dates = async (options?: object, date = NOON) =>
      directoryOf(await writeZip({ own: { content: 'x', date }, other: 'y' }, options));
    expect(await dates({ deterministic: true }, NOON_UTC)).toMatchObject([dos(NOON), dos(EPOCH)]);
    expect(await dates({ date: EPOCH })).toMatchObject([dos(NOON), dos(EPOCH)]);
    expect(await dates({ date: NOON_UTC, deterministic: true }, NOON_UTC)).toMatchObject([dos(NOON), dos(NOON)]);
    const before = dos(new Date());
    const [, now] = await dates();
    expect([before.date, dos(new Date()).date]).toContain(now!.date);
  });

  it('are fixed for a JSZip when it is to be deterministic, and the JSZip stays as it is', async () => {
    const make = (date: Date) => new JSZip().file('2', 'x', { date }).file('a/b', 'y', { date });
    const zip = make(NOON);
    const one = await writeZip(zip, { deterministic: true });
    const other = await writeZip(make(new Date()), { deterministic: true });
    for (const entry of directoryOf(one).filter(({ name }) => name !== 'a/')) expect(entry).toMatchObject(dos(EPOCH));
    expect(one.getvalue()).toEqual(other.getvalue());
    expect(zip.file('2')?.date).toEqual(NOON);
    expect(directoryOf(await writeZip(zip))[0]).toMatchObject(dos(NOON));
  });

  it.each<[unknown, string, string]>([
    [new Date(0), 'RANGE', '1970-01-01T00:00:00.000Z: expected 1980 to 2107'],
    [new Date(Date.UTC(2108, 0)), 'RANGE', '2108-01-01T00:00:00.000Z: expected 1980 to 2107'],
    [new Date(Number.NaN), 'RANGE', 'an invalid date: expected 1980 to 2107'],
    ['2024', 'TYPE', 'the string "2024": expected a Date'],
    [null, 'TYPE', 'null: expected a Date'],
  ])('are refused when ZIP cannot say them: %s', async (given, code, message) => {
    const date = given as Date;
    const error = { code: `ERR_MEMIO_${code}`, message: `Cannot date an entry of a ZIP ${message}` };
    await expect(writeZip({ a: 'x' }, { date })).rejects.toMatchObject(error);
    await expect(writeZip({ a: { content: 'x', date } })).rejects.toMatchObject(error);
  });
});

describe('An entry of writeZip() with options of its own', () => {
  it('has its own compression, level, comment and permissions, in a record, a Map or pairs', async () => {
    const text = 'the same again '.repeat(1000);
    const record: Record<string, ZipContent | ZipEntry> = {
      plain: text,
      small: { content: text, compression: 'DEFLATE', compressionOptions: { level: 9 }, comment: 'packed' },
      script: { content: text, unixPermissions: 0o100755 },
    };
    for (const source of [record, new Map(Object.entries(record)), Object.entries(record)] satisfies ZipSource[]) {
      const zip = await writeZip(source, { platform: 'UNIX' });
      expect(directoryOf(zip)).toMatchObject([
        { name: 'plain', method: 0, comment: '' },
        { name: 'small', method: 8, comment: 'packed' },
        { name: 'script', method: 0, mode: 0o100755 },
      ]);
      expect(Object.values(unzipSync(zip.getvalue())).map((bytes) => Buffer.from(bytes).toString())).toEqual([
        text,
        text,
        text,
      ]);
    }
  });

  it.each<[string, object, string, string]>([
    [
      'a level that is none',
      { content: 'x', compressionOptions: { level: 10 } },
      'RANGE',
      'Cannot compress with level 10',
    ],
    [
      'a comment that is too long',
      { content: 'x', comment: 'x'.repeat(70_000) },
      'RANGE',
      'the comment of "a" has 70000 bytes',
    ],
    [
      'the permissions of a folder',
      { content: 'x', unixPermissions: 0o040755 },
      'RANGE',
      'the permissions of a folder',
    ],
    ['the attributes of a folder', { content: 'x', dosPermissions: 0x10 }, 'RANGE', 'the permissions of a folder'],
    ['no content', { content: undefined }, 'TYPE', 'Cannot write undefined into "a": expected text or bytes'],
    ['a content that is none', { content: 5 }, 'TYPE', 'Cannot write 5 into "a": expected text or bytes'],
  ])('is refused with %s', async (_, entry, code, message) => {
    const failing = writeZip({ a: entry as ZipEntry });
    await expect(failing).rejects.toMatchObject({ code: `ERR_MEMIO_${code}` });
    await expect(failing).rejects.toThrow(message);
  });
});

describe('writeZip() reads a content that is not in memory', () => {
  const tracking = (log: string[], name: string) =>
    (async function* () {
      log.push(`${name} begins`);
      yield new Uint8Array(40_000);
      await wait(2);
      log.push(`${name} ends`);
    })();

  it('when the archive has come to it: one after the other', async () => {
    const log: string[] = [];
    const source: [string, ZipContent][] = [
      ['b', tracking(log, 'one')],
      ['folder/', ''],
      ['bytes', b`x`],
      ['0', tracking(log, 'two')],
      ['a', tracking(log, 'three')],
    ];
    const zip = await writeZip(source, { onProgress: () => log.push('written') });
    expect(log.filter((line, index) => line !== log[index - 1])).toEqual(
      ['one', 'two', 'three'].flatMap((name) => [`${name} begins`, `${name} ends`, 'written']),
    );
    expect([...(await readZip(zip)).keys()]).toEqual(['b', 'bytes', '0', 'a']);
  });

  it.each([true, false])('with streamFiles %s, in every place', async (streamFiles) => {
    const source = Array.from({ length: 6 }, (_, index): [string, ZipContent] => [
      `${index}`,
      index % 2 ? new Blob([`text ${index}`]) : new BytesIO(b`${`text ${index}`}`),
    ]);
    for (const pairs of [source, source.slice(1), source.slice(1, 2)]) {
      const files = await readZip(await writeZip(pairs, { streamFiles, compression: 'DEFLATE' }));
      expect([...files].map(([name, file]) => [name, file.text()])).toEqual(
        pairs.map(([name]) => [name, `text ${name}`]),
      );
    }
  });

  it('and is told of a Node.js stream that failed while it waited', async () => {
    const gone = new Error('gone');
    const stream = new PassThrough();
    setImmediate(() => stream.destroy(gone));
    const slow = (async function* () {
      yield b`x`;
      await wait(20);
    })();
    await expect(writeZip({ slow, stream })).rejects.toMatchObject({ name: 'SourceError', cause: gone });
  });
});

describe('writeZip() refuses before anything is read', () => {
  it('4 GiB of contents, which ZIP cannot count without Zip64', async () => {
    const megabytes = new Uint8Array(64 * 1024 * 1024);
    let read = false;
    const source: [string, ZipContent][] = Array.from({ length: 64 }, (_, index) => [`${index}`, megabytes]);
    source.unshift([
      'stream',
      (async function* () {
        read = true;
        yield b`x`;
      })(),
    ]);
    await expect(writeZip(source)).rejects.toMatchObject({
      code: 'ERR_MEMIO_RANGE',
      message: expect.stringMatching(/^Cannot write a ZIP of 42949\d+ bytes: 4294967295 are the most without Zip64$/),
    });
    expect(read).toBe(false);
  });
});
