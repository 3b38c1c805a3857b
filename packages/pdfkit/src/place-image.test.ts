import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { BytesIO, b, LimitError } from '@memio/core';
import { describeWith } from '@memio/testkit';
import PDFKitDocument from 'pdfkit';
import { extractImages } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { type ImageDocument, type PdfDocument, type PlaceImageOptions, placeImage, writePdf } from './index.ts';
import { endWithStream, makeReference } from './internals.ts';
import { arithmeticJpeg } from './oracle/jpegs.ts';

const require = createRequire(import.meta.url);
/** Photographs of a telephone, which the jpeg-exif package (MIT) is tested with; the first lies on its side. */
const photographs = ['IMG_0001.JPG', 'IMG_0003.JPG'].map((name) =>
  readFileSync(
    join(dirname(require.resolve('jpeg-exif', { paths: [require.resolve('pdfkit-lowest')] })), '../test', name),
  ),
);

interface Png {
  width?: number;
  height?: number;
  depth?: number;
  colourType?: number;
  interlaced?: number;
  rows?: Uint8Array;
  /** Deflated rows. */
  data?: Uint8Array;
  /** Chunks before the image data, by name. */
  before?: Record<string, Uint8Array>;
}

function chunk(name: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** By default 4 x 3 pixels in RGBA. */
function png(of: Png = {}): Uint8Array<ArrayBuffer> {
  const { width = 4, height = 3, depth = 8, colourType = 6, interlaced = 0, before = {} } = of;
  const { rows = new Uint8Array(height * (1 + width * 4)).map((_, at) => (at % (1 + width * 4) ? at * 7 : 0)) } = of;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType, 0, 0, interlaced], 8);
  const chunks = Object.entries({ IHDR: header, ...before, IDAT: of.data ?? deflateSync(rows), IEND: b`` });
  return Uint8Array.from(Buffer.concat([b`\x89PNG\r\n\x1a\n`, ...chunks.map(([name, data]) => chunk(name, data))]));
}

const pixels = deflateSync(new Uint8Array(3 * 17));
const changed = (bytes: Uint8Array, at: number) => {
  const copy = Uint8Array.from(bytes);
  copy[copy.length + (at < 0 ? at : at - copy.length)]! ^= 0xff;
  return copy;
};
/** Left, top and steps of the seven passes. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const PALETTE = { PLTE: b`\xff\x00\x00\x00\xff\x00` };
const TRANSLUCENT = { ...PALETTE, tRNS: b`\x80` };
const draw = (...sources: Parameters<typeof placeImage>[1][]) =>
  writePdf(async (doc) => {
    for (const source of sources) await placeImage(doc, source, { width: 50 });
  });
const failure = (...source: Parameters<typeof draw>) =>
  draw(...source).then(
    () => 'it was drawn',
    (error: unknown) => error,
  );
const imagesIn = (pdf: BytesIO) => Buffer.from(pdf.getvalue()).toString('latin1').split('/Subtype /Image').length - 1;
/** The image data of a JPEG with one scan. */
const scanOf = (file: Uint8Array) => Buffer.from(file.subarray(Buffer.from(file).lastIndexOf(b`\xff\xda`), -2));
const dataError = (message: string | RegExp) => ({
  name: 'DataError',
  code: 'ERR_MEMIO_DATA',
  adapter: '@memio/pdfkit',
  operation: 'placeImage',
  message: expect.stringMatching(message),
});

/** What becomes of a process in which plain PDFKit draws the image. */
function drawnByPlainPdfkit(image: Uint8Array): Promise<{ exitCode: number; said: string }> {
  const script = `
    const PDFDocument = require('pdfkit');
    const doc = new PDFDocument();
    doc.on('error', () => {}).resume();
    try { doc.image(Buffer.from(process.argv[1], 'base64'), 0, 0); } catch { process.exit(99); }
    doc.end();`;
  return new Promise((resolve) => {
    const options = { cwd: import.meta.dirname };
    execFile(process.execPath, ['-e', script, Buffer.from(image).toString('base64')], options, (error, _, said) =>
      resolve({ exitCode: error ? Number(error.code) : 0, said }),
    );
  });
}

