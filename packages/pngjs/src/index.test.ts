import { crc32 } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import fc from 'fast-check';
import { decode, encode } from 'fast-png';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { readPng, type WritePngOptions, writePng } from './index.ts';

const CHANNELS = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;
type ColorType = keyof typeof CHANNELS;

function samples(length: number, depth: 8 | 16 = 8): Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> {
  const data = depth === 8 ? new Uint8Array(length) : new Uint16Array(length);
  for (let at = 0; at < length; at++) data[at] = at * (depth === 8 ? 37 : 9973);
  return data;
}

const bytesOf = (data: ArrayBufferView) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** What every kind of sample looks like as 8-bit RGBA. */
function rgba(data: Uint8Array | Uint16Array, channels: number): number[] {
  const most = data instanceof Uint16Array ? 65_535 : 255;
  const pixels: number[] = [];
  for (let at = 0; at < data.length; at += channels) {
    const [first = 0, second = 0, third = 0, fourth = 0] = data.subarray(at, at + channels);
    const pixel =
      channels === 1
        ? [first, first, first, most]
        : channels === 2
          ? [first, first, first, second]
          : [first, second, third, channels === 3 ? most : fourth];
    pixels.push(...pixel.map((sample) => Math.floor((sample * 255) / most + 0.5)));
  }
  return pixels;
}

describe('writePng()', () => {
  it.each<[ColorType, 8 | 16]>([
    [0, 8],
    [2, 8],
    [4, 8],
    [6, 8],
    [0, 16],
    [2, 16],
    [4, 16],
    [6, 16],
  ])('keeps every sample of colour type %i at %i bits', async (colorType, bitDepth) => {
    const channels = CHANNELS[colorType];
    const data = samples(5 * 4 * channels, bitDepth);
    const png = await writePng({ width: 5, height: 4, data }, { colorType, inputColorType: colorType, bitDepth });
    expect(decode(png.getvalue())).toMatchObject({ width: 5, height: 4, channels, depth: bitDepth, data });
  });

  it.each<[string, () => Uint8Array | Uint8ClampedArray | Uint16Array]>([
    ['a Buffer', () => Buffer.from(samples(24).buffer)],
    ['a canvas’s Uint8ClampedArray', () => new Uint8ClampedArray(samples(24))],
    ['a part of a larger array', () => new Uint8Array(b`${b`xxx`}${samples(24)}`.buffer, 3)],
    [
      'shared memory',
      () => {
        const shared = new Uint8Array(new SharedArrayBuffer(24));
        shared.set(samples(24));
        return shared;
      },
    ],
  ])('takes pixels in %s', async (_, data) => {
    const png = await writePng({ width: 3, height: 2, data: data() });
    expect(decode(png.getvalue()).data).toEqual(samples(24));
  });

  it('takes 16-bit samples from where their array begins, not their memory', async () => {
    const data = new Uint16Array([1, 2, 3, ...samples(24, 16)]).subarray(3);
    const png = await writePng({ width: 3, height: 2, data }, { bitDepth: 16 });
    expect(decode(png.getvalue())).toMatchObject({ depth: 16, data: samples(24, 16) });
  });

  it('takes pixels without alpha', async () => {
    const image = { width: 3, height: 2, data: samples(18) as Uint8Array };
    const opaque = decode((await writePng(image, { inputHasAlpha: false })).getvalue());
    expect([...opaque.data]).toEqual(rgba(samples(18), 3));
    const plain = decode((await writePng(image, { inputHasAlpha: false, colorType: 2 })).getvalue());
    expect(plain).toMatchObject({ channels: 3, data: samples(18) });
  });

  it('puts the background behind pixels whose alpha is dropped', async () => {
    const image = { width: 2, height: 1, data: b`\xff\x00\x00\xff\xff\x00\x00\x00` };
    const png = await writePng(image, { colorType: 2, bgColor: { red: 1, green: 2, blue: 3 } });
    expect(decode(png.getvalue()).data).toEqual(b`\xff\x00\x00\x01\x02\x03`);
  });

  it('hands pngjs’s options on', async () => {
    const image = { width: 100, height: 100, data: new Uint8Array(40_000) };
    const [small, large] = await Promise.all([writePng(image), writePng(image, { deflateLevel: 0 })]);
    expect(small.size).toBeLessThan(1000);
    expect(large.size).toBeGreaterThan(40_000);
  });

  it('packs a PNG the way it was told when it was made, unless it is told otherwise', async () => {
    const png = new PNG({ width: 2, height: 1, colorType: 2 });
    expect(decode((await writePng(png)).getvalue()).channels).toBe(3);
    expect(decode((await writePng(png, { colorType: 6 })).getvalue()).channels).toBe(4);
  });

  it('writes what readPng() read, as often as it is asked', async () => {
    const bytes = encode({ width: 3, height: 2, data: samples(24) });
    const png = await readPng(bytes);
    for (let time = 0; time < 3; time++) expect(decode((await writePng(png)).getvalue()).data).toEqual(samples(24));
  });

  it('keeps gamma', async () => {
    const png = await writePng({ width: 1, height: 1, data: b`\x01\x02\x03\x04`, gamma: 0.45455 });
    expect((await readPng(png)).gamma).toBe(0.45455);
  });
});

