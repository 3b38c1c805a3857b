import { setTimeout as wait } from 'node:timers/promises';
import { constants, crc32, createDeflate, deflateSync } from 'node:zlib';
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

it('A palette of millions of colours is refused, or not read where there is no use for it, and takes no memory', async () => {
  const colours = pngChunk('PLTE', new Uint8Array(30 * MiB));
  const kibBefore = process.resourceUsage().maxRSS;
  const indexed = Buffer.concat([header(false).subarray(0, 25), b`\x03\x00\x00\x00\x00\x00\x00\x00`, colours, IEND]);
  await expect(readPng(indexed, { checkCRC: false })).rejects.toThrow(
    'the PNG is damaged: a palette of 31457280 bytes',
  );
  const coloured = Buffer.concat([header(false), colours, IEND]);
  await expect(readPng(coloured)).rejects.toThrow('the image data is too short');
  expect(process.resourceUsage().maxRSS - kibBefore, 'KiB').toBeLessThan(192 * 1024);
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
        message: expect.stringMatching(/^readPng failed: the PNG is damaged: the checksum of \w{4} is wrong/),
      });
      const { data } = await readPng(damaged, { checkCRC: false });
      expect([...data.subarray(0, 8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    },
  );
});

/** 8-bit grey of `width` x `height`, in as many IDATs as there are parts. */
const grey = (width: number, height: number, parts: (data: Buffer) => Iterable<Uint8Array>) => {
  const fields = new DataView(new ArrayBuffer(13));
  fields.setUint32(0, width);
  fields.setUint32(4, height);
  fields.setUint8(8, 8);
  const data = deflateSync(new Uint8Array(height * (width + 1)));
  const idats = Array.from(parts(data), (part) => pngChunk('IDAT', part));
  return Buffer.concat([b`\x89PNG\r\n\x1a\n`, pngChunk('IHDR', new Uint8Array(fields.buffer)), ...idats, IEND]);
};

describe('Millions of IDATs', () => {
  const tiny = pngChunk('IDAT', b``);
  /** 500,000 empty chunks, 6 MB, before the data. */
  const file = () => grey(8, 8, (data) => [...Array.from({ length: 2 }, () => b``), data]);
  const many = (count: number) => {
    const base = file();
    const chunks = Buffer.alloc(count * tiny.length);
    for (let at = 0; at < chunks.length; at += tiny.length) chunks.set(tiny, at);
    return Buffer.concat([base.subarray(0, 33), chunks, base.subarray(33)]);
  };

  it('take time in proportion to their number, and let others have their turn', { timeout: 30_000 }, async () => {
    const cpu = async (bytes: Uint8Array) => {
      const before = process.cpuUsage();
      expect((await readPng(bytes)).data.length).toBe(256);
      const { user } = process.cpuUsage(before);
      return user / 1000;
    };
    await cpu(many(20_000));
    const [few, four] = [await cpu(many(100_000)), await cpu(many(400_000))];
    expect(four, `milliseconds, against ${few} for a quarter`).toBeLessThan(8 * few + 200);
  });

  it('can be aborted', { timeout: 30_000 }, async () => {
    const bytes = many(1_000_000);
    const signal = AbortSignal.timeout(20);
    const started = performance.now();
    const error = await readPng(bytes, { signal }).catch((reason: unknown) => reason);
    expect(error).toBe(signal.reason);
    expect(performance.now() - started, 'milliseconds').toBeLessThan(2000);
  });

  it('of a byte each are read', async () => {
    const bytes = grey(200, 200, (data) => Array.from(data, (byte) => Uint8Array.of(byte)));
    expect((await readPng(bytes)).data.length).toBe(160_000);
  });
});

describe('A PNG of a million rows of one pixel, which is 2 kB,', () => {
  it('is refused when its rows cost more than maxPixels, which pngjs would allocate one by one', async () => {
    const rows = grey(1, 2_000_000, (data) => [data]);
    expect(rows.length).toBeLessThan(5000);
    const kibBefore = process.resourceUsage().maxRSS;
    await expect(readPng(rows)).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
      limit: 'maxPixels',
      allowed: 89_478_485,
    });
    expect(process.resourceUsage().maxRSS - kibBefore, 'KiB').toBeLessThan(32 * 1024);
  });

  it('is read when it has no more than 65,536', async () => {
    const { height } = await readPng(
      grey(1, 65_536, (data) => [data]),
      { maxPixels: 65_536 },
    );
    expect(height).toBe(65_536);
  });
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
