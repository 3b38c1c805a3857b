import { deflateSync } from 'node:zlib';
import { b, DataError } from '@memio/core';
import { pngChunks } from '@memio/formats';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { pngChunk } from './oracle/png-chunk.ts';
import { canonicalPng, openPng } from './png-file.ts';

const open = (bytes: Uint8Array, checkCRC = false) => openPng(Uint8Array.from(bytes), { checkCRC, signal: undefined });

const PLTE = pngChunk('PLTE', b`\x01\x02\x03`);
const png: Uint8Array = encode({ width: 3, height: 2, data: new Uint8Array(24), text: { Comment: 'between' } });

describe('openPng()', () => {
  it('tells the size in pixels and where the image ends', async () => {
    expect(await open(png)).toMatchObject({ width: 3, height: 2, length: png.length, plausible: true });
  });

  it('does not look behind IEND', async () => {
    expect(await open(b`${png}${png}`)).toMatchObject({ width: 3, height: 2, length: png.length, plausible: true });
  });

  it('looks at the part of a larger array that it is given', async () => {
    expect(await open(b`xxxxx${png}`.subarray(5))).toMatchObject({
      width: 3,
      height: 2,
      length: png.length,
      plausible: true,
    });
  });

  it('takes sizes up to 2 ** 31 - 1', async () => {
    expect((await open(b`${png.subarray(0, 16)}\x7f\xff\xff\xff${png.subarray(20)}`)).width).toBe(2 ** 31 - 1);
  });

  it('tells whether the compressed data can hold the pixels: at most 1032 times its length', async () => {
    const claim = async (width: number, size: number) => {
      const header = new DataView(b`${png.subarray(0, 33)}`.buffer);
      header.setUint32(16, width);
      header.setUint32(20, 1);
      const length = Uint8Array.of(0, 0, 0, size);
      return (await open(b`${header}${length}IDAT${new Uint8Array(size + 4)}${png.subarray(-12)}`)).plausible;
    };
    const claims = [claim(1, 0), claim(258, 1), claim(259, 1), claim(518, 2), claim(1548, 6)];
    expect(await Promise.all(claims)).toEqual([false, true, false, false, true]);
  });

  it.each<[string, Uint8Array, string]>([
    ['no bytes', b``, 'no bytes from the cursor to the end; seek(0) goes back to the start of a stream'],
    ['other bytes', b`GIF89a`, 'not a PNG: the signature is missing'],
    ['the signature of a PNG that was sent as text', b`\x89PNG\n\x1a\n`, 'not a PNG: the signature is missing'],
    ['a cut off header', png.subarray(0, 32), 'the PNG is cut off in its header, at 32 bytes'],
    ['another first chunk', png.with(12, 0x69), 'not a PNG: IHDR is not its first chunk'],
    ['a header of another length', png.with(11, 14), 'not a PNG: IHDR is not its first chunk'],
    ['no end', png.subarray(0, -12), `the PNG is cut off before IEND, at ${png.length - 12} bytes`],
    ['half a chunk', png.subarray(0, 45), 'the PNG is cut off in IDAT, at 45 bytes'],
    ['a chunk that claims 4 GiB', png.with(33, 0xff), `the PNG is cut off in IDAT, at ${png.length} bytes`],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(new DataError(message));
  });

  it.each([
    ['no width', png.with(19, 0), 'the PNG is damaged: a size of 0 x 2 pixels'],
    ['no height', png.with(23, 0), 'the PNG is damaged: a size of 3 x 0 pixels'],
    ['a width beyond 2 ** 31 - 1', png.with(16, 0x80), 'the PNG is damaged: a size of 2147483651 x 2 pixels'],
    [
      'a second header',
      b`${png.subarray(0, 33)}${png.subarray(8, 33)}${png.subarray(33)}`,
      'the PNG is damaged: it has a second IHDR',
    ],
    ['colour of 4 bits', png.with(24, 4).with(25, 2), 'the PNG is damaged: colour type 2 with 4 bits'],
    ['a filter that nobody knows', png.with(27, 1), 'the PNG is damaged: compression 0, filter 1, interlace 0'],
    ['image data without its palette', png.with(25, 3), 'the PNG is damaged: its palette is missing'],
    [
      'a critical chunk that nobody knows',
      b`${png.subarray(0, 33)}${pngChunk('CgBI', b``)}${png.subarray(33)}`,
      'the PNG has a chunk "CgBI", which nobody knows',
    ],
    ['two palettes', indexed(PLTE, PLTE), 'the PNG is damaged: it has a second palette'],
    [
      'a palette of 257 colours',
      indexed(pngChunk('PLTE', new Uint8Array(771))),
      'the PNG is damaged: a palette of 771 bytes',
    ],
    ['half a colour', indexed(pngChunk('PLTE', new Uint8Array(4))), 'the PNG is damaged: a palette of 4 bytes'],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(open(bytes)).rejects.toThrow(new DataError(message));
  });

  it('checks the checksums of what is used, and of nothing else', async () => {
    for (const [chunk, at] of [
      ['IHDR', 32],
      ['IEND', png.length - 1],
    ] as const) {
      const damaged = png.with(at, png[at]! ^ 1);
      await expect(open(damaged, true)).rejects.toThrow(`the checksum of ${chunk} is wrong`);
      await open(damaged, false);
    }
    const unused = b`${png.subarray(0, 33)}${pngChunk('tEXt', b`a\0b`).with(8, 0x63)}${png.subarray(33)}`;
    expect((await open(unused, true)).width).toBe(3);
  });
});

/** A 1 x 1 image with a palette, with `chunks` before its data. */
function indexed(...chunks: Uint8Array[]): Uint8Array {
  const header = pngChunk('IHDR', b`\0\0\0\x01\0\0\0\x01\x08\x03\0\0\0`);
  return Buffer.concat([
    png.subarray(0, 8),
    header,
    ...chunks,
    pngChunk('IDAT', deflateSync(b`\0\0`)),
    png.subarray(-12),
  ]);
}

describe('canonicalPng()', () => {
  const names = (bytes: Uint8Array) => Array.from(pngChunks(bytes), ({ name, data }) => `${name} ${data.length}`);

  it('has each chunk that decides pixels once, in its place, and nothing else', async () => {
    const [early, late] = [pngChunk('tRNS', b`\x05`), pngChunk('tRNS', b`\x06`)];
    const file = indexed(early, pngChunk('gAMA', b`\0\0\xb1\x8f`), PLTE, pngChunk('tEXt', b`a\0b`), late, early);
    const opened = await open(file, true);
    expect(names(canonicalPng(opened))).toEqual(['IHDR 13', 'PLTE 3', 'tRNS 1', 'IDAT 10', 'IEND 0']);
    expect(opened).toMatchObject({ transparency: b`\x06`, gamma: 0.45455 });
  });

  it('has one run of IDATs as one, and what is out of place not at all', async () => {
    const idat = deflateSync(b`\0\0`);
    const split = Array.from(idat, (byte) => pngChunk('IDAT', Uint8Array.of(byte)));
    const file = Buffer.concat([
      indexed(PLTE).subarray(0, 48),
      ...split,
      pngChunk('IDAT', b``),
      pngChunk('tRNS', b`\0`),
      pngChunk('PLTE', b`\xff\xff\xff`),
      pngChunk('IDAT', b`more`),
      png.subarray(-12),
    ]);
    const opened = await open(file, true);
    expect(names(canonicalPng(opened))).toEqual(['IHDR 13', 'PLTE 3', `IDAT ${idat.length}`, 'IEND 0']);
    expect(opened.palette).toEqual(b`\x01\x02\x03`);
  });
});
