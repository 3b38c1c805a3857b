import { BytesIO, b } from '@memio/core';
import { encode as encodePng } from 'fast-png';
import jpeg from 'jpeg-js';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImage, type WriteImageOptions, writeImage } from './index.ts';

const solid = (width: number, height: number, ...colour: number[]) => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height * colour.length }, (_, at) => colour[at % colour.length]!),
});

describe('Orientation', () => {
  /** 6 x 4 upright: the left half red, the right half blue. */
  const halves = () => {
    const data = new Uint8Array(6 * 4 * 3);
    for (let at = 0; at < 24; at++) data[at * 3 + (at % 6 < 3 ? 0 : 2)] = 255;
    return sharp(data, { raw: { width: 6, height: 4, channels: 3 } });
  };
  /** What undoes each orientation: the file as a camera that was held that way writes it. */
  const held: Record<number, (image: Sharp) => Sharp> = {
    1: (image) => image,
    2: (image) => image.flop(),
    3: (image) => image.rotate(180),
    4: (image) => image.flip(),
    5: (image) => image.rotate(90).flop(),
    6: (image) => image.rotate(270),
    7: (image) => image.rotate(270).flop(),
    8: (image) => image.rotate(90),
  };
  const photo = async (orientation: number) => {
    const turned = await held[orientation]!(halves()).png().toBuffer();
    return sharp(turned).withMetadata({ orientation }).png().toBuffer();
  };
  const isUpright = async (image: { width: number; height: number; data: Uint8Array }) => {
    expect([image.width, image.height]).toEqual([6, 4]);
    expect([...image.data.subarray(0, 3), ...image.data.subarray(15, 18)]).toEqual([255, 0, 0, 0, 0, 255]);
  };

  it.each([1, 2, 3, 4, 6, 8])('%i is applied by readImage() and writeImage()', async (orientation) => {
    const file = await photo(orientation);
    expect((await sharp(file).metadata()).orientation).toBe(orientation);
    await isUpright(await readImage(file));
    const written = await writeImage(sharp(file), { format: 'png' });
    await isUpright(await readImage(written, { autoOrient: false }));
    const small = await writeImage(sharp(file).resize(3), { format: 'png' });
    expect(await readImage(small, { autoOrient: false })).toMatchObject({ width: 3, height: 2 });
  });

  it('is left alone with autoOrient: false', async () => {
    const file = await photo(6);
    expect(await readImage(file, { autoOrient: false })).toMatchObject({ width: 4, height: 6 });
    const written = await writeImage(sharp(file), { format: 'png', autoOrient: false });
    expect(await readImage(written)).toMatchObject({ width: 4, height: 6 });
  });
});

