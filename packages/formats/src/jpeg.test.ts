import { b, DataError } from '@memio/core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { isJpeg, type JpegSegment, jpegFrame, jpegSegments } from './jpeg.ts';

/** A picture of 40 x 30 pixels with noise, so that its image data has every kind of byte. */
const noise = Uint8Array.from({ length: 40 * 30 * 3 }, (_, index) => (index * index * 7919) >> 5);
const raw = { width: 40, height: 30, channels: 3 } as const;
const encode = async (progressive: boolean): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(await sharp(noise, { raw }).withIccProfile('srgb').jpeg({ progressive }).toBuffer());

const baseline = await encode(false);
const progressive = await encode(true);

const markers = (bytes: Uint8Array) => Array.from(jpegSegments(bytes), ({ marker }) => marker);
const frames = (bytes: Uint8Array) => Array.from(jpegSegments(bytes)).flatMap((one) => jpegFrame(one) ?? []);
const SOI = b`\xff\xd8`;
const EOI = b`\xff\xd9`;
const FRAME = b`\xff\xc0\x00\x0b\x08\x00\x02\x00\x03\x01\x01\x11\x00`;
const SCAN = b`\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00`;

describe('isJpeg()', () => {
  it.each<[string, Uint8Array, boolean]>([
    ['SOI', SOI, true],
    ['half of SOI', SOI.subarray(1), false],
    ['a PNG', b`\x89PNG`, false],
    ['nothing', b``, false],
  ])('decides about %s', (_, bytes, expected) => {
    expect(isJpeg(bytes)).toBe(expected);
  });
});

describe('jpegSegments()', () => {
  it('ends with EOI, whatever follows', () => {
    expect(markers(baseline).at(-1)).toBe(0xffd9);
    expect(markers(b`${baseline}more`)).toEqual(markers(baseline));
  });

  it('yields the scans of a progressive JPEG and what stands between them', () => {
    const scans = markers(progressive).filter((marker) => marker === 0xffda);
    expect(scans.length).toBeGreaterThan(3);
    expect(markers(baseline).filter((marker) => marker === 0xffda)).toHaveLength(1);
  });

  it('gives the data of a segment as an alias, with its place in the file', () => {
    const profile = Array.from(jpegSegments(baseline)).find(({ marker }) => marker === 0xffe2) as JpegSegment;
    expect(Buffer.from(profile.data).toString('latin1')).toMatch(/^ICC_PROFILE\0/);
    expect(profile.data.buffer).toBe(baseline.buffer);
    expect(baseline.subarray(profile.start, profile.start + 2)).toEqual(b`\xff\xe2`);
    expect(profile.end - profile.start).toBe(profile.data.length + 4);
  });

  it('takes neither 0xff00 nor a restart in image data for a marker', () => {
    expect(markers(b`${SOI}${FRAME}${SCAN}\x01\xff\x00\xd9\xff\xd0\x02\xff\xd7${EOI}`)).toEqual([
      0xffc0, 0xffda, 0xffd9,
    ]);
  });

  it('takes an end marker in a table between scans for a part of the table', () => {
    const table = b`\xff\xc4\x00\x05\xff\xd9\x00`;
    expect(markers(b`${SOI}${FRAME}${SCAN}\x01${table}${SCAN}\x02${EOI}`)).toEqual([
      0xffc0, 0xffda, 0xffc4, 0xffda, 0xffd9,
    ]);
  });

  it.each([
    ['fill bytes', b`\xff\xff\xff`],
    ['zeros', b`\x00\x00`],
  ])('skips %s between segments', (_, padding) => {
    const padded = b`${SOI}${padding}${FRAME}${padding}${SCAN}\x01${padding}${EOI}`;
    expect(markers(padded)).toEqual([0xffc0, 0xffda, 0xffd9]);
  });

  it.each<[string, Uint8Array, message: string]>([
    ['nothing behind SOI', SOI, 'the JPEG is cut off, at 2 bytes'],
    ['half a marker', b`${SOI}\xff`, 'the JPEG is cut off, at 3 bytes'],
    ['a marker without a length', b`${SOI}\xff\xe0\x00`, 'the JPEG is cut off, at 5 bytes'],
    ['half a segment', b`${SOI}${FRAME.subarray(0, -1)}`, 'the JPEG is cut off, at 14 bytes'],
    ['no end of its image data', b`${SOI}${FRAME}${SCAN}\x01\xff`, 'the JPEG is cut off, at 27 bytes'],
    ['a segment that is shorter than its length field', b`${SOI}\xff\xe0\x00\x01`, 'a segment of 1 bytes at byte 2'],
    ['text where a marker has to be', b`${SOI}text`, 'no marker at byte 2'],
    ['a restart between segments', b`${SOI}\xff\xd0\x00\x02`, 'no marker at byte 2'],
    ['a second SOI', b`${SOI}${SOI}\x00\x02`, 'no marker at byte 2'],
    ['a reserved marker in image data', b`${SOI}${FRAME}${SCAN}\x01\xff\x02\x00`, 'no marker at byte 26'],
  ])('throws a DataError for %s', (_, bytes, message) => {
    expect(() => markers(bytes)).toThrow(DataError);
    expect(() => markers(bytes)).toThrow(message);
  });

  it('throws for each length to which a JPEG can be cut', () => {
    for (let length = 2; length < progressive.length; length++)
      expect(() => markers(progressive.subarray(0, length))).toThrow(DataError);
  });
});

describe('jpegFrame()', () => {
  it('gives what the encoder was asked for', () => {
    const size = { precision: 8, width: 40, height: 30, components: 3 };
    expect(frames(baseline)).toEqual([{ process: 0, ...size }]);
    expect(frames(progressive)).toEqual([{ process: 2, ...size }]);
  });

  it.each([0xffc4, 0xffcc, 0xffda, 0xffe0])('is undefined for the segment 0x%s', (marker) => {
    expect(jpegFrame({ marker, start: 0, end: 0, data: FRAME.subarray(4) })).toBeUndefined();
  });

  it.each([
    ['too short for its components', FRAME.subarray(4, -1)],
    ['without components', b`\x08\x00`],
  ])('throws a DataError for a frame that is %s', (_, data) => {
    expect(() => jpegFrame({ marker: 0xffc0, start: 0, end: 0, data })).toThrow(
      new DataError('the JPEG is damaged: the length of its frame'),
    );
  });
});
