import { LimitError, type Source } from '@memio/core';
import { abortable, DataError, isStream, type Operation, type ReadOptions, readBytes } from '@memio/core/adapter';
import { DEFAULT_MAX_PIXELS, describeFormat, detectFormat, requireBudget, requirePixels } from '@memio/formats';
import sharp, { type Metadata, type SharpOptions } from 'sharp';
import type { Image, ReadableFormat } from './image.ts';
import { configure, type InputOption, limitTime, requireFormats, requireReadOptions, type Timeout } from './options.ts';
import { requireWhole } from './whole-file.ts';

/** sharp's own options for input, the formats that are allowed, and the budgets. */
export interface ReadImageOptions extends ReadOptions, Pick<SharpOptions, InputOption> {
  /**
   * The formats to read; any other is a `DataError` that names it. Default: `png`, `jpeg`, `webp`, `gif`, `avif` and
   * `tiff`. `svg` has to be requested, for documents that you trust: see the README.
   */
  formats?: readonly ReadableFormat[] | undefined;
  /**
   * The most pixels (width x height, all frames together) to decode, compared with the header before that. It takes the
   * place of sharp's `limitInputPixels`. Default: 89,478,485, as in Pillow; for SVG 4,194,304. `Infinity` lifts it.
   */
  maxPixels?: number | undefined;
  /**
   * When sharp gives up decoding, in its own terms; `{ seconds: 0 }` for never. It is the only way to stop it: what a
   * `signal` aborts goes on until then. Default: 30 seconds.
   */
  timeout?: Timeout | undefined;
  /** Turns the picture upright by its EXIF orientation. Default: `true`. */
  autoOrient?: boolean | undefined;
}

const OF: Operation = { adapter: '@memio/sharp', operation: 'readImage' };
/** SVG: sharp takes 1.5 s of CPU for one blur of as many pixels, and no timeout stops it. */
const SVG_MAX_PIXELS = 2 ** 22;
const SVG_MAX_BYTES = 2 ** 20;
const DEFAULT_TIMEOUT: Timeout = { seconds: 30 };

/**
 * Decodes an image into 8-bit RGB or RGBA, upright and in sRGB: the EXIF orientation is applied, and an embedded colour
 * profile converted. Of a `BytesIO` it reads from the cursor to the end and leaves the cursor there. On failure the
 * cursor is where it was.
 *
 * An image of several frames or pages is refused unless `animated`, `pages` or `page` says which to read. What sharp does
 * with more than one is one picture below the other, `pageHeight` each.
 *
 * sharp cannot be stopped: after an abort it goes on in the background until it is done, `timeout` seconds at most.
 *
 * @param source bytes, a `Blob`, a `Response`, a stream: everything that `BytesIO.from` reads
 * @returns pixels that are the caller's alone
 * @throws {LimitError} when there are more bytes than `maxInputBytes` or the header claims more than `maxPixels`, or
 *   decoding takes longer than `timeout`
 * @throws {DataError} when the bytes are not an image of one of `formats`, are truncated or damaged, or are several
 *   frames although no option says which to read
 * @throws {TypeError | RangeError} when an option is unknown, out of its range, or has no effect beside the others
 * @throws {SourceError} when the source fails before that
 *
 * @example
 * ```ts
 * const { width, height, channels, data } = await readImage(await fetch('https://example.com/photo.jpg'));
 * ```
 */
export async function readImage(source: Source, options: ReadImageOptions = {}): Promise<Image> {
  requireReadOptions(options);
  const { signal, maxInputBytes, maxPixels, formats, timeout = DEFAULT_TIMEOUT, autoOrient = true, ...input } = options;
  requireBudget('maxPixels', maxPixels ?? 0);
  const allowed = requireFormats(formats);
  limitTime('read an image', sharp(), timeout);
  return readBytes(OF, source, { signal, maxInputBytes }, async (held) => {
    const format = formatOf(held, allowed);
    if (format === 'svg' && maxInputBytes === undefined && held.length > SVG_MAX_BYTES)
      throw new LimitError(
        `Cannot read an SVG of ${held.length} bytes: maxInputBytes is ${SVG_MAX_BYTES} for SVG`,
        'maxInputBytes',
        SVG_MAX_BYTES,
      );
    // After an abort sharp still reads its input, which the owner of a stream may then change or transfer.
    const bytes = isStream(source) ? held.slice() : held;
    const frames = input.failOn === 'none' ? undefined : await requireWhole(bytes, format, signal);
    const limit = maxPixels ?? (format === 'svg' ? SVG_MAX_PIXELS : DEFAULT_MAX_PIXELS);
    return decode(bytes, { format, frames, limit, timeout, signal, input: { ...input, autoOrient } });
  });
}