describe('Transparency', () => {
  const half = solid(8, 8, 0, 0, 0, 128);
  const refused = {
    code: 'ERR_MEMIO_RANGE',
    message:
      'Cannot write transparent pixels as jpeg without a background: pass background: "#ffffff", or another format',
  };
  const png = encodePng(half);
  const opaque = encodePng(solid(8, 8, 9, 9, 9, 255));
  const hole = Buffer.from('<svg width="8" height="8"><circle cx="4" cy="4" r="2"/></svg>');

  it.each<[string, () => Parameters<typeof writeImage>[0]]>([
    ['pixels', () => half],
    ['pixels of grey', () => solid(8, 8, 0, 254)],
    ['pixels of 16 bits', () => ({ width: 1, height: 1, data: Uint16Array.of(0, 0, 0, 65_534) })],
    ['a sharp image', () => sharp(png)],
    ['a sharp image that is a JPEG by itself', () => sharp(png).jpeg()],
    ['a sharp image with a hole', () => sharp(opaque).composite([{ input: hole, blend: 'dest-in' }])],
    ['a sharp image with a border that is transparent', () => sharp(opaque).extend({ top: 1, background: '#0000' })],
    [
      'a sharp image that is flattened, and then gets a hole',
      () =>
        sharp(png)
          .flatten()
          .composite([{ input: hole, blend: 'dest-in' }]),
    ],
    [
      'a sharp image with an alpha that was added',
      () => sharp(encodePng({ ...solid(8, 8, 9, 9, 9), channels: 3 })).ensureAlpha(0.5),
    ],
  ])('of %s is refused for JPEG', async (name, make) => {
    const options: WriteImageOptions = name.includes('by itself') ? {} : { format: 'jpeg' };
    const into = new BytesIO(b`before`);
    await expect(writeImage(make(), { ...options, into })).rejects.toMatchObject(refused);
    expect(into.getvalue()).toEqual(b`before`);
  });

  it.each<[string, () => Parameters<typeof writeImage>[0]]>([
    ['opaque pixels', () => solid(8, 8, 9, 9, 9, 255)],
    ['an opaque sharp image', () => sharp(opaque)],
    ['a sharp image that was flattened', () => sharp(png).flatten({ background: 'white' })],
    ['one channel', () => sharp(png).extractChannel('red')],
    ['a sharp image without its alpha', () => sharp(png).removeAlpha()],
    ['a photograph', () => sharp(jpeg.encode({ ...half, data: Buffer.from(half.data) }, 90).data).resize(4)],
  ])('is not looked for in vain: %s becomes a JPEG', async (_, make) => {
    const file = await writeImage(make(), { format: 'jpeg' });
    expect(jpeg.decode(file.getvalue()).width).toBeGreaterThan(0);
  });

  it.each<[string, () => Parameters<typeof writeImage>[0]]>([
    ['pixels', () => half],
    ['a sharp image', () => sharp(png)],
  ])('shows the background: %s', async (_, make) => {
    const file = await writeImage(make(), { format: 'jpeg', background: '#ffffff' });
    const { data } = jpeg.decode(file.getvalue());
    for (const value of data.filter((_, at) => at % 4 < 3)) expect(Math.abs(value - 127)).toBeLessThan(4);
  });

  it('stays in the formats that have it', async () => {
    const formats = [
      { format: 'png' },
      { format: 'webp' },
      { format: 'avif' },
      { format: 'tiff', compression: 'lzw' },
    ] as const;
    for (const options of formats) {
      const image = await readImage(await writeImage(half, options));
      expect(Math.abs(image.data[3]! - 128), options.format).toBeLessThan(3);
    }
  });

  it('is not lost in TIFF, which sharp compresses as JPEG by default', async () => {
    for (const source of [half, sharp(png)])
      await expect(writeImage(source, { format: 'tiff' })).rejects.toMatchObject({
        code: 'ERR_MEMIO_RANGE',
        message:
          'Cannot write transparent pixels as tiff without a background: pass background: "#ffffff", or another compression, such as "deflate"',
      });
    const flat = await readImage(await writeImage(half, { format: 'tiff', background: 'white' }));
    expect(flat.channels).toBe(3);
  });
});

