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
import { DEFAULT_MAX_PIXELS, isPng, pngChunks, requireBudget, requirePixels } from '@memio/formats';
import sharp, { type FormatEnum, type OutputOptions, type Sharp, type SharpOptions } from 'sharp';

/** Pixels, row by row from the top left. What `readImage` returns and what a canvas's `ImageData` is. */
export interface Pixels {
  /** In pixels, from 1 on. */
  readonly width: number;
  /** In pixels, from 1 on. */
  readonly height: number;
  /** Values a pixel: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha. Default: as many as `data` has. */
  readonly channels?: 1 | 2 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

/** A decoded image. */
export interface Image extends Pixels {
  /** 3, or 4 with alpha: grey is made into colour. */
  readonly channels: 3 | 4;
  /** 8 bits a value, in sRGB. The caller's alone. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** What the file was: `jpeg`, `png`, `webp` … */
  readonly format: string;
}

/** The options of sharp's `toFormat(format, …)` go through as they are: `quality`, `compressionLevel`, `lossless` … */
export interface WriteImageOptions extends WriteOptions {
  /** Default: `png` for pixels; for a sharp image what it was told to become, or else what it was. */
  format?: keyof FormatEnum;
  /** The same pixels and options always make the same bytes, with this or without it. */
  deterministic?: boolean | undefined;
  [option: string]: unknown;
}

/** sharp's own options for input, and the budget, which takes the place of its `limitInputPixels`. */
export interface ReadImageOptions
  extends ReadOptions,
    Omit<SharpOptions, 'raw' | 'create' | 'text' | 'join' | 'limitInputPixels'> {
  /** The most pixels (width x height) to decode, read from the header before that. Default: 89,478,485, as in Pillow. */
  maxPixels?: number | undefined;
}

const ADAPTER = '@memio/sharp';
const SPACES = { grey: { 8: 'b-w', 16: 'grey16' }, colour: { 8: 'srgb', 16: 'rgb16' } } as const;

/**
 * Encodes an image. A sharp image is left as it is and may be written any number of times; `data` of pixels is not kept.
 *
 * The file is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was. Without
 * `into` a new stream is returned, its cursor at 0, ready to read. sharp cannot be stopped: after an abort it finishes
 * in the background, and what it made is dropped.
 *
 * @param source a sharp image with everything it was told to do, or `{ width, height, data, channels? }`
 * @throws {TypeError} when `source` is not an image, or options of a format come without `format`
 * @throws {RangeError} when a size is not a positive integer, or `data` has not the length that the sizes ask for
 * @throws {AdapterError} when sharp refuses an option or fails, or a sharp image that is a stream is destroyed
 *
 * @example
 * ```ts
 * const red = Uint8Array.of(255, 0, 0, 255);
 * const png = await writeImage({ width: 1, height: 1, data: red });
 * png.read(4); //=> b`\x89PNG`
 * ```
 */
export async function writeImage(
  source: Sharp | Pixels,
  { into, signal, onProgress, deterministic: _always, format: given, ...output }: WriteImageOptions = {},
): Promise<BytesIO> {
  if (typeof source !== 'object' || source === null || !('toUint8Array' in source || 'data' in source)) {
    throw typeError(`Cannot write an image of ${describe(source)}: expected a sharp image or { width, height, data }`);
  }
  const isSharp = 'toUint8Array' in source;
  const format = given ?? (isSharp ? undefined : 'png');
  const [option] = Object.keys(output);
  if (!format && option !== undefined) {
    throw typeError(`Cannot write an image with ${option}: it needs a format`);
  }
  const pixels = isSharp ? undefined : rawOf(source);
  return writeChunks({ adapter: ADAPTER, operation: 'writeImage' }, { into, signal, onProgress }, (sink) => {
    const image = pixels ? sharp(pixels.data, { raw: pixels, limitInputPixels: false }) : (source as Sharp).clone();
    // Without it sharp makes colours of grey, and 8 bits of 16.
    if (pixels)
      image.toColourspace(SPACES[pixels.channels < 3 ? 'grey' : 'colour'][pixels.data instanceof Uint16Array ? 16 : 8]);
    if (format) image.toFormat(format, output as OutputOptions);
    const unwatch = isSharp ? watch(source, sink.fail) : () => {};
    image
      .toUint8Array()
      .then(({ data }) => {
        sink.push(data);
        sink.end();
      }, sink.fail)
      .finally(unwatch);
    return unwatch;
  });
}

/**
 * Decodes an image of any format that sharp reads, into 8-bit RGB or RGBA. Of a `BytesIO` it reads from the cursor to
 * the end and leaves the cursor there. On failure the cursor is where it was. After an abort sharp finishes in the
 * background.
 *
 * @throws {LimitError} when the header claims more than `maxPixels`
 * @throws {AdapterError} when the bytes are not an image that sharp knows, are cut off or damaged
 * @throws {SourceError} when the source fails before that
 *
 * @example
 * ```ts
 * const { width, height, channels, data } = await readImage(await fetch('https://example.com/photo.jpg'));
 * ```
 */
export async function readImage(
  source: Source,
  { signal, maxInputBytes, maxPixels = DEFAULT_MAX_PIXELS, ...options }: ReadImageOptions = {},
): Promise<Image> {
  requireBudget('maxPixels', maxPixels);
  return readBytes({ adapter: ADAPTER, operation: 'readImage' }, source, { signal, maxInputBytes }, (bytes) => {
    requireWhole(bytes);
    return abortable(decode(bytes, options, maxPixels), signal);
  });
}

/** Refuses what sharp accepts or explains badly: no bytes, and a PNG without its end. */
function requireWhole(bytes: Uint8Array): void {
  if (bytes.length === 0)
    throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
  if (isPng(bytes)) for (const _chunk of pngChunks(bytes));
}

/** What sharp rejects with, once it has accepted its options, is about the bytes. */
function refuse(cause: Error): never {
  throw new DataError(cause.message, { cause });
}

async function decode(bytes: Uint8Array<ArrayBuffer>, options: SharpOptions, maxPixels: number): Promise<Image> {
  const { format, width, height } = await sharp(bytes, { ...options, limitInputPixels: false })
    .metadata()
    .catch(refuse);
  requirePixels('read an image', width, height, maxPixels);
  // Once more by sharp itself, while it decodes. To sharp 0 means no limit.
  const limitInputPixels = Number.isFinite(maxPixels) ? Math.max(1, Math.floor(maxPixels)) : false;
  const { data, info } = await sharp(bytes, { ...options, limitInputPixels })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toUint8Array()
    .catch(refuse);
  const { buffer, byteOffset, byteLength } = data as Uint8Array<ArrayBuffer>;
  return {
    width: info.width,
    height: info.height,
    channels: info.channels as Image['channels'],
    // Of a small image sharp makes a Buffer.
    data: new Uint8Array(buffer, byteOffset, byteLength),
    format,
  };
}

/** A sharp image that waits for its input would wait for ever once it is destroyed. */
function watch(image: Sharp, fail: (error: unknown) => void): () => void {
  const onClose = () => {
    if (image.destroyed && !image.writableFinished) fail(new Error('the sharp image was destroyed before its end'));
  };
  onClose();
  image.on('close', onClose).on('error', fail);
  return () => void image.off('close', onClose).off('error', fail);
}

function rawOf({ width, height, data, channels }: Pixels): {
  width: number;
  height: number;
  channels: 1 | 2 | 3 | 4;
  data: Pixels['data'];
} {
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Uint16Array)) {
    throw typeError(
      `Cannot write an image of ${describe(data)} as data: expected a Uint8Array, Uint8ClampedArray or Uint16Array`,
    );
  }
  for (const [name, size] of Object.entries({ width, height })) {
    if (!Number.isSafeInteger(size) || size < 1) {
      throw rangeError(`Cannot write an image with ${name} ${describe(size)}: expected 1 or more`);
    }
  }
  const values = channels ?? data.length / (width * height);
  if (![1, 2, 3, 4].includes(values) || data.length !== width * height * values) {
    throw rangeError(
      `Cannot write an image of ${width} x ${height} pixels from ${data.length} values: expected ${channels ?? '1 to 4'} a pixel`,
    );
  }
  // sharp refuses shared memory.
  const own = data.buffer instanceof ArrayBuffer ? data : data.slice();
  return { width, height, channels: values as 1 | 2 | 3 | 4, data: own };
}
