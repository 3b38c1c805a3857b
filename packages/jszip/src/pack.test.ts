import { execFileSync } from 'node:child_process';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import JSZip from 'jszip';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WriteZipOptions, writeZip } from './index.ts';

const TEXT = b`${'the same again\n'.repeat(5000)}`;
const NOISE = Uint8Array.from({ length: 70_000 }, (_, index) => (index * index) >>> 3);
const FILES: Record<string, Uint8Array> = { 'text.txt': TEXT, 'deep/noise.bin': NOISE, ü: b`\x00`, empty: b`` };
const DATE = new Date(2024, 1, 29, 12);

/** What JSZip makes when nothing is packed for it. */
async function byHand(options: object) {
  const zip = new JSZip();
  for (const [name, bytes] of Object.entries(FILES))
    zip.file(name, bytes, { createFolders: false, date: new Date(Date.UTC(2024, 1, 29, 12)) });
  return zip.generateAsync({ ...options, type: 'uint8array' });
}

const written = async (options: WriteZipOptions) => (await writeZip(FILES, { ...options, date: DATE })).getvalue();

afterEach(() => vi.unstubAllGlobals());

/** As in a browser, and in Node.js before 20.16. */
const withoutZlib = () => vi.stubGlobal('process', { ...process, getBuiltinModule: undefined });

describe('writeZip() makes byte for byte what JSZip makes by itself', () => {
  const deflate = { compression: 'DEFLATE' } as const;
  beforeEach(withoutZlib);
  it.each<[string, WriteZipOptions]>([
    ['of stored entries', {}],
    ['of stored entries with their sizes behind them', { streamFiles: true }],
    ['of entries compressed with a level', { ...deflate, compressionOptions: { level: 6 } }],
  ])('%s', async (_, options) => {
    expect(await written(options)).toEqual(await byHand(options));
  });

  it('of compressed entries that have to be the same everywhere', async () => {
    const date = new Date(Date.UTC(2024, 1, 29, 12));
    const zip = await writeZip(FILES, { ...deflate, deterministic: true, date });
    expect(zip.getvalue()).toEqual(await byHand(deflate));
  });

  class Older {
    constructor(format: string) {
      throw new TypeError(`${format} is not known`);
    }
  }
  it.each([undefined, Older])('of compressed entries where the platform cannot compress: %s', async (platform) => {
    vi.stubGlobal('CompressionStream', platform);
    expect(await written(deflate)).toEqual(await byHand(deflate));
  });
});