describe('Frames', () => {
  const frames = {
    width: 4,
    height: 12,
    pageHeight: 4,
    delay: [40, 80, 120],
    loop: 2,
    data: b`${solid(4, 4, 255, 0, 0).data}${solid(4, 4, 0, 255, 0).data}${solid(4, 4, 0, 0, 255).data}`,
  };

  it.each(['gif', 'webp'] as const)('survive a round trip as %s, with their times', async (format) => {
    const file = await writeImage(frames, format === 'webp' ? { format, lossless: true } : { format });
    const image = await readImage(file, { animated: true });
    const { width, height, pageHeight, delay, loop } = frames;
    expect(image).toMatchObject({ width, height, pageHeight, delay, loop, format });
    const colours = image.data.filter((_, at) => image.channels === 3 || at % 4 < 3);
    expect(colours).toEqual(frames.data);
    const again = await writeImage(image, format === 'webp' ? { format, lossless: true } : { format });
    expect(again.getvalue()).toEqual(file.getvalue());
  });

  it('of a TIFF survive a round trip as its pages', async () => {
    const { delay: _, loop: __, ...pages } = frames;
    const file = await writeImage(pages, { format: 'tiff', compression: 'lzw' });
    expect(await readImage(file, { animated: true })).toMatchObject({ height: 12, pageHeight: 4, data: frames.data });
  });

  it.each(['gif', 'webp', 'tiff'] as const)(
    'of a %s are not dropped: the caller says which to read',
    async (format) => {
      const { delay: _, loop: __, ...pages } = frames;
      const written = await writeImage(pages, format === 'webp' ? { format, lossless: true } : { format });
      const file = written.getvalue();
      await expect(readImage(file)).rejects.toMatchObject({
        code: 'ERR_MEMIO_DATA',
        message: `readImage failed: the ${format.toUpperCase()} has 3 frames or pages: pass animated: true to read all of them, or page: 0 to read the first`,
      });
      const one = await readImage(file, { page: 1 });
      expect(one).toMatchObject({ width: 4, height: 4 });
      expect(one.pageHeight).toBeUndefined();
      expect(await readImage(file, { pages: 2 })).toMatchObject({ height: 8, pageHeight: 4 });
      await expect(writeImage(sharp(file), { format: 'webp' })).rejects.toMatchObject({
        code: 'ERR_MEMIO_DATA',
        message: expect.stringContaining(
          'has 3 frames or pages, of which it reads the first: make it with { animated: true }, or { page: 0 }',
        ),
      });
      const chosen = await writeImage(sharp(file, { page: 1 }), { format: 'png' });
      expect(await readImage(chosen)).toMatchObject({ height: 4 });
      const all = await writeImage(sharp(file, { animated: true }), { format: 'webp', lossless: true });
      expect(await readImage(all, { animated: true })).toMatchObject({ height: 12, pageHeight: 4 });
    },
  );

  it.each(['png', 'jpeg', 'avif'] as const)('are not put one below the other into a %s', async (format) => {
    const message = `Cannot write 3 frames as ${format}: expected the format gif or webp`;
    await expect(writeImage(frames, { format })).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE', message });
    const gif = (await writeImage(frames, { format: 'gif' })).getvalue();
    const failing = writeImage(sharp(gif, { animated: true }), { format });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE', message: `${message} or tiff` });
  });

  it('count together: maxPixels', async () => {
    const gif = await writeImage(frames, { format: 'gif' });
    expect(await readImage(gif, { page: 0, maxPixels: 16 })).toMatchObject({ width: 4, height: 4 });
    expect(await readImage(gif.getvalue(), { animated: true, maxPixels: 48 })).toMatchObject({ width: 4, height: 12 });
    await expect(readImage(gif.getvalue(), { animated: true, maxPixels: 47 })).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
    });
  });

  it('of an animated PNG, which sharp does not see, are refused', async () => {
    const png = encodePng(solid(1, 1, 1, 2, 3, 255));
    const acTL = b`\x00\x00\x00\x08acTL\x00\x00\x00\x02\x00\x00\x00\x00\xf3\x8d\x93\x70`;
    const animated = b`${png.subarray(0, 33)}${acTL}${png.subarray(33)}`;
    await expect(readImage(animated)).rejects.toThrow(
      'the PNG is an animation, of which sharp reads the first frame only',
    );
    expect(await readImage(animated, { page: 0 })).toMatchObject({ width: 1, height: 1 });
  });
});

describe('Colour profiles', () => {
  const red = () => sharp({ create: { width: 1, height: 1, channels: 3, background: '#c02040' } });

  it('are converted to sRGB by readImage(), unless ignoreIcc says otherwise', async () => {
    const p3 = await red().withIccProfile('p3').png().toBuffer();
    expect((await sharp(p3).metadata()).hasProfile).toBe(true);
    const converted = await readImage(p3);
    const plain = await readImage(p3, { ignoreIcc: true });
    for (const [at, value] of [0xc0, 0x20, 0x40].entries())
      expect(Math.abs(converted.data[at]! - value)).toBeLessThan(3);
    expect(plain.data[0]!).toBeLessThan(0xb8);
  });

  it('are converted by writeImage() too, or kept when the sharp image was told so', async () => {
    const p3 = await red().withIccProfile('p3').png().toBuffer();
    const [converted, kept] = [await writeImage(sharp(p3)), await writeImage(sharp(p3).keepIccProfile())];
    expect((await sharp(converted.getvalue()).metadata()).hasProfile).toBe(false);
    expect((await sharp(kept.getvalue()).metadata()).hasProfile).toBe(true);
    for (const file of [converted, kept]) expect(Math.abs((await readImage(file)).data[0]! - 0xc0)).toBeLessThan(3);
  });
});