describe('readPng()', () => {
  it.each<[channels: number, depth: 8 | 16, interlace: 'null' | 'Adam7']>(
    [1, 2, 3, 4].flatMap((channels) =>
      ([8, 16] as const).flatMap((depth) =>
        (['null', 'Adam7'] as const).map((interlace): [number, 8 | 16, 'null' | 'Adam7'] => [
          channels,
          depth,
          interlace,
        ]),
      ),
    ),
  )('reads %i channels of %i bits, interlace %s', async (channels, depth, interlace) => {
    for (const [width, height] of [
      [1, 1],
      [3, 2],
      [9, 7],
      [1, 9],
    ] as const) {
      const data = samples(width * height * channels, depth);
      const png = await readPng(encode({ width, height, channels, depth, data }, { interlace }));
      expect(png).toMatchObject({ width, height });
      expect([...png.data]).toEqual(rgba(data, channels));
    }
  });

  it.each([1, 2, 4] as const)('reads grey of %i bits', async (depth) => {
    const png = await readPng(encode({ width: 8 / depth, height: 1, channels: 1, depth, data: b`\xe4` }));
    const grey = Array.from(
      { length: 8 / depth },
      (_, index) => (0xe4 >> (8 - depth * (index + 1))) & (2 ** depth - 1),
    );
    const most = 2 ** depth - 1;
    expect([...png.data]).toEqual(
      grey.flatMap((sample) => [...Array(3).fill(Math.floor((sample * 255) / most + 0.5)), 255]),
    );
  });

  it('reads a palette, with transparent colours', async () => {
    const palette = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ];
    const data = b`\x00\x01\x01\x00\x00\x00`;
    for (const interlace of ['null', 'Adam7'] as const) {
      const png = await readPng(encode({ width: 3, height: 2, channels: 1, palette, data }, { interlace }));
      expect([...png.data]).toEqual([...data].flatMap((index) => palette[index]!));
    }
  });

  it('leaves 16-bit samples as they are when it is told so', async () => {
    const png = await readPng(encode({ width: 3, height: 2, depth: 16, data: samples(24, 16) }), { skipRescale: true });
    expect(png.data).toEqual(samples(24, 16));
  });

  it.each<[string, (png: Uint8Array<ArrayBuffer>) => Parameters<typeof readPng>[0]]>([
    ['bytes', (png) => png],
    ['a Buffer', (png) => Buffer.from(png)],
    ['a part of a larger array', (png) => b`xxx${png}xxx`.subarray(3, -3)],
    ['a BytesIO', (png) => new BytesIO(png)],
    ['a Blob', (png) => new Blob([png])],
    ['a Response', (png) => new Response(png)],
    [
      'a generator of bytes',
      function* (png) {
        for (const byte of png) yield Uint8Array.of(byte);
      },
    ],
  ])('takes %s', async (_, source) => {
    const bytes = encode({ width: 3, height: 2, data: samples(24) }) as Uint8Array<ArrayBuffer>;
    expect([...(await readPng(source(bytes))).data]).toEqual([...samples(24)]);
  });

  it('does not mind bytes behind the image', async () => {
    const stream = new BytesIO(b`${encode({ width: 1, height: 1, data: b`\x01\x02\x03\x04` })}trailer`);
    expect([...(await readPng(stream)).data]).toEqual([1, 2, 3, 4]);
    expect(stream.read()).toEqual(b`trailer`);
  });

  it('reads images that stand one behind the other, one at a time', async () => {
    const stream = new BytesIO();
    for (const size of [3, 1, 2])
      await writePng({ width: size, height: size, data: samples(size * size * 4) }, { into: stream });
    stream.seek(0);
    for (const size of [3, 1, 2]) expect([...(await readPng(stream)).data]).toEqual([...samples(size * size * 4)]);
    expect(stream.tell()).toBe(stream.size);
    await expect(readPng(stream)).rejects.toThrow('readPng failed: no bytes from the cursor to the end');
  });

  it('gives a PNG of pngjs, whose own methods work', async () => {
    const png = await readPng(encode({ width: 3, height: 2, data: samples(24) }));
    expect(png).toBeInstanceOf(PNG);
    const corner = new PNG({ width: 1, height: 1 });
    png.bitblt(corner, 2, 1, 1, 1, 0, 0);
    expect([...corner.data]).toEqual([...samples(24).subarray(20)]);
  });
});