function formatOf(bytes: Uint8Array, allowed: readonly ReadableFormat[]): ReadableFormat {
  if (bytes.length === 0)
    throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
  const format = detectFormat(bytes);
  if (allowed.some((each) => each === format)) return format as ReadableFormat;
  const cures: Partial<Record<NonNullable<typeof format>, string>> = {
    svg: 'SVG is read on request: pass formats: ["svg"], for documents that you trust',
    zip: 'readZip() of @memio/jszip reads it',
    html: 'the server answered with a page; check its status and address',
  };
  const cure = (format && cures[format]) ?? `formats is ${allowed.join(', ')}`;
  throw new DataError(`the input is ${describeFormat(bytes)}, not an image of an allowed format: ${cure}`);
}

interface Plan {
  format: ReadableFormat;
  frames: number | undefined;
  limit: number;
  timeout: Timeout;
  signal: AbortSignal | undefined;
  input: SharpOptions;
}

async function decode(bytes: Uint8Array<ArrayBuffer>, plan: Plan): Promise<Image> {
  const { format, limit, timeout, signal, input } = plan;
  const opened = configure('read an image', () => sharp(bytes, { ...input, limitInputPixels: false }));
  const header = await abortable(opened.metadata().catch(refuse), signal);
  requireSameFormat(header, format);
  requirePixels('read an image', header.width, header.height, limit);
  requireChoice(header, plan);
  // Once more by sharp itself, while it decodes. To sharp 0 means no limit.
  const limitInputPixels = Number.isFinite(limit) ? Math.max(1, Math.floor(limit)) : false;
  const image = limitTime('read an image', sharp(bytes, { ...input, limitInputPixels }), timeout);
  const work = image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => refuse(cause, timeout));
  const { data, info } = await abortable(work, signal);
  const { pages = 1, pageHeight } = info;
  return {
    width: info.width,
    height: info.height,
    channels: info.channels as Image['channels'],
    data: exclusive(data),
    format,
    ...(pages > 1 &&
      pageHeight !== undefined && { pageHeight, delay: header.delay?.slice(0, pages), loop: header.loop }),
  };
}

/** Two parsers decide what the bytes are, and have to agree before one of them decodes. */
function requireSameFormat(header: Metadata, expected: ReadableFormat): void {
  const actual = header.format === 'heif' && header.compression === 'av1' ? 'avif' : header.format;
  if (actual !== expected)
    throw new DataError(`the bytes begin as ${expected.toUpperCase()}, and sharp takes them for ${header.format}`);
}

/** Frames and pages are not dropped: the caller reads all of them, or says which. */
function requireChoice(header: Metadata, { format, frames, input }: Plan): void {
  const { animated, page, pages } = input;
  const name = format.toUpperCase();
  if (format === 'png' && frames !== undefined && frames > 1 && page === undefined)
    throw new DataError(
      `the PNG is an animation, of which sharp reads the first frame only: pass page: 0 to accept that`,
    );
  if (header.pages === undefined || header.pages < 2) return;
  if (animated === undefined && page === undefined && pages === undefined)
    throw new DataError(
      `the ${name} has ${header.pages} frames or pages: pass animated: true to read all of them, or page: 0 to read the first`,
    );
}

/** What sharp rejects with, once it has accepted its options, is about the bytes. */
function refuse(cause: Error, timeout?: Timeout): never {
  if (timeout && cause.message.startsWith('timeout')) {
    const message = `Cannot read an image within ${timeout.seconds} s: raise timeout`;
    throw Object.assign(new LimitError(message, 'timeout', timeout.seconds), { cause });
  }
  throw new DataError(cause.message, { cause });
}

/** The bytes of a Buffer that has its memory for itself, as those of sharp have; of any other a copy. */
export function exclusive({ buffer, byteOffset, length }: Buffer): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(buffer as ArrayBuffer, byteOffset, length);
  return buffer.byteLength === length ? bytes : bytes.slice();
}
