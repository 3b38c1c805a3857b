import { LimitError, type Source } from '@memio/core';
import { DataError, type Operation, type ReadOptions, readBytes, requireOptions } from '@memio/core/adapter';
import { DEFAULT_MAX_PIXELS, requireBudget, requirePixels } from '@memio/formats';
import { parse } from './internals.ts';
import { canonicalPng, openPng, requireHeader } from './png-file.ts';
import type { Png } from './png-image.ts';

/** pngjs's own options for parsing, and the budgets. */
export interface ReadPngOptions extends ReadOptions {
  /** Refuses a chunk whose checksum is wrong, if it is used. pngjs's default: `true`. */
  checkCRC?: boolean | undefined;
  /** Leaves 16-bit samples as they are, in a `Uint16Array`, instead of scaling them to 8. Default: `false`. */
  skipRescale?: boolean | undefined;
  /**
   * The most pixels (width x height) to decode, compared with the header before anything is allocated. Default:
   * 89,478,485, as in Python's Pillow. `Infinity` lifts it.
   */
  maxPixels?: number | undefined;
  /** Refuses bytes that follow the image. Default: `false`, they are left for the next reader. */
  strict?: boolean | undefined;
}

const OF: Operation = { adapter: '@memio/pngjs', operation: 'readPng' };
const OPTIONS: Record<keyof ReadPngOptions, true> = {
  checkCRC: true,
  skipRescale: true,
  maxInputBytes: true,
  maxPixels: true,
  signal: true,
  strict: true,
};

/**
 * Decodes a PNG of any kind into 8-bit RGBA, with `skipRescale` into 16-bit RGBA where the file has 16. Of a `BytesIO` it
 * reads from the cursor and leaves the cursor behind IEND, where the next image of a sequence begins; bytes that follow
 * are left alone, or refused with `strict`. On failure the cursor is where it was.
 *
 * Chunks in the wrong place are treated as libpng does. Colour profiles, gAMA and sRGB are not applied: samples are those
 * of the file. Of an animated PNG the still image is read.
 *
 * @param source bytes, a `Blob`, a `Response`, a stream: everything that `BytesIO.from` reads
 * @returns a `PNG` of pngjs that is the caller's alone, with `gamma` and `resolution`; `writePng` accepts it as it is
 * @throws {LimitError} when there are more bytes than `maxInputBytes`, or the header claims more than `maxPixels`
 * @throws {DataError} when the bytes are not a PNG, are cut off or damaged, or with `strict` something follows them
 * @throws {TypeError | RangeError} when an option is unknown or out of its range
 * @throws {SourceError} when the source fails before that
 *
 * @example
 * ```ts
 * const { width, height, data } = await readPng(await fetch('https://example.com/logo.png'));
 * ```
 */
export async function readPng(source: Source, options: ReadPngOptions = {}): Promise<Png> {
  requireOptions(options, 'read a PNG', Object.keys(OPTIONS));
  const {
    checkCRC = true,
    skipRescale = false,
    maxInputBytes,
    maxPixels = DEFAULT_MAX_PIXELS,
    signal,
    strict,
  } = options;
  requireBudget('maxPixels', maxPixels);
  return readBytes(OF, source, { signal, maxInputBytes }, async (bytes, consumed) => {
    const { width, height, depth } = requireHeader(bytes);
    requirePixels('read a PNG', width, height, maxPixels);
    requireRows(width, height, maxPixels);
    const file = await openPng(bytes, { checkCRC, signal });
    const { length, gamma, resolution } = file;
    // pngjs takes memory for all pixels before it looks for them.
    if (!file.plausible) throw new DataError(`the image data is too short for ${width} x ${height} pixels`);
    if (strict && length < bytes.length) throw new DataError(`${bytes.length - length} bytes follow the PNG`);
    // pngjs also scales the samples of 1, 2 and 4 bits, which nobody wants as they are.
    const rescaling = { checkCRC: false, skipRescale: skipRescale && depth === 16 };
    const png = await parse(canonicalPng(file), rescaling, signal);
    consumed(length);
    return Object.assign(png, { gamma }, resolution && { resolution });
  });
}

/** From here on rows count: no camera or browser makes more. */
const MANY_ROWS = 2 ** 16;
/** What a row costs pngjs in time and memory beyond its pixels, in pixels. */
const ROW = 64;

/** pngjs allocates each row: 89 million rows of one pixel, which are 200 kB of PNG, would take it 40 GB. */
function requireRows(width: number, height: number, maxPixels: number): void {
  if (height > MANY_ROWS && (width + ROW) * height > maxPixels)
    throw new LimitError(
      `Cannot read a PNG of ${height} rows: beyond ${MANY_ROWS} each counts as ${ROW} pixels more, and maxPixels is ${maxPixels}`,
      'maxPixels',
      maxPixels,
    );
}