describe('Without a level CompressionStream compresses where there is no zlib', () => {
  beforeEach(withoutZlib);

  /** How many contents it has compressed, with what it takes to find out whether it can. */
  const counting = () => {
    let made = 0;
    const Platform = CompressionStream;
    vi.stubGlobal(
      'CompressionStream',
      class extends Platform {
        constructor(format: CompressionFormat) {
          super(format);
          made += 1;
        }
      },
    );
    return () => made - 1;
  };

  it.each([{ streamFiles: false }, { streamFiles: true }])('into what other readers read: %o', async (options) => {
    const compressed = counting();
    const zip = await written({ ...options, compression: 'DEFLATE' });
    expect(compressed()).toBe(3);
    expect(unzipSync(zip)).toEqual(FILES);
    expect(zip.length).toBeLessThan(NOISE.length + 5000);
    const opened = await JSZip.loadAsync(zip, { checkCRC32: true });
    expect(await opened.file('text.txt')?.async('uint8array')).toEqual(TEXT);
  });

  it('but not what is to have a level, or to be stored', async () => {
    const compressed = counting();
    const entries = {
      small: { content: TEXT, compressionOptions: { level: 9 } },
      stored: { content: TEXT, compression: 'STORE' },
      packed: TEXT,
    } as const;
    const zip = await writeZip(entries, { compression: 'DEFLATE' });
    expect(compressed()).toBe(1);
    expect(unzipSync(zip.getvalue())).toEqual({ small: TEXT, stored: TEXT, packed: TEXT });
  });

  it('whatever the content is', async () => {
    const compressed = counting();
    const shared = new Uint8Array(new SharedArrayBuffer(TEXT.length));
    shared.set(TEXT);
    const contents = {
      shared,
      buffer: Buffer.from(TEXT),
      stream: new BytesIO(TEXT),
      text: new TextDecoder().decode(TEXT),
      blob: new Blob([TEXT]),
      response: new Response(TEXT),
      chunks: [TEXT.subarray(0, 7), TEXT.subarray(7)],
      'nothing, as it turns out': (async function* () {})(),
    };
    const zip = await writeZip(contents, { compression: 'DEFLATE' });
    expect(compressed()).toBe(8);
    for (const [name, bytes] of Object.entries(unzipSync(zip.getvalue())))
      expect(bytes, name).toEqual(name.startsWith('nothing') ? b`` : TEXT);
  });

  it('into a header that has the size, the compressed size and the CRC', async () => {
    const zip = await writeZip({ a: TEXT }, { compression: 'DEFLATE' });
    const [head, name] = [zip.read(30), zip.read(1)];
    expect(name).toEqual(b`a`);
    const fields = new DataView(head.buffer);
    expect(fields.getUint32(22, true)).toBe(TEXT.length);
    const packed = zip.read(fields.getUint32(18, true));
    expect(new Uint8Array(inflateRawSync(packed))).toEqual(TEXT);
    expect(zip.read(4)).toEqual(b`PK\x01\x02`);
  });

  it('and a content that fails is what fails', async () => {
    const gone = new Error('gone');
    const failing = (async function* () {
      yield TEXT;
      throw gone;
    })();
    await expect(writeZip({ a: TEXT, b: failing }, { compression: 'DEFLATE' })).rejects.toMatchObject({
      code: 'ERR_MEMIO_SOURCE',
      cause: gone,
    });
  });
});

describe('The zlib of Node.js compresses what is in memory', () => {
  /** The compressed data of the first entry, whose name is `a`. */
  const packed = (zip: BytesIO) => {
    const bytes = zip.getvalue();
    return bytes.subarray(31, 31 + new DataView(bytes.buffer).getUint32(18, true));
  };

  it.each([1, 6, 9])('with the level %d', async (level) => {
    const zip = await writeZip({ a: NOISE }, { compressionOptions: { level } });
    expect(packed(zip)).toEqual(new Uint8Array(deflateRawSync(NOISE, { level })));
  });

  it('with the level of an entry, ahead of one that is read', async () => {
    const entries = {
      a: { content: NOISE, compressionOptions: { level: 9 } },
      read: [TEXT],
      small: b`${'x'.repeat(100)}`,
    };
    const zip = await writeZip(entries, { compression: 'DEFLATE' });
    expect(packed(zip)).toEqual(new Uint8Array(deflateRawSync(NOISE, { level: 9 })));
    expect(unzipSync(zip.getvalue())).toEqual({ a: NOISE, read: TEXT, small: entries.small });
  });

  it('more of them than are packed ahead', async () => {
    const entries = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`${index}`, new Uint8Array(700_000).fill(index)]),
    );
    const zip = unzipSync((await writeZip(entries, { compression: 'DEFLATE' })).getvalue());
    expect(Object.keys(zip)).toHaveLength(40);
    for (const [name, bytes] of Object.entries(zip)) expect(Buffer.compare(bytes, entries[name]!), name).toBe(0);
  });
});

describeWith('python3', 'what the platform compressed is not read by CPython')('CPython’s zipfile', () => {
  const READ = `
import io, sys, zipfile
archive = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert archive.testzip() is None
print([(entry.filename, entry.file_size, entry.compress_type) for entry in archive.infolist()])
`;

  it('finds every CRC and size right', async () => {
    const input = await written({ compression: 'DEFLATE' });
    expect(execFileSync('python3', ['-c', READ], { input, encoding: 'utf8' }).trim()).toBe(
      "[('text.txt', 75000, 8), ('deep/noise.bin', 70000, 8), ('ü', 1, 8), ('empty', 0, 0)]",
    );
  });
});
