import { BytesIO, type Source } from '@memio/core';
import { adapterError, bytesOf, DataError, describe, isStream, typeError } from '@memio/core/adapter';
import { DEFAULT_MAX_PIXELS, describeFormat, isJpeg, isPng, requireBudget, requirePixels } from '@memio/formats';
import { checkJpeg } from './jpeg-image.ts';
import { checkPng, type Picture } from './png-image.ts';
import { hasEnded } from './write-pdf.ts';

/** What `placeImage` needs of a document: any PDFKit `PDFDocument`, of the Node.js or of the browser build. */
export interface ImageDocument {
  on(event: string, listener: () => void): unknown;
  image(source: never, x?: number, y?: number, options?: never): unknown;
}

/** PDFKit's own options of `doc.image()`, which go through as they are, and the budget. */
export interface PlaceImageOptions {
  /** In points (1/72 inch). With only one of `width` and `height` the image keeps its shape. */
  width?: number;
  height?: number;
  scale?: number;
  fit?: [width: number, height: number];
  cover?: [width: number, height: number];
  align?: 'center' | 'right';
  valign?: 'center' | 'bottom';
  link?: string;
  /** The most pixels (width x height), read from the header. Default: 89,478,485, as in Python's Pillow. */
  maxPixels?: number;
  /** Aborting it stops the work and rejects with the signal's reason; nothing is drawn. */
  signal?: AbortSignal | undefined;
  [option: string]: unknown;
}

const OPERATION = { adapter: '@memio/pdfkit', operation: 'placeImage' };

/**
 * Draws a PNG or JPEG as `doc.image()` does, after it has been checked: of a damaged PNG PDFKit ends the process. The
 * same image is embedded once however often it is placed in a document, whichever source it comes from.
 *
 * Await it before you draw on, and before the document is ended.
 *
 * @param source its bytes are copied, so the caller may reuse them at once; of a `BytesIO` the whole content, whatever
 *   its cursor, which stays where it is
 * @returns `doc`, for the next call
 * @throws {DataError} when the image is neither PNG nor JPEG, is damaged, or is one that PDFKit draws wrongly
 * @throws {LimitError} when the image has more than `maxPixels`
 * @throws {TypeError} when `doc` is not a document, or `source` nothing that bytes come from
 * @throws {SourceError} when the source fails
 *
 * @example
 * ```ts
 * const pdf = await writePdf(async (doc) => {
 *   await placeImage(doc, await fetch('https://example.com/logo.png'), 72, 72, { width: 90 });
 * });
 * ```
 */
export async function placeImage<Doc extends ImageDocument>(
  doc: Doc,
  source: Source,
  options?: PlaceImageOptions,
): Promise<Doc>;
/**
 * The same at a place of its own.
 *
 * @param x in points from the left. Default: where text would go on.
 * @param y in points from the top. Default: where text would go on, which then goes on below the image.
 */
export async function placeImage<Doc extends ImageDocument>(
  doc: Doc,
  source: Source,
  x?: number,
  y?: number,
  options?: PlaceImageOptions,
): Promise<Doc>;
export async function placeImage<Doc extends ImageDocument>(
  doc: Doc,
  source: Source,
  x?: number | PlaceImageOptions,
  y?: number,
  options: PlaceImageOptions = {},
): Promise<Doc> {
  if (typeof x === 'object' && x !== null) return placeImage(doc, source, undefined, undefined, x);
  const { maxPixels = DEFAULT_MAX_PIXELS, signal, ...drawing } = options;
  if (!isDocument(doc)) throw typeError(`Cannot place an image in ${describe(doc)}: expected a PDFDocument`);
  requireBudget('maxPixels', maxPixels);
  signal?.throwIfAborted();
  const accept = (width: number, height: number) => requirePixels('place an image', width, height, maxPixels);
  try {
    const opened = await open(doc, source, accept, signal);
    accept(opened.width, opened.height);
    requireOpen(doc);
    doc.image(opened as never, x, y, drawing as never);
  } catch (error) {
    throw signal?.aborted ? signal.reason : adapterError(OPERATION, error);
  }
  return doc;
}

type Accept = (width: number, height: number) => void;

/** What `doc.openImage()` makes. */
interface Opened {
  readonly width: number;
  readonly height: number;
}

/** An image of a document: a copy of its bytes, to know it again, and what PDFKit made of it. */
interface Known {
  bytes: Uint8Array<ArrayBuffer>;
  opened: Promise<Opened>;
}

const known = new WeakMap<object, Set<Known>>();

function imagesOf(doc: ImageDocument): Set<Known> {
  let images = known.get(doc);
  if (!images) {
    images = new Set();
    known.set(doc, images);
    doc.on('end', () => known.delete(doc));
  }
  return images;
}

async function open(doc: ImageDocument, source: Source, accept: Accept, signal?: AbortSignal): Promise<Opened> {
  requireOpen(doc);
  const images = imagesOf(doc);
  // Memory is copied before anything is awaited: from then on it may be reused.
  const memory = isStream(source) ? undefined : bytesOf(source);
  const bytes = memory ?? (isStream(source) ? source.getvalue() : (await BytesIO.from(source, { signal })).transfer());
  // That it is the same array, or the same stream, says nothing: its content may have changed since.
  for (const image of images) {
    if (!equal(image.bytes, bytes)) continue;
    // It may have failed for what was asked of it there: a smaller budget, an abort.
    return image.opened.catch(() => open(doc, image.bytes, accept, signal));
  }
  const own = memory ? new Uint8Array(memory) : (bytes as Uint8Array<ArrayBuffer>);
  const opened = check(own, accept, signal).then((picture) => embeddable(doc, picture));
  const image: Known = { bytes: own, opened };
  images.add(image);
  opened.catch(() => images.delete(image));
  return opened;
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

async function check(bytes: Uint8Array<ArrayBuffer>, accept: Accept, signal?: AbortSignal): Promise<Picture> {
  if (isPng(bytes)) return checkPng(bytes, accept, signal);
  if (isJpeg(bytes)) return checkJpeg(bytes, accept);
  throw new DataError(
    bytes.length === 0
      ? 'the image has no bytes'
      : `the image is neither a PNG nor a JPEG, but ${describeFormat(bytes)}`,
  );
}

function embeddable(doc: ImageDocument, { bytes, width, height }: Picture): Opened {
  requireOpen(doc);
  // PDFKit 0.17 takes a Buffer for bytes, and any other array for a path.
  const shown = typeof Buffer === 'function' ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
  const opened = (doc as unknown as { openImage(image: Uint8Array): Opened }).openImage(shown);
  if (opened.width !== width || opened.height !== height) {
    throw new Error(`PDFKit takes an image of ${width} x ${height} pixels for ${opened.width} x ${opened.height}`);
  }
  return opened;
}

function requireOpen(doc: object): void {
  if (hasEnded(doc)) throw new Error('the document was ended before the image was drawn; await placeImage first');
}

const isDocument = (value: unknown): value is ImageDocument =>
  typeof value === 'object' &&
  value !== null &&
  ['on', 'openImage', 'image'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
