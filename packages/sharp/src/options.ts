import { isMemioError } from '@memio/core';
import { rangeError, requireOptions, typeError } from '@memio/core/adapter';
import type { Sharp } from 'sharp';
import type { FormatOptions, ReadableFormat, WritableFormat } from './image.ts';

/** The options of each format, exactly those that sharp declares: it ignores a name that it does not know. */
export const FORMAT_OPTIONS: { readonly [Format in WritableFormat]: Record<keyof FormatOptions[Format], true> } = {
  avif: { quality: true, lossless: true, effort: true, chromaSubsampling: true, bitdepth: true, tune: true },
  gif: {
    reuse: true,
    progressive: true,
    colours: true,
    colors: true,
    effort: true,
    dither: true,
    interFrameMaxError: true,
    interPaletteMaxError: true,
    keepDuplicateFrames: true,
    loop: true,
    delay: true,
  },
  jpeg: {
    quality: true,
    progressive: true,
    chromaSubsampling: true,
    trellisQuantisation: true,
    overshootDeringing: true,
    optimiseScans: true,
    optimizeScans: true,
    optimiseCoding: true,
    optimizeCoding: true,
    quantisationTable: true,
    quantizationTable: true,
    mozjpeg: true,
  },
  png: {
    progressive: true,
    compressionLevel: true,
    adaptiveFiltering: true,
    quality: true,
    effort: true,
    palette: true,
    colours: true,
    colors: true,
    dither: true,
  },
  tiff: {
    quality: true,
    compression: true,
    bigtiff: true,
    predictor: true,
    pyramid: true,
    tile: true,
    tileWidth: true,
    tileHeight: true,
    xres: true,
    yres: true,
    bitdepth: true,
    miniswhite: true,
    resolutionUnit: true,
  },
  webp: {
    quality: true,
    alphaQuality: true,
    lossless: true,
    nearLossless: true,
    smartSubsample: true,
    smartDeblock: true,
    effort: true,
    minSize: true,
    mixed: true,
    preset: true,
    exact: true,
    loop: true,
    delay: true,
  },
};

/** sharp's options for input that have an effect on a format that is read here. */
export type InputOption =
  | 'animated'
  | 'autoOrient'
  | 'density'
  | 'failOn'
  | 'ignoreIcc'
  | 'limitInputChannels'
  | 'page'
  | 'pages'
  | 'sequentialRead'
  | 'svg'
  | 'tiff'
  | 'unlimited';

const READ_OPTIONS: Record<InputOption | 'formats' | 'maxInputBytes' | 'maxPixels' | 'signal' | 'timeout', true> = {
  formats: true,
  maxInputBytes: true,
  maxPixels: true,
  signal: true,
  timeout: true,
  animated: true,
  autoOrient: true,
  density: true,
  failOn: true,
  ignoreIcc: true,
  limitInputChannels: true,
  page: true,
  pages: true,
  sequentialRead: true,
  svg: true,
  tiff: true,
  unlimited: true,
};

const RASTER: readonly ReadableFormat[] = ['png', 'jpeg', 'webp', 'gif', 'avif', 'tiff'];

const WRITE_OPTIONS = ['autoOrient', 'background', 'format', 'into', 'onProgress', 'signal', 'timeout'] as const;

/** @throws {TypeError | RangeError} for names that are unknown, or have no effect beside the others */
export function requireReadOptions(options: object): void {
  if ('limitInputPixels' in options)
    throw typeError('Cannot read an image with limitInputPixels: the option is called maxPixels');
  requireOptions(options, 'read an image', Object.keys(READ_OPTIONS));
  const given = options as Record<string, unknown>;
  if (given['animated'] !== undefined && given['pages'] !== undefined)
    throw typeError('Cannot read an image with animated and pages: pages alone decides');
  const formats = requireFormats(given['formats']);
  for (const name of ['density', 'svg'])
    if (given[name] !== undefined && !formats.includes('svg'))
      throw rangeError(`Cannot read an image with ${name}: it has an effect on SVG only, which formats does not name`);
  if (given['tiff'] !== undefined && !formats.includes('tiff'))
    throw rangeError('Cannot read an image with tiff: it has an effect on TIFF only, which formats does not name');
}

/** The formats to read: by default all that hold pixels. SVG is a program, and runs only on request. */
export function requireFormats(formats: unknown = RASTER): readonly ReadableFormat[] {
  const known: readonly unknown[] = [...RASTER, 'svg'];
  if (!Array.isArray(formats)) throw typeError(`Cannot read an image: formats must be an array of ${known.join(', ')}`);
  for (const format of formats)
    if (!known.includes(format))
      throw rangeError(`Cannot read the format ${JSON.stringify(format)}: expected ${known.join(', ')}`);
  return formats as ReadableFormat[];
}

/** @throws {TypeError | RangeError} for names that are unknown, or have no effect beside the others */
export function requireWriteOptions(options: object, format: unknown): asserts format is WritableFormat | undefined {
  if (format !== undefined && !(typeof format === 'string' && format in FORMAT_OPTIONS)) {
    const known = Object.keys(FORMAT_OPTIONS).join(', ');
    throw rangeError(
      `Cannot write an image with format ${JSON.stringify(format) ?? String(format)}: expected ${known}`,
    );
  }
  if (format === undefined) {
    const names: readonly string[] = Object.values(FORMAT_OPTIONS).flatMap(Object.keys);
    const [option] = Object.keys(options).filter((name) => names.includes(name));
    if (option !== undefined) throw typeError(`Cannot write an image with ${option}: it needs a format`);
  }
  const ofFormat = format === undefined ? [] : Object.keys(FORMAT_OPTIONS[format as WritableFormat]);
  requireOptions(options, `write an image${format === undefined ? '' : ` as ${format}`}`, [
    ...WRITE_OPTIONS,
    ...ofFormat,
  ]);
}

/** Lets sharp check its own options, at the call. */
export function configure<Result>(action: string, set: () => Result): Result {
  try {
    return set();
  } catch (cause) {
    if (isMemioError(cause)) throw cause;
    throw rangeError(`Cannot ${action}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** sharp's timeout, in its terms. */
export interface Timeout {
  /** An integer from 1 to 3600; 0 for none. */
  seconds: number;
}

/** Sets the timeout of an image. */
export const limitTime = (action: string, image: Sharp, timeout: Timeout | undefined): Sharp =>
  timeout === undefined ? image : configure(action, () => image.timeout(timeout));