describe('a damaged PNG ends the process of plain PDFKit, and placeImage() rejects', () => {
  const interlaced = { width: 8, height: 8, colourType: 0, interlaced: 1 };
  const cases: [what: string, image: Uint8Array, crash: string, error: string][] = [
    [
      'whose image data is not deflated',
      png({ data: b`not deflated` }),
      'incorrect header check',
      'cannot be inflated',
    ],
    [
      'whose image data is cut off',
      png({ data: pixels.subarray(0, -6) }),
      'unexpected end of file',
      'cannot be inflated',
    ],
    ['without image data', png({ data: b`` }), 'unexpected end of file', 'cannot be inflated'],
    ['whose checksum is wrong', png({ data: changed(pixels, -1) }), 'incorrect data check', 'cannot be inflated'],
    [
      'with a filter that does not exist',
      png({ rows: new Uint8Array(3 * 17).fill(9, 17, 18) }),
      'Invalid filter algorithm: 9',
      'a row with filter 9',
    ],
    [
      'with a palette and alpha',
      png({ colourType: 3, before: TRANSLUCENT, data: b`not deflated` }),
      'incorrect header check',
      'cannot be inflated',
    ],
    [
      'that is interlaced, without alpha',
      png({ ...interlaced, data: b`not deflated` }),
      'incorrect header check',
      'cannot be inflated',
    ],
    [
      'that is interlaced, with a wrong filter in its last pass',
      png({ ...interlaced, rows: new Uint8Array(79).fill(7, 70) }),
      'Invalid filter algorithm: 7',
      'a row with filter 7',
    ],
  ];
  it.concurrent.each(cases)('%s', async (_, image, crash, error) => {
    const { exitCode, said } = await drawnByPlainPdfkit(image);
    expect(exitCode).not.toBe(0);
    expect(exitCode).not.toBe(99);
    expect(said).toContain(crash);
    expect(await failure(image)).toMatchObject(dataError(error));
  });

  it('while an undamaged one does not', async () => {
    expect(await drawnByPlainPdfkit(png())).toEqual({ exitCode: 0, said: '' });
    expect(imagesIn(await draw(png()))).toBe(2);
  });
});

