import { type BytesIO, LimitError } from '@memio/core';
import {
  DataError,
  describe,
  type Operation,
  rangeError,
  typeError,
  type WriteOptions,
  writeChunks,
} from '@memio/core/adapter';
import sharp, { type Metadata, type OutputInfo, type Sharp } from 'sharp';
import type { Color, FormatOptions, Pixels, WritableFormat } from './image.ts';
import { toldOf } from './internals.ts';
import { configure, FORMAT_OPTIONS, limitTime, requireWriteOptions, type Timeout } from './options.ts';
import { exclusive } from './read-image.ts';

/** The options of `writeImage` for every format. */
export interface WriteImageBaseOptions extends WriteOptions {
  /** What shows where pixels are transparent. JPEG has no transparency, and needs it for an image that has. */
  background?: Color | undefined;
  /**
   * Turns a sharp image upright by its EXIF orientation before all else, as `image.autoOrient()` does: without it the
   * orientation is lost. It has no effect on pixels. Default: `true`.
   */
  autoOrient?: boolean | undefined;
  /** When sharp gives up, in its own terms. It is the only way to stop it. Default: what a sharp image was told; never. */
  timeout?: Timeout | undefined;
}

/** sharp's own options for the format; without one those of the contract alone. */
export type WriteImageOptions = WriteImageBaseOptions &
  (
    | { [Format in WritableFormat]: { format: Format } & FormatOptions[Format] }[WritableFormat]
    | {
        /** Default: `png` for pixels; for a sharp image what it was told to become, or else what it was. */ format?: undefined;
      }
  );

const OF: Operation = { adapter: '@memio/sharp', operation: 'writeImage' };
const SPACES = { grey: { 8: 'b-w', 16: 'grey16' }, colour: { 8: 'srgb', 16: 'rgb16' } } as const;
const ANIMATED: readonly string[] = ['gif', 'webp'];
const PAGED: readonly string[] = [...ANIMATED, 'tiff'];

/**
 * Encodes an image. A sharp image is left as it is and may be written any number of times; `data` of pixels is copied at
 * the call, and may be changed afterwards.
 *
 * The file is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was. Without
 * `into` a new stream is returned, its cursor at 0, ready to read. sharp cannot be stopped: after an abort it goes on in
 * the background until it is done, `timeout` seconds at most, and what it made is dropped.
 *
 * Nothing is lost without an error: a sharp image is turned upright, transparency needs a `background` in JPEG, and the
 * frames of an animation need a format that has frames.
 *
 * @param source a sharp image with everything it was told to do, or `{ width, height, data, channels? }`
 * @throws {TypeError} when `source` is not an image, an option is unknown, or options of a format come without `format`
 * @throws {RangeError} when a size is not a positive integer, `data` has not the length that the sizes ask for, an option
 *   is out of its range, transparent pixels become JPEG without a `background`, or frames a format without
 * @throws {DataError} when the bytes of a sharp image are not an image, or have frames that it does not read
 * @throws {LimitError} when it takes longer than `timeout`
 * @throws {AdapterError} when sharp fails, or a sharp image that is a stream is destroyed
 *
 * @example
 * ```ts
 * const red = Uint8Array.of(255, 0, 0, 255);
 * const png = await writeImage({ width: 1, height: 1, data: red });
 * png.read(4); //=> b`\x89PNG`
 * ```
 */
export async function writeImage(source: Sharp | Pixels, options: WriteImageOptions = {}): Promise<BytesIO> {
  if (!isSharp(source) && !isPixels(source))
    throw typeError(`Cannot write an image of ${describe(source)}: expected a sharp image or { width, height, data }`);
  const format = options.format ?? (isSharp(source) ? undefined : 'png');
  requireWriteOptions(options, format);
  const { into, signal, onProgress } = options;
  const image = isSharp(source) ? prepareSharp(source, options) : preparePixels(source, options, format!);
  return writeChunks(OF, { into, signal, onProgress }, (sink) => {
    const unwatch = isSharp(source) ? watch(source, sink.fail) : () => {};
    let stopped = false;
    const work = isSharp(source) ? encodeSharp(source, image, options, () => stopped) : encode(image, options);
    work
      .then(({ data }) => {
        sink.push(exclusive(data));
        sink.end();
      }, sink.fail)
      .finally(unwatch);
    return () => {
      stopped = true;
      unwatch();
    };
  });
}

