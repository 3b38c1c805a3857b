import { setTimeout as wait } from 'node:timers/promises';
import { constants, crc32, createDeflate } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPng } from './index.ts';
import { pngChunk } from './oracle/png-chunk.ts';

const MiB = 2 ** 20;

/** 8 x 8 pixels of red, green, blue and alpha. */
const header = (interlaced: boolean) =>
  b`\x89PNG\r\n\x1a\n${pngChunk('IHDR', b`\x00\x00\x00\x08\x00\x00\x00\x08\x08\x06\x00\x00${Uint8Array.of(Number(interlaced))}`)}`;
const IEND = pngChunk('IEND', b``);

describe('A bomb: 8 x 8 pixels, and data that inflates to 1 GiB,', () => {
  const bombs: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    const deflate = createDeflate({ level: constants.Z_BEST_SPEED });
    const block = Buffer.alloc(16 * MiB);
    const parts: Uint8Array[] = [];
    deflate.on('data', (part: Buffer) => parts.push(part));
    for (let times = 0; times < 64; times++) await new Promise((done) => deflate.write(block, done));
    await new Promise<unknown>((done) => deflate.on('end', done).end());
    bombs['zeros'] = Buffer.concat(parts);
  });

  it.each([
    ['is interlaced', true],
    ['is not interlaced', false],
  ])('that %s is read as far as its pixels go, and no further, before or afterwards', async (_, interlaced) => {
    const file = b`${header(interlaced)}${pngChunk('IDAT', bombs['zeros']!)}${IEND}`;
    const kibBefore = process.resourceUsage().maxRSS;
    const stream = new BytesIO(file);
    const { data } = await readPng(stream);
    expect([data.length, Math.max(...data), stream.tell()]).toEqual([256, 0, file.length]);
    const before = process.cpuUsage();
    await wait(300);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000, 'milliseconds of work after it has settled').toBeLessThan(150);
    expect(process.resourceUsage().maxRSS - kibBefore, 'KiB').toBeLessThan(64 * 1024);
  });
});

it('A palette of millions of colours is refused before it is taken apart', async () => {
  const file = b`${header(false)}${pngChunk('PLTE', new Uint8Array(30 * MiB))}${IEND}`;
  const kibBefore = process.resourceUsage().maxRSS;
  await expect(readPng(file)).rejects.toThrow('readPng failed: the PNG has a palette of more than 256 colours');
  expect(process.resourceUsage().maxRSS - kibBefore, 'KiB').toBeLessThan(128 * 1024);
});

it('80 million pixels that are not there take no memory, though maxPixels allows them', async () => {
  const claim = new DataView(b`${header(false)}`.buffer);
  claim.setUint32(16, 10_000);
  claim.setUint32(20, 8_000);
  claim.setUint32(29, crc32(new Uint8Array(claim.buffer, 12, 17)));
  const kibBefore = process.resourceUsage().maxRSS;
  await expect(
    readPng(b`${claim}${pngChunk('IDAT', b`\x78\x9c\x03\x00\x00\x00\x00\x01`)}${IEND}`),
  ).rejects.toMatchObject({
    code: 'ERR_MEMIO_DATA',
    message: 'readPng failed: the image data is too short for 10000 x 8000 pixels',
  });
  expect(process.resourceUsage().maxRSS - kibBefore, 'KiB').toBeLessThan(32 * 1024);
});

describe('A file of every kind of chunk', () => {
  const file: Uint8Array = encode({
    width: 4,
    height: 4,
    channels: 1,
    data: Uint8Array.from({ length: 16 }, (_, index) => index % 2),
    palette: [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    text: { Comment: 'damaged' },
  });
  const chunks: { name: string; at: number; size: number }[] = [];
  for (let at = 8; at < file.length; ) {
    const size = new DataView(file.buffer, file.byteOffset).getUint32(at);
    chunks.push({ name: String.fromCharCode(...file.subarray(at + 4, at + 8)), at, size });
    at += size + 12;
  }
  const failing = { name: 'DataError', code: 'ERR_MEMIO_DATA' };

  it('holds them', () => {
    expect(chunks.map(({ name }) => name)).toEqual(expect.arrayContaining(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND']));
  });

  it.each(chunks)(
    'is refused when it is cut off in $name, anywhere, and the stream stays where it was',
    async ({ at, size }) => {
      for (let length = at; length < at + size + 12; length++) {
        const stream = new BytesIO(file.slice(0, length));
        await expect(readPng(stream)).rejects.toMatchObject(failing);
        expect(stream.tell()).toBe(0);
      }
    },
  );

  // pngjs does not look at the checksum of what it skips.
  it.each(chunks.filter(({ name }) => name !== 'tEXt'))(
    'is refused when the checksum of $name is wrong, and read with checkCRC: false',
    async ({ at, size }) => {
      const last = at + size + 11;
      const damaged = file.with(last, file[last]! ^ 1);
      await expect(readPng(damaged)).rejects.toMatchObject({
        ...failing,
        message: expect.stringMatching(/^readPng failed: Crc error/),
      });
      const { data } = await readPng(damaged, { checkCRC: false });
      expect([...data.subarray(0, 8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    },
  );
});

describe('Bytes that follow the image', () => {
  const png: Uint8Array = encode({ width: 1, height: 1, data: b`\x01\x02\x03\x04` });

  it('are refused with `strict`, and the cursor stays where it was', async () => {
    const stream = new BytesIO(b`${png}tail`);
    await expect(readPng(stream, { strict: true })).rejects.toMatchObject({
      code: 'ERR_MEMIO_DATA',
      message: 'readPng failed: 4 bytes follow the PNG',
    });
    expect(stream.tell()).toBe(0);
  });

  it('are left to the next reader without it', async () => {
    const stream = new BytesIO(b`${png}tail`);
    await readPng(stream, { strict: false });
    expect(stream.read()).toEqual(b`tail`);
  });

  it('are not there: `strict` reads the image', async () => {
    expect([...(await readPng(png, { strict: true })).data]).toEqual([1, 2, 3, 4]);
  });
});
