import type { BytesIO, Source } from '@memio/core';
import {
  abortable,
  DataError,
  describe,
  type ReadOptions,
  rangeError,
  readBytes,
  typeError,
  type WriteOptions,
  writeChunks,
} from '@memio/core/adapter';
import { DEFAULT_MAX_PIXELS, requireBudget, requirePixels } from '@memio/formats';
import { PNG } from 'pngjs';
import { inspect } from './png-file.ts';

/** Pixels, row by row from the top left. What pngjs's `PNG` is, and what a canvas's `ImageData` is. */
export interface PngImage {
  /** In pixels, from 1 on. */
  readonly width: number;
  /** In pixels, from 1 on. */
  readonly height: number;
  /** By default red, green, blue, alpha: 4 bytes a pixel. With `inputColorType` and `bitDepth` what these say. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** The gAMA chunk's value; 0 or undefined for none. */
  readonly gamma?: number;
}

/** pngjs's `PNG`, as far as it concerns a decoded image. */
export interface Png extends PngImage {
  readonly data: Uint8Array;
  readonly gamma: number;
  bitblt(
    target: Png,
    sourceX: number,
    sourceY: number,
    width: number,
    height: number,
    targetX: number,
    targetY: number,
  ): unknown;
  adjustGamma(): void;
}

/** pngjs's own options for packing; all of them go through as they are. */
export interface WritePngOptions extends WriteOptions {
  /** 0 grey, 2 colour, 4 grey with alpha, 6 colour with alpha (pngjs's default). */
  colorType?: 0 | 2 | 4 | 6;
  /** What `data` holds, in the same terms. pngjs's default: 6. */
  inputColorType?: 0 | 2 | 4 | 6;
  /** `false` when `data` has 3 values a pixel although `inputColorType` is 6. */
  inputHasAlpha?: boolean;
  bitDepth?: 8 | 16;
  /** What shows through where alpha is dropped. pngjs's default: white. */
  bgColor?: { red: number; green: number; blue: number };
  /** One for all rows, 0 to 4, or -1: the best for each row (pngjs's default). */
  filterType?: number;
  deflateChunkSize?: number;
  /** 0 to 9. pngjs's default: 9. */
  deflateLevel?: number;
  deflateStrategy?: number;
  deflateFactory?: (options?: object) => unknown;
  /** The same pixels and options always make the same bytes, with this or without it. */
  deterministic?: boolean | undefined;
}

/** pngjs's own options for parsing, and the budget. */
export interface ReadPngOptions extends ReadOptions {
  /** pngjs's default: `true`. */
  checkCRC?: boolean;
  /** Leaves 16-bit samples as they are instead of scaling them to 8. */
  skipRescale?: boolean;
  /**
   * The most pixels (width x height) to decode, read from the header before anything is allocated. A decoded pixel takes
   * 4 bytes, and about three times that while it is decoded. Default: 89,478,485, as in Python's Pillow.
   */
  maxPixels?: number;
  /** Refuses bytes that follow the image. Default: they are left for the next reader. */
  strict?: boolean;
}

const ADAPTER = '@memio/pngjs';
const CHANNELS = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;

/**
 * Encodes an image as PNG. The image may be written any number of times, and its `data` is not kept.
 *
 * The PNG is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was. Without
 * `into` a new stream is returned, its cursor at 0, ready to read.
 *
 * @param source a pngjs `PNG`, whose own packing options hold where `options` has none, or `{ width, height, data }`
 * @throws {TypeError} when `source` is not an image
 * @throws {RangeError} when a size is not a positive integer, `data` has not the length that the sizes ask for, or
 *   an option is out of its range
 * @throws {AdapterError} when pngjs refuses an option or fails
 *
 * @example
 * ```ts
 * const red = Uint8Array.of(255, 0, 0, 255);
 * const png = await writePng({ width: 1, height: 1, data: red });
 * png.read(4); //=> b`\x89PNG`
 * ```
 */
export async function writePng(
  source: PngImage,
  { into, signal, onProgress, deterministic: _always, ...given }: WritePngOptions = {},
): Promise<BytesIO> {
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw typeError(`Cannot write a PNG of ${describe(source)}: expected a PNG or { width, height, data }`);
  }
  const { width, height, gamma = 0 } = source;
  const options = packable({ ...packingOptions(source), ...defined(given) }, gamma);
  const data = pixels(source, options);
  return writeChunks({ adapter: ADAPTER, operation: 'writePng' }, { into, signal, onProgress }, (sink) => {
    // Always a fresh PNG: packing the same one twice never ends.
    const png = new PNG(options as ConstructorParameters<typeof PNG>[0]) as PNG & Internals;
    png.on('data', sink.push);
    png.on('end', sink.end);
    png.on('error', sink.fail);
    const { _deflate: deflate } = png._packer;
    deflate.on('close', () => sink.fail(new Error('the compressor was closed before its end')));
    // What png.pack() does, but now: there an error ends the process, here it can be caught.
    png._packer.pack(data, width, height, gamma);
    return () => deflate.destroy();
  });
}