const isSharp = (source: unknown): source is Sharp =>
  typeof source === 'object' && source !== null && 'toBuffer' in source && 'clone' in source && 'metadata' in source;

const isPixels = (source: unknown): source is Pixels =>
  typeof source === 'object' && source !== null && 'data' in source;

/** A copy of a sharp image, told what the options say. */
function prepareSharp(source: Sharp, options: WriteImageOptions): Sharp {
  const { autoOrient = true, background, format, timeout } = options;
  return configure('write an image', () => {
    const image = source.clone();
    if (autoOrient) image.autoOrient();
    if (background !== undefined) image.flatten({ background });
    if (format) image.toFormat(format, formatOptions(options, format));
    return limitTime('write an image', image, timeout);
  });
}

function preparePixels(source: Pixels, options: WriteImageOptions, format: WritableFormat): Sharp {
  const { background, timeout } = options;
  const raw = rawOf(source);
  const { width, height, channels, data, pageHeight = height } = raw;
  if (pageHeight !== height) requireFrames(format, height / pageHeight, source.delay !== undefined);
  requireSize(format, width, pageHeight);
  const losesAlpha = channels % 2 === 0 && background === undefined && isOpaque(format, options);
  if (losesAlpha && isTransparent(data, channels - 1, channels)) throw transparent(format);
  return configure('write an image', () => {
    const image = sharp(data, { raw: { width, height, channels, pageHeight }, limitInputPixels: false });
    // Without it sharp makes colours of grey, and 8 bits of 16.
    image.toColourspace(SPACES[channels < 3 ? 'grey' : 'colour'][data instanceof Uint16Array ? 16 : 8]);
    if (background !== undefined) image.flatten({ background });
    const { delay, loop } = source;
    const animation = ANIMATED.includes(format) ? defined({ delay: delay && [...delay], loop }) : {};
    image.toFormat(format, { ...animation, ...formatOptions(options, format) });
    return limitTime('write an image', image, timeout);
  });
}

function formatOptions(options: WriteImageOptions, format: WritableFormat): object {
  const names = Object.keys(FORMAT_OPTIONS[format]);
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name)));
}

const defined = (options: object) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

/** Whether the format has no transparency: so has TIFF with sharp's default compression, which is JPEG's. */
const isOpaque = (format: WritableFormat, options: WriteImageOptions): boolean =>
  format === 'jpeg' || (options.format === 'tiff' && (options.compression ?? 'jpeg') === 'jpeg');

interface Encoded {
  data: Buffer;
  info: OutputInfo;
}

const encode = (image: Sharp, { timeout }: WriteImageOptions): Promise<Encoded> =>
  image.toBuffer({ resolveWithObject: true }).catch((cause: Error) => {
    if (!timeout || !cause.message.startsWith('timeout')) throw cause;
    const message = `Cannot write an image within ${timeout.seconds} s: raise timeout`;
    throw Object.assign(new LimitError(message, 'timeout', timeout.seconds), { cause });
  });

/** What sharp would lose of the image is known once the header is read and the format of the result is known. */
async function encodeSharp(
  source: Sharp,
  image: Sharp,
  options: WriteImageOptions,
  isStopped: () => boolean,
): Promise<Encoded> {
  const told = toldOf(source);
  // It has no header when sharp joins several images.
  const header = await source
    .clone()
    .metadata()
    .catch((cause: Error) => cause);
  if (isStopped()) throw new Error('stopped');
  if (!(header instanceof Error)) requireAllFrames(header, told.pagesChosen);
  const encoded = await encode(image.clone(), options).catch((cause: Error) => {
    throw header instanceof Error ? new DataError(cause.message, { cause }) : cause;
  });
  const format = encoded.info.format === 'heif' ? 'avif' : encoded.info.format;
  const { pages = 1, pageHeight, height, hasAlpha = true } = header instanceof Error ? {} : header;
  if (pages > 1 && pageHeight !== undefined && height !== undefined && pageHeight < height)
    requireFrames(format, height / pageHeight, false);
  const mayLose = encoded.info.channels % 2 === 1 && ((hasAlpha && !told.losesAlpha) || told.mayBecomeTransparent);
  if (mayLose) await requireOpaque(image, format, options);
  return encoded;
}

