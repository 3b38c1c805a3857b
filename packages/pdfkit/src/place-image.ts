import { BytesIO, type Source } from '@memio/core';
import {
  bytesOf,
  DataError,
  describe,
  isStream,
  type ReadOptions,
  readBytes,
  requireOptions,
  requireSignal,
  typeError,
} from '@memio/core/adapter';
import {
  DEFAULT_MAX_PIXELS,
  describeFormat,
  detectFormat,
  isJpeg,
  isPng,
  Pacer,
  requireBudget,
  requirePixels,
} from '@memio/formats';
import { type DocumentState, stateOf } from './document-state.ts';
import { embedPicture } from './embed.ts';
import { fingerprint } from './fingerprint.ts';
import { hasEnded, type OpenedImage } from './internals.ts';
import { jpegPicture } from './jpeg-picture.ts';
import type { Accept, Picture } from './picture.ts';
import { copyPixels, isPixels, type Pixels, pixelsPicture } from './pixels.ts';
import { pngPicture } from './png-picture.ts';

/** What `placeImage` needs of a document: any PDFKit `PDFDocument`, of the Node.js or of the browser build. */
export interface ImageDocument {
  on(event: string, listener: () => void): unknown;
  image(source: never, x?: number, y?: number, options?: never): unknown;
}

/** PDFKit's own options of `doc.image()`, which go through as they are, and the budgets. */
export interface PlaceImageOptions extends ReadOptions {
  /** In points (1/72 inch). With only one of `width` and `height` the image keeps its shape. */
  width?: number | undefined;
  height?: number | undefined;
  scale?: number | undefined;
  fit?: [width: number, height: number] | undefined;
  cover?: [width: number, height: number] | undefined;
  align?: 'center' | 'right' | undefined;
  valign?: 'center' | 'bottom' | undefined;
  /** In points; where `placeImage` was called without coordinates. */
  x?: number | undefined;
  y?: number | undefined;
  /** The address that a click opens, or the number of a page. */
  link?: string | number | undefined;
  /** The name of the destination that a click goes to. */
  goTo?: string | undefined;
  /** Makes the place of the image a destination of this name. */
  destination?: string | undefined;
  /** From 0 to 1. PDFKit 0.18 and later. */
  opacity?: number | undefined;
  /** Draws the image as it is stored, although its EXIF data says how it is to be turned. */
  ignoreOrientation?: boolean | undefined;
  /** The most pixels (width x height), read from the header. Default: 89,478,485, as in Python's Pillow. */
  maxPixels?: number | undefined;
}

const OPTIONS: readonly (keyof PlaceImageOptions)[] = [
  ...(['width', 'height', 'scale', 'fit', 'cover', 'align', 'valign', 'x', 'y'] as const),
  ...(['link', 'goTo', 'destination', 'opacity', 'ignoreOrientation'] as const),
  ...(['maxPixels', 'maxInputBytes', 'signal'] as const),
];

const OPERATION = { adapter: '@memio/pdfkit', operation: 'placeImage' };

/**
 * Draws a PNG, a JPEG, or pixels as `doc.image()` does. memio decodes and embeds the picture itself: with its
 * transparency, its colour profile and its EXIF orientation, once however often it is placed in a document.
 *
 * Await each call before the document ends; `writePdf` rejects otherwise. Calls take effect in the order in which they
 * were made.
 *
 * @param source a PNG or JPEG, whose bytes are copied, so the caller may reuse them at once; of a `BytesIO` the whole
 *   content, whatever its cursor, which stays where it is. Or decoded pixels, as `readPng` and `readImage` return them.
 * @returns `doc`, for the next call
 * @throws {DataError} when the image is neither PNG nor JPEG, is damaged, or is of a kind that PDF does not have
 * @throws {LimitError} when the image has more than `maxPixels`, or its file more than `maxInputBytes`
 * @throws {TypeError} when `doc` is not a document or was ended, `source` yields no bytes, or an option is not known
 * @throws {RangeError} when a budget or the size of pixels is out of its range
 * @throws {SourceError} when the source fails
 *
 * @example
 * ```ts
 * const pdf = await writePdf(async (doc) => {
 *   await placeImage(doc, await fetch('https://example.com/logo.png'), 72, 72, { width: 90 });
 * });
 * ```
 */
export function placeImage<Doc extends ImageDocument>(
  doc: Doc,
  source: Source | Pixels,
  options?: PlaceImageOptions,
): Promise<Doc>;
/**
 * The same at a place of its own.
 *
 * @param x in points from the left. Default: where text would go on.
 * @param y in points from the top. Default: where text would go on, which then goes on below the image.
 */