/**
 * Decodes a PNG of any kind into 8-bit RGBA. Of a `BytesIO` it reads from the cursor and leaves the cursor behind IEND,
 * where the next image of a sequence begins; bytes that follow are not looked at, or refused with `strict`. On failure
 * the cursor is where it was.
 *
 * @throws {LimitError} when the header claims more than `maxPixels`
 * @throws {DataError} when the bytes are not a PNG, are cut off or damaged, or with `strict` something follows them
 * @throws {SourceError} when the source fails before that
 *
 * @example
 * ```ts
 * const { width, height, data } = await readPng(await fetch('https://example.com/logo.png'));
 * ```
 */
export async function readPng(
  source: Source,
  { signal, maxInputBytes, maxPixels = DEFAULT_MAX_PIXELS, strict = false, ...options }: ReadPngOptions = {},
): Promise<Png> {
  requireBudget('maxPixels', maxPixels);
  return readBytes(
    { adapter: ADAPTER, operation: 'readPng' },
    source,
    { signal, maxInputBytes },
    async (bytes, consumed) => {
      const { width, height, length, plausible } = inspect(bytes);
      requirePixels('read a PNG', width, height, maxPixels);
      // pngjs takes memory for all pixels before it looks for them.
      if (!plausible) throw new DataError(`the image data is too short for ${width} x ${height} pixels`);
      if (strict && length < bytes.length) throw new DataError(`${bytes.length - length} bytes follow the PNG`);
      const png = await parse(bytes.subarray(0, length), options, signal);
      consumed(length);
      return png;
    },
  );
}

async function parse(bytes: Uint8Array<ArrayBuffer>, options: object, signal: AbortSignal | undefined): Promise<Png> {
  const png = new PNG({ ...options }) as PNG & Internals;
  const parsed = new Promise<Png>((resolve, reject) => {
    // These listeners stay: pngjs may raise a second error, and one that nobody hears ends the process.
    const refuse = (cause: unknown) =>
      reject(new DataError(cause instanceof Error ? cause.message : String(cause), { cause }));
    png.on('error', refuse);
    png.on('metadata', () => png._parser._filter?.on('error', refuse));
    png.on('parsed', () => resolve(png));
    // pngjs would copy what is not a Buffer.
    png.end(typeof Buffer === 'function' ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes);
  });
  try {
    return await abortable(parsed, signal);
  } finally {
    // pngjs would go on and inflate what follows the last pixel, gigabytes if need be.
    png._parser._inflate?.destroy();
  }
}

/** What pngjs does not declare. Errors of the filter, as of image data that is too short, are raised there alone. */
interface Internals {
  _parser: {
    _filter?: { on(event: 'error', listener: (error: unknown) => void): void };
    _inflate?: { destroy(): void };
  };
  _packer: {
    _packer: { _options: object };
    _deflate: { on(event: 'close', listener: () => void): void; destroy(): void };
    pack(data: Uint8Array, width: number, height: number, gamma: number): void;
  };
}

/** The options a PNG was made with: pngjs keeps them where it packs. */
function packingOptions(source: object): WritePngOptions {
  const { width, height, fill, ...options } = ((source as Partial<Internals>)._packer?._packer._options ??
    {}) as Record<string, unknown>;
  return options;
}

/** pngjs takes an option that is `undefined` for one that is given. */
const defined = (options: object): WritePngOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** Checks what pngjs finds out only while it packs, in words of its own inside, and puts its one wrong default right. */
function packable(options: WritePngOptions, gamma: number): WritePngOptions {
  const { bgColor, bitDepth = 8, filterType = -1, inputColorType = 6, inputHasAlpha = true } = options;
  if (![-1, 0, 1, 2, 3, 4].includes(filterType)) throw unwritable('filterType', filterType, '-1 or 0 to 4');
  if (![8, 16].includes(bitDepth)) throw unwritable('bitDepth', bitDepth, '8 or 16');
  if (!(inputColorType in CHANNELS)) throw unwritable('inputColorType', inputColorType, '0, 2, 4 or 6');
  if (!(gamma >= 0 && gamma <= 42_949)) throw unwritable('gamma', gamma, '0 to 42,949');
  // Colour without alpha is colour type 2: as 6 it would be read with 4 values a pixel where the output has alpha.
  const withoutAlpha = inputColorType === 6 && !inputHasAlpha;
  // pngjs fills in what a background leaves out, in the object that it is given.
  return { ...options, ...(withoutAlpha && { inputColorType: 2 }), ...(bgColor && { bgColor: { ...bgColor } }) };
}

const unwritable = (name: string, value: unknown, expected: string) =>
  rangeError(`Cannot write a PNG with ${name} ${describe(value)}: expected ${expected}`);

function pixels({ width, height, data }: PngImage, { inputColorType = 6, bitDepth = 8 }: WritePngOptions): Uint8Array {
  for (const [name, size] of Object.entries({ width, height })) {
    if (!Number.isInteger(size) || size < 1 || size > 2 ** 31 - 1) throw unwritable(name, size, '1 to 2 ** 31 - 1');
  }
  if (!ArrayBuffer.isView(data))
    throw typeError(`Cannot write a PNG of ${describe(data)} as data: expected a typed array`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const length = width * height * CHANNELS[inputColorType] * (bitDepth / 8);
  if (bytes.length !== length) {
    throw rangeError(
      `Cannot write a PNG of ${width} x ${height} pixels from ${bytes.length} bytes: expected ${length}`,
    );
  }
  // pngjs takes 16-bit samples from the start of the underlying buffer, wherever the view on it begins.
  return bitDepth === 16 ? bytes.slice() : bytes;
}