function requireAllFrames({ pages = 1, format }: Metadata, chosen: boolean): void {
  if (pages > 1 && !chosen)
    throw new DataError(
      `the ${String(format).toUpperCase()} of the sharp image has ${pages} frames or pages, of which it reads the first: make it with { animated: true }, or { page: 0 }`,
    );
}

function requireFrames(format: string, frames: number, timed: boolean): void {
  const formats = timed ? ANIMATED : PAGED;
  if (!formats.includes(format))
    throw rangeError(`Cannot write ${frames} frames as ${format}: expected the format ${formats.join(' or ')}`);
}

/** Renders the image once more, and looks at its alpha: without it the colours of transparent pixels become visible. */
async function requireOpaque(image: Sharp, format: string, options: WriteImageOptions): Promise<void> {
  const alpha = await encode(image.clone().extractChannel('alpha').raw({ depth: 'uchar' }), options).catch(
    (cause: Error) => {
      if (cause.message.startsWith('Cannot extract channel')) return undefined;
      throw cause;
    },
  );
  if (alpha && isTransparent(alpha.data, 0, 1)) throw transparent(format, options.background);
}

function transparent(format: string, background?: unknown): Error {
  const cure = format === 'tiff' ? 'another compression, such as "deflate"' : 'another format';
  return rangeError(
    background === undefined
      ? `Cannot write transparent pixels as ${format} without a background: pass background: "#ffffff", or ${cure}`
      : `Cannot write the image as ${format}: it becomes transparent after the background was applied; write it as png first`,
  );
}

/** Whether a value at `first`, or at every `step` from there on, is less than opaque. */
function isTransparent(values: Pixels['data'], first: number, step: number): boolean {
  const opaque = values instanceof Uint16Array ? 65_535 : 255;
  for (let at = first; at < values.length; at += step) if (values[at] !== opaque) return true;
  return false;
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

/** The largest width and height of the formats that have one, as sharp's encoders do. */
const MOST: Partial<Record<WritableFormat, number>> = { avif: 16_384, gif: 65_535, jpeg: 65_535, webp: 16_383 };

function requireSize(format: WritableFormat, width: number, height: number): void {
  const most = MOST[format] ?? Number.POSITIVE_INFINITY;
  for (const [name, size] of Object.entries({ width, height }))
    if (size > most) throw rangeError(`Cannot write ${format} with ${name} ${size}: expected ${most} at most`);
}

function rawOf({
  width,
  height,
  data,
  channels,
  pageHeight = height,
}: Pixels): Required<Pick<Pixels, 'width' | 'height' | 'data' | 'channels'>> & { pageHeight: number } {
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray || data instanceof Uint16Array)) {
    throw typeError(
      `Cannot write an image of ${describe(data)} as data: expected a Uint8Array, Uint8ClampedArray or Uint16Array`,
    );
  }
  for (const [name, size] of Object.entries({ width, height, pageHeight })) {
    if (!Number.isSafeInteger(size) || size < 1)
      throw rangeError(`Cannot write an image with ${name} ${describe(size)}: expected 1 or more`);
  }
  if (height % pageHeight !== 0)
    throw rangeError(`Cannot write an image with pageHeight ${pageHeight}: height ${height} is not a multiple of it`);
  const values = channels ?? data.length / (width * height);
  if (![1, 2, 3, 4].includes(values) || data.length !== width * height * values) {
    throw rangeError(
      `Cannot write an image of ${width} x ${height} pixels from ${data.length} values: expected ${channels ?? '1 to 4'} a pixel`,
    );
  }
  // A copy: sharp refuses shared memory, and reads on in its own thread after an abort, when the owner may transfer it.
  const copy = data instanceof Uint16Array ? new Uint16Array(data) : new Uint8Array(data);
  return { width, height, channels: values as 1 | 2 | 3 | 4, data: copy, pageHeight };
}
