import { isMemioError } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { extractImages } from 'unpdf';
import { expect, it } from 'vitest';
import { placeImage, writePdf } from './index.ts';
import { decodedBySharp } from './oracle/decode.ts';
import { jpegsOfLibjpeg } from './oracle/jpegs.ts';
import { judge } from './oracle/judge.ts';

const draw = (file: Uint8Array) => writePdf((doc) => placeImage(doc, file), { compress: false });
const refusal = (file: Uint8Array): Promise<unknown> =>
  draw(file).then(
    () => 'it was drawn',
    (error) => error.message,
  );

/** The segments of a JPEG with one scan, the last one with its image data. */
function segmentsOf(file: Buffer): Buffer[] {
  const segments: Buffer[] = [];
  for (let at = 2; ; ) {
    const scan = file[at + 1] === 0xda;
    const end = scan ? file.length - 2 : at + 2 + file.readUInt16BE(at + 2);
    segments.push(file.subarray(at, end));
    if (scan) return segments;
    at = end;
  }
}
const SOI = Buffer.from([0xff, 0xd8]);
const EOI = Buffer.from([0xff, 0xd9]);
const markerOf = (segment: Buffer) => segment.readUInt16BE(0);
const joined = (segments: readonly Uint8Array[], end: Uint8Array = EOI) => Buffer.concat([SOI, ...segments, end]);

describeWith('cjpeg', 'damaged JPEGs are not tested')('a JPEG in a PDF', () => {
  const kinds = jpegsOfLibjpeg([[35, 23]]);
  const kind = (name: string) => kinds.find(([each]) => each === `35 x 23, ${name}`)![1];
  const baseline = kind('baseline');
  const segments = segmentsOf(baseline);
  const without = (marker: number) => joined(segments.filter((segment) => markerOf(segment) !== marker));

  it('is refused wherever it is cut off, with an end marker or without, unless only the end marker is missing', async () => {
    for (const name of ['baseline', 'progressive', 'with a restart in every unit', 'grey']) {
      const file = kind(name);
      for (let length = 2; length < file.length - 4; length += 7) {
        const cut = file.subarray(0, length);
        for (const damaged of [cut, Buffer.concat([cut, EOI]), Buffer.concat([cut, Buffer.alloc(40)])]) {
          const error = await draw(damaged).catch((error) => error);
          if (!isMemioError(error, 'ERR_MEMIO_DATA'))
            throw new Error(`${name}, cut off at ${length} of ${file.length}: ${error.message}`);
        }
      }
      await expect(draw(file.subarray(0, -2))).resolves.toBeDefined();
    }
  });

  const app = (length: number) => Buffer.concat([Buffer.from([0xff, 0xe5, 0, length + 2]), Buffer.alloc(length, 0xff)]);
  const dac = Buffer.from([0xff, 0xcc, 0, 8, 0, 0x10, 1, 0x10, 0x10, 5]);
  it.each<[what: string, file: Buffer]>([
    [
      'fill bytes before its markers',
      joined(segments.map((segment) => Buffer.concat([Buffer.from([0xff, 0xff]), segment]))),
    ],
    ['zeros between its segments', joined(segments.map((segment) => Buffer.concat([Buffer.alloc(3), segment])))],
    ['a DAC segment, which looks like a frame', joined([dac, ...segments])],
    ['markers in its metadata', joined([app(20), ...segments])],
    ['no end marker', joined(segments, Buffer.alloc(0))],
    ['bytes behind its end marker', Buffer.concat([baseline, Buffer.from('more'), SOI])],
    ['bytes between its last block and its end marker', joined([...segments, Buffer.alloc(9)])],
    ['another last coefficient in its scan header', joined([...segments.slice(0, -1), changedScan(segments.at(-1)!)])],
  ])('with %s looks as it did', async (_, file) => {
    const verdicts = await judge([['it', file]], [await decodedBySharp(baseline)]);
    expect(verdicts.filter(({ largest }) => largest > 0)).toEqual([]);
  });

  it.each<[what: string, file: Buffer, error: string]>([
    ['without Huffman tables', without(0xffc4), 'a Huffman table of component 1 is missing'],
    ['without quantization tables', without(0xffdb), 'quantization table 0 is missing'],
    ['without a frame', without(0xffc0), 'image data before its size'],
    ['without a scan', joined(segments.slice(0, -1)), 'it has no image data'],
    ['with two frames', joined([...segments.slice(0, -1), ...segments.slice(-6)]), 'it has two frames'],
    ['with two scans', joined([...segments, segments.at(-1)!]), 'two scans have component 1'],
    [
      'with a restart marker out of order',
      Buffer.from(kind('with a restart in every unit').toString('latin1').replace('\xff\xd1', '\xff\xd2'), 'latin1'),
      'another marker than the expected restart',
    ],
  ])('%s is refused', async (_, file, error) => {
    expect(await refusal(file)).toContain(error);
  });

  it('has no metadata, and its image data is as it was', async () => {
    const secret = Buffer.concat([Buffer.from([0xff, 0xe1, 0, 20]), Buffer.from('Exif\0\0 51.5N 0.1W!')]);
    const pdf = Buffer.from((await draw(joined([secret, ...segments]))).getvalue());
    expect(pdf.includes('51.5N')).toBe(false);
    expect(pdf.includes(segments.at(-1)!)).toBe(true);
  });

  it.each([
    [0, 'DeviceCMYK', true],
    [2, 'DeviceCMYK', true],
    [undefined, 'DeviceCMYK', false],
  ])('of four colours with an Adobe marker of %s is %s, inverted: %s', async (transform, space, inverted) => {
    const adobe = Buffer.from([0xff, 0xee, 0, 14, ...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform ?? 0]);
    const file = fourColours(segmentsOf(kind('grey')));
    const pdf = Buffer.from((await draw(joined(transform === undefined ? file : [adobe, ...file]))).getvalue());
    expect(pdf.includes(`/ColorSpace /${space}`)).toBe(true);
    expect(pdf.includes('/Decode [1 0 1 0 1 0 1 0]')).toBe(inverted);
  });

  it('is read by pdf.js', async () => {
    const [drawn] = await extractImages((await draw(kind('progressive'))).getvalue(), 1);
    expect([drawn!.width, drawn!.height]).toEqual([35, 23]);
  });
});

function changedScan(scan: Buffer): Buffer {
  const copy = Buffer.from(scan);
  copy[scan.readUInt16BE(2)] = 0;
  return copy;
}

/** A grey picture as each of four inks, in four scans of the same data. */
function fourColours(segments: Buffer[]): Buffer[] {
  return segments.flatMap((segment) => {
    if (markerOf(segment) === 0xffc0) {
      const parts = [1, 2, 3, 4].flatMap((id) => [id, 0x11, 0]);
      return [Buffer.from([0xff, 0xc0, 0, 20, ...segment.subarray(4, 9), 4, ...parts])];
    }
    if (markerOf(segment) !== 0xffda) return [segment];
    return [1, 2, 3, 4].map((id) => Buffer.concat([segment.subarray(0, 5), Buffer.from([id]), segment.subarray(6)]));
  });
}