describe('the budget maxPixels', () => {
  /** 93 bytes that claim `width` x `height` pixels. */
  const claim = (width: number, height: number) => {
    const png = encode({ width: 1, height: 1, data: b`\x01\x02\x03\x04`, text: { a: 'claims it' } });
    const header = new DataView(png.buffer, png.byteOffset);
    header.setUint32(16, width);
    header.setUint32(20, height);
    header.setUint32(29, crc32(png.subarray(12, 29)));
    return png;
  };

  it('refuses 93 bytes that claim 20,000 x 20,000 pixels, which would take 4.8 GB, before it takes memory', async () => {
    const png = claim(20_000, 20_000);
    expect(png.length).toBe(93);
    const kibBefore = process.resourceUsage().maxRSS;
    await expect(readPng(png)).rejects.toMatchObject({
      name: 'LimitError',
      code: 'ERR_MEMIO_LIMIT',
      limit: 'maxPixels',
      allowed: 89_478_485,
      message: 'Cannot read a PNG of 20000 x 20000 pixels: maxPixels is 89478485',
    });
    expect(process.resourceUsage().maxRSS - kibBefore).toBeLessThan(32 * 1024);
  });

  it('is the caller’s to lower, raise and lift, to the pixel', async () => {
    const png = encode({ width: 3, height: 2, data: samples(24) });
    await expect(readPng(png, { maxPixels: 5 })).rejects.toThrow('Cannot read a PNG of 3 x 2 pixels: maxPixels is 5');
    for (const maxPixels of [6, Number.POSITIVE_INFINITY, undefined])
      expect(await readPng(png, { maxPixels } as { maxPixels: number })).toMatchObject({ width: 3 });
  });

  it('leaves a stream where it was', async () => {
    const stream = new BytesIO(b`${'head'}${claim(20_000, 20_000)}`);
    stream.seek(4);
    await expect(readPng(stream)).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
    expect(stream.tell()).toBe(4);
  });
});

describe('any image', () => {
  const SIZE = fc.integer({ min: 1, max: 40 });
  const IMAGE = fc
    .record({
      width: SIZE,
      height: SIZE,
      colorType: fc.constantFrom<ColorType>(0, 2, 4, 6),
      bitDepth: fc.constantFrom<8 | 16>(8, 16),
      filterType: fc.constantFrom(-1, 0, 1, 2, 3, 4),
    })
    .chain(({ width, height, ...options }) => {
      const length = width * height * CHANNELS[options.colorType];
      const data =
        options.bitDepth === 8
          ? fc.uint8Array({ minLength: length, maxLength: length })
          : fc.uint16Array({ minLength: length, maxLength: length });
      return fc.record({ width: fc.constant(width), height: fc.constant(height), options: fc.constant(options), data });
    });

  it('is read by fast-png and by readPng() as it went into writePng()', async () => {
    await fc.assert(
      fc.asyncProperty(IMAGE, async ({ width, height, options, data }) => {
        const given: WritePngOptions = { ...options, inputColorType: options.colorType };
        const png = await writePng({ width, height, data }, given);
        const channels = CHANNELS[options.colorType];
        const decoded = decode(png.getvalue());
        expect(decoded).toMatchObject({
          width,
          height,
          channels,
          depth: options.bitDepth,
        });
        expect(Buffer.compare(bytesOf(decoded.data), bytesOf(data))).toBe(0);
        const { data: pixels } = await readPng(png);
        expect(Buffer.compare(bytesOf(pixels), Buffer.from(rgba(data, channels)))).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
