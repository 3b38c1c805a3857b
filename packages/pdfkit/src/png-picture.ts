import { DataError } from '@memio/core/adapter';
import { type Pacer, type PngPicture, PngUnfilter, readPngPicture, unpackSamples, visitPngRows } from '@memio/formats';
import { colourProfile } from './colour-profile.ts';
import type { Accept, Picture } from './picture.ts';
import { compressPlanes, FILTER_NONE, FILTER_UP } from './planes.ts';
import { RowDeflater } from './row-deflater.ts';

/**
 * Decodes a PNG as far as a PDF needs it. Rows without alpha and with 8 bits a sample at most are embedded as they are
 * stored. 16 bits become their upper 8. Peak memory, besides the file: what has been compressed and a few rows; of an
 * interlaced picture all of its pixels, a byte a sample.
 *
 * @throws {DataError} when the PNG is damaged
 */
export async function pngPicture(bytes: Uint8Array<ArrayBuffer>, pacer: Pacer, accept: Accept): Promise<Picture> {
  const png = await readPngPicture(bytes, pacer, accept);
  const { width, height, orientation, palette, profile, colourType } = png;
  return {
    width,
    height,
    orientation,
    components: colourType === 2 || colourType === 3 || colourType === 6 ? 3 : 1,
    palette,
    profile: profile && (await colourProfile(profile.bytes)),
    ...(await (png.interlaced ? interlaced(png, pacer) : stored(png, pacer))),
  };
}

type Streams = Pick<Picture, 'bits' | 'colours' | 'alpha' | 'key'>;

const hasAlpha = ({ colourType }: PngPicture): boolean => colourType >= 4;
const coloursOf = (png: PngPicture): number => png.samples - (hasAlpha(png) ? 1 : 0);

/**
 * The rows of a picture that is not interlaced, from the top down. A PNG filter relates a byte to that of the same sample
 * in other pixels: filtered rows can be divided into colours and alpha, or upper and lower bytes, as they are.
 */
async function stored(png: PngPicture, pacer: Pacer): Promise<Streams> {
  const { width, depth, samples, palette, alphas, key } = png;
  const colours = coloursOf(png);
  const wide = depth === 16;
  const step = wide ? 2 : 1;
  const divided = hasAlpha(png) || wide ? new RowDeflater(1 + width * colours) : undefined;
  const looksUp = alphas !== undefined || (wide && key !== undefined);
  const alpha = hasAlpha(png) || looksUp ? new RowDeflater(1 + width) : undefined;
  const mayExceed = palette !== undefined && palette.length < 3 * 2 ** depth;
  const unfilter =
    looksUp || mayExceed ? new PngUnfilter(Math.ceil((width * samples * depth) / 8), samples * depth) : undefined;
  const values = unfilter && new (wide ? Uint16Array : Uint8Array)(width * samples);
  // Follows the alpha of rows until one pixel is not opaque.
  let opaque = hasAlpha(png) ? new PngUnfilter(width, 8) : undefined;
  let translucent = false;

  const visit = (row: Uint8Array) => {
    if (divided) divide(row, divided.row(1 + width * colours), step, samples, 0, colours);
    if (alpha && !looksUp) {
      const into = alpha.row(1 + width);
      divide(row, into, step, samples, colours, 1);
      if (opaque?.next(into).some((value) => value !== 255)) {
        translucent = true;
        opaque = undefined;
      }
    }
    if (!unfilter || !values) return;
    unpackSamples(unfilter.next(row), depth, width * samples, values);
    if (mayExceed) requireColours(values, palette.length / 3);
    if (looksUp && alpha) translucent = lookUp(values, png, alpha.row(1 + width).subarray(1)) || translucent;
  };
  const drain = async () => {
    await divided?.drain();
    await alpha?.drain();
  };
  try {
    await visitPngRows(png, pacer, visit, divided || alpha ? drain : undefined);
    const translucency = await alpha?.finish();
    return {
      bits: Math.min(depth, 8),
      key: looksUp ? undefined : key,
      colours: divided
        ? await divided.finish()
        : { filter: 'FlateDecode', filteredRows: true, pieces: await inBlocks(png.data, pacer) },
      alpha: translucent ? translucency : undefined,
    };
  } catch (error) {
    divided?.abort();
    alpha?.abort();
    throw error;
  }
}

