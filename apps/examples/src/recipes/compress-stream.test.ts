import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import { gunzipSync as gunzipByFflate } from 'fflate';
import { afterEach, describe, expect, it, vi } from 'vitest';
import main, { compress, compressInto, decompress } from './compress-stream.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const TEXT = b`${'Rain, rain, go away\n'.repeat(20_000)}`;
const ZLIB = [
  ['gzip', gzipSync, gunzipSync],
  ['deflate', deflateSync, inflateSync],
  ['deflate-raw', deflateRawSync, inflateRawSync],
] as const;

async function* thenFails(chunks: Uint8Array<ArrayBuffer>[], error?: Error) {
  yield* chunks;
  if (error) throw error;
}

describe('compress and decompress', () => {
  it.each(ZLIB)('write and read %s as node:zlib does', async (format, pack, unpack) => {
    for (const content of [TEXT, new Uint8Array()]) {
      const io = new BytesIO(content);
      io.seek(3);
      const packed = await compress(io, format);
      expect(unpack(packed.getvalue()).equals(content)).toBe(true);
      expect(io.tell()).toBe(3);
      const plain = await decompress(new BytesIO(pack(content)), TEXT.length, format);
      expect(Buffer.from(plain.read()).equals(content)).toBe(true);
    }
  });

  it('stops a bomb at the limit, and gives its memory back', async () => {
    const bomb = new BytesIO(gzipSync(new Uint8Array(200_000_000)));
    const error = await decompress(bomb, 100_000).catch((error) => error);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_LIMIT', allowed: 100_000 });
    expect(error.partial.length).toBeLessThanOrEqual(100_000);
    await vi.waitFor(() => bomb.close());
    expect(bomb.closed).toBe(true);
  });

  it('takes as much as the limit', async () => {
    expect((await decompress(new BytesIO(gzipSync(TEXT)), TEXT.length)).size).toBe(TEXT.length);
    await expect(decompress(new BytesIO(gzipSync(TEXT)), TEXT.length - 1)).rejects.toThrow('maxBytes');
  });

  const gzip = gzipSync(TEXT);
  it.each<[string, Uint8Array]>([
    ['is cut off', gzip.subarray(0, -20)],
    ['is damaged', gzip.map((byte, index) => (index === 200 ? byte ^ 255 : byte))],
    ['has another checksum', gzip.map((byte, index) => (index === gzip.length - 8 ? byte ^ 1 : byte))],
    ['is no gzip', TEXT],
    ['is empty', new Uint8Array()],
  ])('rejects what %s', async (_what, bytes) => {
    const io = new BytesIO(bytes);
    await expect(decompress(io, 1_000_000)).rejects.toMatchObject({ code: 'ERR_MEMIO_SOURCE' });
    await vi.waitFor(() => io.close());
    expect(io.closed).toBe(true);
  });
});

describe('compressInto', () => {
  it('writes at the cursor, behind what is there', async () => {
    const io = new BytesIO(b`HEAD----`);
    io.seek(4);
    await compressInto(io, thenFails([TEXT, b``, TEXT]));
    expect(io.getvalue().subarray(0, 4)).toEqual(b`HEAD`);
    expect(io.tell()).toBe(io.size);
    expect(Buffer.from(gunzipByFflate(io.getvalue().subarray(4))).equals(Buffer.concat([TEXT, TEXT]))).toBe(true);
  });

  it('rejects with what the chunks failed with, and holds nothing afterwards', async () => {
    const io = new BytesIO();
    await expect(compressInto(io, thenFails([TEXT], new Error('no more rows')))).rejects.toThrow('no more rows');
    io.close();
    expect(io.closed).toBe(true);
  });

  it('stops asking for chunks when the target is full', async () => {
    let stopped = false;
    async function* noise() {
      try {
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield crypto.getRandomValues(new Uint8Array(60_000));
        }
      } finally {
        stopped = true;
      }
    }
    const io = new BytesIO(null, { maxBytes: 500_000 });
    await expect(compressInto(io, noise())).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
    await vi.waitFor(() => expect(stopped).toBe(true));
  });
});

describe('main', () => {
  it('makes a log and its gzip, and stops a bomb', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const files = await main();
    const lines = log.mock.calls.map(([line]) => line as string);
    expect(lines).toHaveLength(5);
    expect(lines[4]).toMatch(/^A bomb of \d{5} bytes: Cannot read \d+ bytes from the source: maxBytes is 1000000$/);
    const plain = gunzipByFflate(files['log.txt.gz']!.getvalue());
    expect(new TextDecoder().decode(plain)).toBe(files['log.txt']!.text());
    expect(files['log.txt']!.readlines()).toHaveLength(5000);
  });
});