describe('placeImage() refuses', () => {
  const jpeg = Uint8Array.from(photographs[1]!);
  const start = (...marker: number[]) => Uint8Array.of(0xff, 0xd8, ...marker);
  const frame = (kind: number, bits: number, height: number, width: number, colours: number) =>
    start(0xff, kind, 0, 8 + 3 * colours, bits, height >> 8, height, width >> 8, width, colours, ...Array(3 * colours));
  const greyRows = new Uint8Array(3 * 5);

  it.each<[what: string, image: Uint8Array, error: string]>([
    ['no bytes', b``, 'the image has no bytes'],
    ['what is no image', b`GIF89a`, 'neither a PNG nor a JPEG'],
    ['a signature alone', png().subarray(0, 8), 'cut off before IEND, at 8 bytes'],
    ['a PNG that is cut off in a chunk', png().subarray(0, -20), 'cut off in IDAT'],
    ['a PNG without IEND', png().subarray(0, -12), 'cut off before IEND'],
    ['a flipped bit in IHDR', changed(png(), 17), 'the CRC of IHDR'],
    ['a flipped bit in the image data', changed(png(), -25), 'the CRC of IDAT'],
    ['a width of 0', png({ width: 0 }), 'a size of 0 x 3 pixels'],
    ['a height of 4294967295', png({ height: 2 ** 32 - 1, rows: b`` }), 'a size of 4 x 4294967295'],
    ['a colour type that does not exist', png({ colourType: 5 }), 'colour type 5 with 8 bits'],
    ['a bit depth that its colour type has not', png({ depth: 4 }), 'colour type 6 with 4 bits'],
    ['an interlace method that does not exist', png({ interlaced: 2 }), 'interlace method'],
    ['a palette picture without a palette', png({ colourType: 3, rows: greyRows }), 'it has no palette'],
    ['a palette of 4 bytes', png({ colourType: 3, rows: greyRows, before: { PLTE: b`1234` } }), 'a palette of 4 bytes'],
    [
      'more alpha values than colours',
      png({ colourType: 3, rows: greyRows, before: { ...PALETTE, tRNS: b`\x01\x02\x03` } }),
      'its transparency',
    ],
    [
      'a critical chunk that is not known',
      png({ before: { CgBI: b`\x50\x00\x20\x06` } }),
      'a chunk that is not known, CgBI',
    ],
    ['image data that is too short', png({ rows: new Uint8Array(50) }), '50 bytes where its size asks for 51'],
    ['image data that is too long', png({ rows: new Uint8Array(52) }), 'more than the 51 bytes of its size'],
    ['a bomb', png({ rows: new Uint8Array(50_000_000) }), 'more than the 51 bytes of its size'],
    ['a JPEG that is cut off in its header', jpeg.subarray(0, 100), 'the JPEG is cut off, at 100 bytes'],
    ['a JPEG that is cut off in its data', jpeg.subarray(0, -3000), 'ends before its last pixel'],
    [
      'a JPEG that is cut off in its data, and was given an end',
      Buffer.concat([jpeg.subarray(0, -3000), b`\xff\xd9`]),
      'ends before its last pixel',
    ],
    ['a JPEG of two bytes', start(), 'the JPEG is cut off, at 2 bytes'],
    ['a JPEG without markers', start(1, 0, 0, 0), 'no marker at byte 2'],
    ['a JPEG of 0 pixels', frame(0xc0, 8, 5, 0, 3), 'a size of 0 x 5 pixels'],
    ['a JPEG whose height comes last', frame(0xc0, 8, 0, 5, 3), 'of a height that follows its image data'],
    ['a JPEG of 2 colours', frame(0xc0, 8, 5, 5, 2), '2 colours'],
    ['a JPEG of 12 bits', frame(0xc1, 12, 5, 5, 3), '12 bits a sample'],
    ['a lossless JPEG', frame(0xc3, 8, 5, 5, 3), 'the JPEG is lossless, which PDF readers do not decode'],
    ['a JPEG with image data before its size', start(0xff, 0xda, 0, 2), 'image data before its size'],
    ['a JPEG with a marker of no length', start(0xff, 0xe0, 0, 0, 1, 1), 'a segment of 0 bytes at byte 2'],
  ])('%s', async (_, image, error) => {
    expect(await failure(image)).toMatchObject(dataError(error));
  });

  it('more pixels than maxPixels before it inflates anything, by default 89,478,485', async () => {
    const huge = png({ width: 20_000, height: 20_000, rows: b``, data: b`never looked at` });
    const message = 'Cannot place an image of 20000 x 20000 pixels: maxPixels is 89478485';
    expect(await failure(huge)).toMatchObject({
      name: 'LimitError',
      code: 'ERR_MEMIO_LIMIT',
      limit: 'maxPixels',
      message,
    });
    expect(await failure(frame(0xc0, 8, 65_535, 65_535, 3))).toMatchObject({ name: 'LimitError' });
    const place = (maxPixels: number) => writePdf((doc) => placeImage(doc, png(), { maxPixels }));
    await expect(place(11)).rejects.toBeInstanceOf(LimitError);
    expect(imagesIn(await place(12))).toBe(2);
  });

  it.each<[unknown, string]>([
    [Number.NaN, 'Cannot set maxPixels to NaN: expected 0 or more'],
    ['5', 'Cannot set maxPixels to the string "5": expected a number'],
    [-1, 'Cannot set maxPixels to -1: expected 0 or more'],
  ])('maxPixels of %s', async (maxPixels, message) => {
    const options = { maxPixels } as PlaceImageOptions;
    await expect(writePdf((doc) => placeImage(doc, png(), options))).rejects.toMatchObject({ message });
  });

  it.each<unknown>(['photo.png', 5, null, undefined, {}])('%s as a source', async (source) => {
    expect(await failure(source as never)).toMatchObject({ name: 'TypeError', code: 'ERR_MEMIO_TYPE' });
  });

  it.each<unknown>([undefined, null, {}, 'report.pdf'])('%s as a document', async (doc) => {
    await expect(placeImage(doc as ImageDocument, png())).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot place an image in .*: expected a PDFDocument$/),
      code: 'ERR_MEMIO_TYPE',
    });
  });

  it('to draw on a document that was ended', async () => {
    const doc = new PDFKitDocument();
    await writePdf(doc);
    await expect(placeImage(doc, png())).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: 'Cannot place an image: the document was ended before it; await placeImage first',
    });
  });

  it('to draw when its signal is aborted, with the reason', async () => {
    const reason = new Error('the customer left');
    const place = (signal: AbortSignal) => writePdf((doc) => placeImage(doc, png(), { signal }));
    await expect(place(AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const placed = place(controller.signal);
    controller.abort(reason);
    await expect(placed).rejects.toBe(reason);
  });
});