export function placeImage<Doc extends ImageDocument>(
  doc: Doc,
  source: Source | Pixels,
  x?: number,
  y?: number,
  options?: PlaceImageOptions,
): Promise<Doc>;
export function placeImage<Doc extends ImageDocument>(
  doc: Doc,
  source: Source | Pixels,
  x?: number | PlaceImageOptions,
  y?: number,
  options: PlaceImageOptions = {},
): Promise<Doc> {
  if (typeof x === 'object' && x !== null) return placeImage(doc, source, undefined, undefined, x);
  if (!isDocument(doc))
    return Promise.reject(typeError(`Cannot place an image in ${describe(doc)}: expected a PDFDocument`));
  const state = stateOf(doc);
  return state.call((turn) => place(doc, state, source, { x, y, ...options }, turn), doc);
}

async function place<Doc extends ImageDocument>(
  doc: Doc,
  state: DocumentState,
  source: Source | Pixels,
  options: PlaceImageOptions,
  turn: Promise<unknown>,
): Promise<Doc> {
  requireOptions(options, 'place an image', OPTIONS);
  const { maxPixels = DEFAULT_MAX_PIXELS, maxInputBytes, signal: own, x, y, ...drawing } = options;
  requireBudget('maxPixels', maxPixels);
  requireSignal(own, 'place an image');
  own?.throwIfAborted();
  requireOpen(doc);
  const signal = own ? AbortSignal.any([own, state.abandoned]) : state.abandoned;
  const accept: Accept = (width, height) => requirePixels('place an image', width, height, maxPixels);
  const draw = async (bytes: Uint8Array<ArrayBuffer>, kind: string, decode: (pacer: Pacer) => Promise<Picture>) => {
    await turn;
    signal.throwIfAborted();
    requireOpen(doc);
    const key = kind + (await fingerprint(bytes));
    let image = state.pictures.get(key);
    if (!image) {
      const picture = await decode(new Pacer(signal));
      signal.throwIfAborted();
      requireOpen(doc);
      image = embedPicture(doc, picture, state.nextLabel(), state.profiles);
      state.pictures.set(key, image);
    }
    accept(image.width, image.height);
    (doc.image as unknown as Draw).call(doc, image, x, y, drawing);
  };
  // Memory is copied before anything is awaited: from then on it may be reused.
  if (isPixels(source) && !isStream(source)) {
    const pixels = copyPixels(source, accept);
    const kind = `${pixels.width} ${pixels.height} `;
    await readBytes(OPERATION, BytesIO.adopt(pixels.data), { signal, maxInputBytes: Infinity }, (bytes) =>
      draw(bytes, kind, (pacer) => pixelsPicture(pixels, pacer)),
    );
  } else {
    await readBytes(OPERATION, copyMemory(source, maxInputBytes), { signal, maxInputBytes }, (bytes) =>
      draw(bytes, '', (pacer) => decodeFile(bytes, pacer, accept)),
    );
  }
  return doc;
}

type Draw = (image: OpenedImage, x: number | undefined, y: number | undefined, options: object) => unknown;

/** One byte more than allowed is enough for an error. */
function copyMemory(source: Source, maxInputBytes = 2 ** 28): Source {
  if (isStream(source)) return BytesIO.adopt(source.getvalue());
  const bytes = bytesOf(source);
  return bytes ? BytesIO.adopt(new Uint8Array(bytes.subarray(0, maxInputBytes + 1))) : source;
}

async function decodeFile(bytes: Uint8Array<ArrayBuffer>, pacer: Pacer, accept: Accept): Promise<Picture> {
  if (isPng(bytes)) return pngPicture(bytes, pacer, accept);
  if (isJpeg(bytes)) return jpegPicture(bytes, pacer, accept);
  if (bytes.length === 0) throw new DataError('the image has no bytes');
  const what = `the image is neither a PNG nor a JPEG, but ${describeFormat(bytes)}`;
  const format = detectFormat(bytes) ?? '';
  if (['gif', 'webp', 'avif', 'tiff', 'svg'].includes(format))
    throw new DataError(`${what}: decode it first, as placeImage(doc, await readImage(source)) does with @memio/sharp`);
  throw new DataError(what);
}

function requireOpen(doc: object): void {
  if (hasEnded(doc)) throw typeError('Cannot place an image: the document was ended before it; await placeImage first');
}

const isDocument = (value: unknown): value is ImageDocument =>
  typeof value === 'object' &&
  value !== null &&
  ['on', 'openImage', 'image'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