/** In bytes. */
const BLOCK = 65_536;

/** Half a million chunks of a byte each would take PDFKit a tenth of a second at once. */
async function inBlocks(pieces: Uint8Array<ArrayBuffer>[], pacer: Pacer): Promise<Uint8Array<ArrayBuffer>[]> {
  if (pieces.length < 1000) return pieces;
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let filled = BLOCK;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; ) {
      if (filled === BLOCK) {
        blocks.push(new Uint8Array(BLOCK));
        filled = 0;
      }
      const part = piece.subarray(at, at + BLOCK - filled);
      blocks.at(-1)!.set(part, filled);
      at += part.length;
      filled += part.length;
    }
    const pause = pacer.pause();
    if (pause) await pause;
  }
  return [...blocks.slice(0, -1), blocks.at(-1)!.subarray(0, filled)];
}

/** Copies of each pixel the upper bytes of `count` samples from the sample `first` on. */
function divide(row: Uint8Array, into: Uint8Array, step: number, samples: number, first: number, count: number): void {
  into[0] = row[0]!;
  const stride = samples * step;
  const skipped = first * step;
  let to = 1;
  if (count === 3)
    for (let at = 1 + skipped; to < into.length; at += stride) {
      into[to++] = row[at]!;
      into[to++] = row[at + step]!;
      into[to++] = row[at + 2 * step]!;
    }
  else for (let at = 1 + skipped; to < into.length; at += stride) into[to++] = row[at]!;
}

/** @returns whether a pixel is not opaque */
function lookUp(values: Uint8Array | Uint16Array, { alphas, key, samples }: PngPicture, into: Uint8Array): boolean {
  let translucent = false;
  for (let at = 0; at < into.length; at++) {
    const alpha = alphas ? alphas[values[at]!]! : isKey(values, at * samples, key!) ? 0 : 255;
    into[at] = alpha;
    if (alpha !== 255) translucent = true;
  }
  return translucent;
}

function isKey(values: ArrayLike<number>, at: number, key: readonly number[]): boolean {
  for (let sample = 0; sample < key.length; sample++) if (values[at + sample] !== key[sample]) return false;
  return true;
}

function requireColours(indices: Uint8Array | Uint16Array, colours: number): void {
  for (let at = 0; at < indices.length; at++)
    if (indices[at]! >= colours)
      throw new DataError(`the PNG is damaged: a pixel has colour ${indices[at]} of a palette of ${colours}`);
}

/** The seven passes of an interlaced picture, put together. */
async function interlaced(png: PngPicture, pacer: Pacer): Promise<Streams> {
  const { width, height, depth, samples, palette, alphas, key } = png;
  const channels = coloursOf(png);
  const colours = new Uint8Array(width * height * channels);
  const alpha = hasAlpha(png) || alphas || key ? new Uint8Array(width * height) : undefined;
  // Shades of grey of less than 8 bits are spread over 0 to 255; indices are not.
  const scale = depth < 8 && !palette ? 255 / (2 ** depth - 1) : 1;
  const shift = depth === 16 ? 8 : 0;
  const values = new (depth === 16 ? Uint16Array : Uint8Array)(width * samples);
  let unfilter = new PngUnfilter(0, 8);
  await visitPngRows(png, pacer, (row, { left, top, stepX, stepY, columns, bytes }, y) => {
    if (y === 0) unfilter = new PngUnfilter(bytes, samples * depth);
    unpackSamples(unfilter.next(row), depth, columns * samples, values);
    if (palette) requireColours(values.subarray(0, columns), palette.length / 3);
    const start = (top + y * stepY) * width + left;
    for (let column = 0; column < columns; column++) {
      const from = column * samples;
      const to = start + column * stepX;
      for (let channel = 0; channel < channels; channel++)
        colours[to * channels + channel] = (values[from + channel]! >> shift) * scale;
      if (!alpha) continue;
      if (alphas) alpha[to] = alphas[values[from]!]!;
      else if (key) alpha[to] = isKey(values, from, key) ? 0 : 255;
      else alpha[to] = values[from + channels]! >> shift;
    }
  });
  return {
    bits: 8,
    ...(await compressPlanes({ width, height, channels, colours, alpha }, palette ? FILTER_NONE : FILTER_UP, pacer)),
  };
}