describeWith('jpegtran', 'arithmetic coding is not refused')('placeImage() and libjpeg', () => {
  it('refuses a JPEG that is coded arithmetically, by name', async () => {
    expect(await failure(arithmeticJpeg())).toMatchObject(
      dataError('the JPEG is coded arithmetically, which PDF readers do not decode; save it as'),
    );
  });
});

describe('placeImage()', () => {
  const [first, second] = photographs.map((photograph) => Uint8Array.from(photograph)) as [Uint8Array, Uint8Array];

  it('embeds an image once, whatever it comes from and however often it is placed', async () => {
    const stream = new BytesIO(second);
    const sources = [
      second,
      second,
      second.slice(),
      stream,
      stream,
      new Blob([second.slice()]),
      new Response(second.slice()),
    ];
    const pdf = await draw(...sources);
    expect(imagesIn(pdf)).toBe(1);
    expect(pdf.size).toBeLessThan(second.length + 5000);
    expect(stream.tell()).toBe(0);
    const twice = await draw(first, second, first, png(), png());
    expect(imagesIn(twice), 'two photographs, pixels and their alpha').toBe(4);
    const atOnce = await writePdf((doc) => Promise.all([second, stream, second].map((each) => placeImage(doc, each))));
    expect(imagesIn(atOnce)).toBe(1);
  });

  it('looks at the bytes, not at the object: a stream that is used again is another image', async () => {
    const stream = new BytesIO(png());
    const pdf = await writePdf(async (doc) => {
      await placeImage(doc, stream);
      stream.seek(0);
      stream.truncate(0);
      stream.write(png({ width: 2, height: 2 }));
      await placeImage(doc, stream);
    });
    expect(imagesIn(pdf)).toBe(4);
  });

  it('keeps none of the caller’s memory: what is overwritten at once is in the PDF as it was', async () => {
    const mine = second.slice();
    const pdf = await writePdf(async (doc) => {
      const placed = placeImage(doc, mine);
      mine.fill(0);
      await placed;
    });
    expect(Buffer.from(pdf.getvalue()).includes(scanOf(second))).toBe(true);
  });

  it('takes an image again that failed for its budget, and fails again for its damage', async () => {
    const pdf = await writePdf(async (doc) => {
      const placed = [placeImage(doc, png(), { maxPixels: 1 }), placeImage(doc, png()), placeImage(doc, png())];
      expect((await Promise.allSettled(placed)).map(({ status }) => status)).toEqual([
        'rejected',
        'fulfilled',
        'fulfilled',
      ]);
      const damaged = changed(png(), -25);
      const again = [placeImage(doc, damaged), placeImage(doc, damaged)];
      expect((await Promise.allSettled(again)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    });
    expect(imagesIn(pdf)).toBe(2);
  });

  it('draws where and how it is told, and returns the document', async () => {
    const pdf = await writePdf(
      async (doc: PDFKit.PDFDocument) => {
        expect(await placeImage(doc, png(), 10, 20, { width: 40 })).toBe(doc);
        const { y } = doc;
        await placeImage(doc, png(), { height: 30 });
        expect(doc.y, 'where text goes on').toBe(y + 30);
      },
      { compress: false },
    );
    const content = Buffer.from(pdf.getvalue()).toString('latin1');
    expect(content).toContain('40 0 0 -30 10 50 cm');
    expect(content).toContain('40 0 0 -30 72 102 cm');
  });

  it('draws the pixels, although the file has chunks that mislead PDFKit, and bytes behind its end', async () => {
    const rows = Uint8Array.from([0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 9, 9, 9]);
    const before = { ...PALETTE, tEXt: new Uint8Array(500_000).fill(65), zTXt: b`x` };
    const image = png({ width: 2, height: 2, colourType: 2, rows, before });
    const pdf = await draw(Buffer.concat([image, b`more`]));
    const [drawn] = await extractImages(pdf.getvalue(), 1);
    expect([...drawn!.data]).toEqual([255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]);
  });

  it.each<[string, Png, number[]]>([
    ['grey', { colourType: 0, rows: Uint8Array.of(0, 1, 2, 0, 3, 4) }, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]],
    [
      'a palette',
      { colourType: 3, before: PALETTE, rows: Uint8Array.of(0, 0, 1, 0, 1, 0) },
      [255, 0, 0, 0, 255, 0, 0, 255, 0, 255, 0, 0],
    ],
    [
      '16 bits',
      { depth: 16, colourType: 4, rows: new Uint8Array(2 * 9).map((_, at) => (at % 9 ? 7 : 0)) },
      Array(12).fill(7),
    ],
  ])('draws the pixels of %s', async (_, of, expected) => {
    const [drawn] = await extractImages((await draw(png({ width: 2, height: 2, ...of }))).getvalue(), 1);
    const { data, channels } = drawn!;
    const rgb = [...data].filter((_, at) => channels < 4 || at % 4 < 3);
    expect(channels === 1 ? rgb.flatMap((grey) => [grey, grey, grey]) : rgb).toEqual(expected);
  });

  it('draws the pixels of an interlaced PNG', async () => {
    const rows: number[] = [];
    for (const [left, top, stepX, stepY] of ADAM7) {
      for (let y = top; y < 8; y += stepY) {
        rows.push(0);
        for (let x = left; x < 8; x += stepX) rows.push(y * 8 + x);
      }
    }
    const pdf = await draw(png({ width: 8, height: 8, colourType: 0, interlaced: 1, rows: Uint8Array.from(rows) }));
    const [drawn] = await extractImages(pdf.getvalue(), 1);
    const grey = [...drawn!.data].filter((_, at) => at % drawn!.channels === 0);
    expect(grey).toEqual(Array.from({ length: 64 }, (_, at) => at));
  });

  it('works with a document of the lowest PDFKit in the peer range', async () => {
    const doc: PdfDocument & ImageDocument = new (require('pdfkit-lowest'))();
    for (const source of [second, new BytesIO(second), png(), png()]) await placeImage(doc, source, { width: 50 });
    expect(imagesIn(await writePdf(doc))).toBe(3);
  });

  it('works with a document that is drawn by hand', async () => {
    const doc = new PDFKitDocument();
    (await placeImage(doc, first, 0, 0, { fit: [200, 200] })).text('after it');
    expect(imagesIn(await writePdf(doc))).toBe(1);
  });

  it('takes a PNG whose image data is in a great many small chunks, and lets timers run', async () => {
    const rows = Uint8Array.from({ length: 301 * 300 }, (_, at) => (at % 301 ? Math.imul(at, 0x9e3779b1) >>> 13 : 0));
    const data = deflateSync(rows);
    const whole = png({ width: 300, height: 300, colourType: 0, rows });
    const parts = Array.from(data, (byte) => chunk('IDAT', Uint8Array.of(byte)));
    const divided = Buffer.concat([whole.subarray(0, 33), ...parts, chunk('IEND', b``)]);
    expect(parts.length).toBeGreaterThan(4000);
    const [drawn] = await extractImages((await draw(divided)).getvalue(), 1);
    const [expected] = await extractImages((await draw(whole)).getvalue(), 1);
    expect(Buffer.from(drawn!.data).equals(Buffer.from(expected!.data))).toBe(true);
  });

  it('takes 1 million pixels, and lets timers run at least every 50 ms while it decodes them', async () => {
    const file = png({ width: 1000, height: 1000, interlaced: 1, rows: new Uint8Array(4_001_875) });
    let longest = 0;
    let before = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - before);
      before = performance.now();
    }, 1);
    await draw(file);
    clearInterval(timer);
    // The machine may be busy.
    expect(longest).toBeLessThan(500);
  });

  it('stops when its signal is aborted while it decodes, with the reason', async () => {
    const side = 2828;
    const file = png({ width: side, height: side, rows: new Uint8Array(side * (1 + 4 * side)) });
    const controller = new AbortController();
    const reason = new Error('the customer left');
    const placed = writePdf((doc) => placeImage(doc, file, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 5);
    await expect(placed).rejects.toBe(reason);
  });

  it('takes pixels, as readPng() and readImage() return them', async () => {
    const grey = { width: 2, height: 1, data: Uint8Array.of(1, 2) };
    const translucent = { width: 1, height: 2, data: Uint8ClampedArray.of(1, 2, 3, 128, 4, 5, 6, 255) };
    const wide = { width: 1, height: 1, data: Uint16Array.of(0x1234, 0x5678, 0x9abc) };
    const pdf = await writePdf(async (doc) => {
      for (const pixels of [grey, translucent, wide, grey]) await placeImage(doc, pixels, { width: 10 });
    });
    expect(imagesIn(pdf), 'three, and a soft mask').toBe(4);
    const drawn = await extractImages(pdf.getvalue(), 1);
    expect([...drawn[0]!.data]).toEqual([1, 1, 1, 2, 2, 2]);
    expect([...drawn[2]!.data].slice(0, 3)).toEqual([0x12, 0x56, 0x9a]);
  });

  it.each<[what: string, pixels: unknown, message: string]>([
    [
      'a width of 0',
      { width: 0, height: 1, data: new Uint8Array(0) },
      'a width of 0: expected an integer of 1 or more',
    ],
    ['too few values', { width: 2, height: 2, data: new Uint8Array(3) }, '2 x 2 pixels of 3 values'],
    ['text for data', { width: 1, height: 1, data: 'red' }, 'expected data to be a Uint8Array or a Uint16Array'],
    ['more than maxPixels', { width: 1e5, height: 1e5, data: new Uint8Array(1) }, 'maxPixels is 89478485'],
  ])('refuses pixels with %s', async (_, pixels, message) => {
    expect(await failure(pixels as Uint8Array)).toMatchObject({ message: expect.stringContaining(message) });
  });

  it('names options that it does not have', async () => {
    await expect(writePdf((doc) => placeImage(doc, png(), { widht: 5 } as PlaceImageOptions))).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: expect.stringContaining('Cannot place an image: unknown option "widht"; the options are width, height'),
    });
  });

  it('names an AbortController where a signal is expected', async () => {
    const options = { signal: new AbortController() } as unknown as PlaceImageOptions;
    await expect(writePdf((doc) => placeImage(doc, png(), options))).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: expect.stringContaining('signal must be an AbortSignal; pass controller.signal'),
    });
  });

  it('reads maxInputBytes at most', async () => {
    const file = png();
    for (const source of [file, new BytesIO(file), new Blob([file]), new Response(file)]) {
      const place = (maxInputBytes: number) => writePdf((doc) => placeImage(doc, source, { maxInputBytes }));
      await expect(place(file.length - 1)).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT', limit: 'maxInputBytes' });
    }
    expect(imagesIn(await writePdf((doc) => placeImage(doc, file, { maxInputBytes: file.length })))).toBe(2);
  });

  it('knows a picture again where the platform has no crypto.subtle', async () => {
    const { crypto } = globalThis;
    Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
    try {
      expect(imagesIn(await draw(png(), png(), png({ width: 2, rows: new Uint8Array(3 * 9) })))).toBe(4);
    } finally {
      Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true });
    }
  });
});

