import { BytesIO, b, DataError } from '@memio/core';
import { describe, expect, it } from 'vitest';
import { isPng, type PngChunk, pngChunks, pngCutOff, pngHeader } from './png.ts';

/** A red pixel. */
const base64 = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4z8AAAAMBAQD3A0FDAAAAAElFTkSuQmCC';
const png = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const signature = png.subarray(0, 8);

const outline = (chunks: Iterable<PngChunk>) => Array.from(chunks, ({ name, start, end }) => ({ name, start, end }));
const OUTLINE = [
  { name: 'IHDR', start: 8, end: 33 },
  { name: 'IDAT', start: 33, end: 57 },
  { name: 'IEND', start: 57, end: 69 },
];

describe('isPng()', () => {
  it.each<[string, Uint8Array, boolean]>([
    ['a PNG', png, true],
    ['a signature alone', signature, true],
    ['half a signature', png.subarray(0, 7), false],
    ['a PNG that was sent as text', b`\x89PNG\n\x1a\n`, false],
    ['nothing', b``, false],
  ])('tells for %s', (_, bytes, is) => {
    expect(isPng(bytes)).toBe(is);
  });
});

describe('pngHeader()', () => {
  it('tells what IHDR says', () => {
    const fields = { width: 1, height: 1, depth: 8, colourType: 2, compression: 0, filter: 0, interlace: 0 };
    expect(pngHeader(png)).toEqual(fields);
  });

  it('gives each field as it is, whether or not it makes sense', () => {
    const header = b`${png.subarray(0, 16)}\xff\x00\x00\x01\x00\x00\x02\x00${Uint8Array.of(3, 4, 5, 6, 7)}\x00\x00\x00\x00`;
    expect(pngHeader(b`xxxxx${header}`.subarray(5))).toEqual({
      width: 0xff00_0001,
      height: 512,
      depth: 3,
      colourType: 4,
      compression: 5,
      filter: 6,
      interlace: 7,
    });
  });

  it.each([
    ['is cut off', png.subarray(0, 32)],
    ['is of another length', png.with(11, 14)],
    ['has another name', png.with(12, 0x69)],
    ['is not there', signature],
  ])('is undefined where IHDR %s', (_, bytes) => {
    expect(pngHeader(bytes)).toBeUndefined();
  });
});

describe('pngChunks()', () => {
  it('gives each chunk with its place in the file', () => {
    expect(outline(pngChunks(png))).toEqual(OUTLINE);
  });

  it('ends with IEND, whatever follows', () => {
    expect(outline(pngChunks(b`${png}${png}`))).toEqual(OUTLINE);
  });

  it('gives data without a copy', () => {
    const [, { data }] = [...pngChunks(png)] as [PngChunk, PngChunk];
    expect(data).toEqual(png.subarray(41, 53));
    expect(data.buffer).toBe(png.buffer);
  });

  it('finds data that zlib can inflate to the pixel', async () => {
    const [, { data }] = [...pngChunks(png)] as [PngChunk, PngChunk<ArrayBuffer>];
    const rows = await BytesIO.from(new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate')));
    expect(rows.getvalue()).toEqual(b`\x00\xff\x00\x00`);
  });

  it('looks at the part of a larger array that it is given', () => {
    expect(outline(pngChunks(b`xxxxx${png}`.subarray(5)))).toEqual(OUTLINE);
  });

  it.each<[string, Uint8Array, names: string[], where: string]>([
    ['nothing behind its signature', signature, [], 'before IEND, at 8 bytes'],
    ['half a frame', png.subarray(0, 44), ['IHDR'], 'before IEND, at 44 bytes'],
    ['half a chunk', png.subarray(0, 45), ['IHDR'], 'in IDAT, at 45 bytes'],
    ['no end', png.subarray(0, -12), ['IHDR', 'IDAT'], 'before IEND, at 57 bytes'],
    ['all but a byte', png.subarray(0, -1), ['IHDR', 'IDAT'], 'before IEND, at 68 bytes'],
    ['a chunk that claims 4 GiB', png.with(33, 0xff), ['IHDR'], 'in IDAT, at 69 bytes'],
  ])('says where a PNG is cut off that has %s, once it comes there', (_, bytes, names, where) => {
    const seen: string[] = [];
    const walk = () => {
      for (const { name } of pngChunks(bytes)) seen.push(name);
    };
    expect(walk).toThrow(new DataError(`the PNG is cut off ${where}`));
    expect(seen).toEqual(names);
  });
});

describe('pngCutOff()', () => {
  it('says where, and how much there is', () => {
    expect(pngCutOff('in its header', b`abc`)).toEqual(new DataError('the PNG is cut off in its header, at 3 bytes'));
  });
});
