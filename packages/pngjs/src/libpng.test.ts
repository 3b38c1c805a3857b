import { deflateSync } from 'node:zlib';
import { b } from '@memio/core';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readPng, writePng } from './index.ts';
import { pngChunk } from './oracle/png-chunk.ts';

/** A row of grey samples, one of each value that `depth` has, 256 at most, with chunks before and behind the data. */
function greys(depth: number, before: Uint8Array[], behind: Uint8Array[] = []): Buffer {
  const samples = Math.min(2 ** depth, 256);
  const row = new Uint8Array(1 + Math.ceil((samples * depth) / 8));
  for (let sample = 0; sample < samples; sample++) {
    const bit = sample * depth;
    if (depth <= 8) row[1 + (bit >> 3)]! |= sample << (8 - depth - (bit & 7));
    else row[2 + 2 * sample] = sample;
  }
  const header = b`${Uint8Array.of(0, 0, samples >> 8, samples & 0xff, 0, 0, 0, 1, depth, 0, 0, 0, 0)}`;
  return Buffer.concat([
    b`\x89PNG\r\n\x1a\n`,
    pngChunk('IHDR', header),
    ...before,
    pngChunk('IDAT', deflateSync(row)),
    ...behind,
    pngChunk('IEND', b``),
  ]);
}

/** Which samples are transparent. */
const alphas = (data: ArrayLike<number>) =>
  Array.from({ length: data.length / 4 }, (_, at) => data[at * 4 + 3]!).flatMap((alpha, at) =>
    alpha === 0 ? [at] : [],
  );

const byLibvips = async (file: Buffer) => {
  const { data, info } = await sharp(file).raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return info.channels % 2 === 0
    ? alphas(
        Array.from(
          { length: info.width * 4 },
          (_, at) => data[Math.floor(at / 4) * info.channels + info.channels - 1]!,
        ),
      )
    : [];
};

describe('readPng() reads tRNS as libpng and libvips do', () => {
  it.each(
    [1, 2, 4, 8, 16].flatMap((depth) =>
      [0x0000, 0x0001, 0x00ff, 0xff01, 0xffff].map((value) => [depth, value] as const),
    ),
  )('masked to %i bits: 0x%s', async (depth, value) => {
    const file = greys(depth, [pngChunk('tRNS', Uint8Array.of(value >> 8, value & 0xff))]);
    const masked = value & (2 ** depth - 1);
    const expected = masked < 256 ? [masked] : [];
    expect(alphas((await readPng(file)).data)).toEqual(expected);
    if (depth < 16) expect(await byLibvips(file)).toEqual(expected);
  });

  it('of a colour, each sample masked', async () => {
    const header = b`\0\0\0\x02\0\0\0\x01\x08\x02\0\0\0`;
    const idat = pngChunk('IDAT', deflateSync(b`\0\x01\x02\x03\x04\x05\x06`));
    const file = b`\x89PNG\r\n\x1a\n${pngChunk('IHDR', header)}${pngChunk('tRNS', b`\xff\x01\xff\x02\x00\x03`)}${idat}${pngChunk('IEND', b``)}`;
    expect(alphas((await readPng(file)).data)).toEqual([0]);
  });

  it.each<[string, Buffer]>([
    ['behind the image data', greys(8, [], [pngChunk('tRNS', b`\0\x05`)])],
    ['of a length that does not fit', greys(8, [pngChunk('tRNS', b`\x05`)])],
  ])('not at all when it is %s', async (_, file) => {
    expect(alphas((await readPng(file)).data)).toEqual([]);
    expect(await byLibvips(file)).toEqual([]);
  });

  it('the first one of two', async () => {
    const file = greys(8, [pngChunk('tRNS', b`\0\x05`), pngChunk('tRNS', b`\0\x06`)]);
    expect(alphas((await readPng(file)).data)).toEqual([5]);
  });
});

describe('A round trip through readPng() and writePng()', () => {
  const data = Uint16Array.from({ length: 4 * 3 * 4 }, (_, at) => at * 9973);
  const resolution = { x: 11_811, y: 5906, unit: 'metre' } as const;

  it('keeps 16 bits with skipRescale, pHYs and gAMA', async () => {
    const original = await writePng({ width: 4, height: 3, data, gamma: 0.29, resolution });
    const metadata = await sharp(original.getvalue()).metadata();
    expect(metadata).toMatchObject({ width: 4, height: 3, depth: 'ushort', density: 300 });
    const png = await readPng(original, { skipRescale: true, strict: true });
    expect(png).toMatchObject({ data, gamma: 0.29, resolution });
    const again = await writePng(png);
    expect(again.getvalue()).toEqual(original.getvalue());
  });

  it('keeps pHYs with 8 bits, and of an unknown unit', async () => {
    const shape = { x: 4, y: 3, unit: 'unknown' } as const;
    const file = encode({ width: 4, height: 3, depth: 16, data });
    const png = Object.assign(await readPng(file), { resolution: shape });
    expect(png.data).toHaveLength(48);
    const again = await readPng(await writePng(png));
    expect(again.resolution).toEqual(shape);
    expect(Buffer.compare(again.data, png.data)).toBe(0);
  });

  it('scales 1, 2 and 4 bits, skipRescale or not', async () => {
    for (const depth of [1, 2, 4]) {
      const { data } = await readPng(greys(depth, []), { skipRescale: true });
      expect(data[data.length - 4]).toBe(255);
    }
  });
});