describe('PDFKit’s internals', () => {
  it('are an error that says so where they are missing', () => {
    expect(() => makeReference({}, {})).toThrow('this PDFKit has no doc.ref(), with which a picture is embedded');
  });

  it.each<[what: string, made: unknown, kind: unknown]>([
    ['a PDFKit that takes any array', new Uint8Array(1), Uint8Array],
    ['one that takes a Buffer', Buffer.alloc(1), Buffer],
    ['one that does not show what it takes, for which Buffer is tried', undefined, Buffer],
  ])('write bytes for %s', (_, made, kind) => {
    const written: Uint8Array[] = [];
    const data: Record<string, unknown> = { Length: 0 };
    const reference = {
      data,
      buffer: [] as unknown[],
      write(chunk: unknown) {
        if (chunk === '') this.buffer.push(made);
        else {
          written.push(chunk as Uint8Array);
          data['Length'] = (data['Length'] as number) + (chunk as Uint8Array).length;
        }
      },
      end() {},
    };
    class Document {}
    endWithStream(new Document(), reference, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect(written.map((each) => each.constructor)).toEqual([kind, kind]);
    expect(Buffer.concat(written)).toEqual(Buffer.of(1, 2, 3));
  });

  it('are an error when they wrote something else than the picture', () => {
    let ended = false;
    const reference = {
      data: { Length: 0 },
      write() {},
      end() {
        ended = true;
      },
    };
    expect(() => endWithStream(new (class {})(), reference, [Uint8Array.of(1, 2)])).toThrow(
      'this PDFKit wrote 0 bytes of a picture of 2',
    );
    expect(ended).toBe(true);
  });
});
