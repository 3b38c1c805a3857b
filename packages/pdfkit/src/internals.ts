/**
 * Everything of PDFKit that memio uses and PDFKit does not document: how a PDF object is written, that `doc.image()`
 * accepts an opened image, whether a document was ended, and how a font encodes text. Each use is checked when it is
 * made, and has a fallback or an error that says so.
 *
 * @module
 */

/** An object of the PDF: PDFKit's `PDFReference`. */
export interface PdfReference {
  readonly data: Record<string, unknown>;
  /** What has been written and not yet put into the file. */
  buffer?: unknown;
  uncompressedLength?: unknown;
  write(chunk: unknown): void;
  end(): void;
}

/** What `doc.image()` accepts in place of bytes: the object that `doc.openImage()` returns. */
export interface OpenedImage {
  readonly width: number;
  readonly height: number;
  /** As in EXIF; PDFKit turns the image unless `ignoreOrientation` is set. */
  readonly orientation: number;
  /** Its name on the pages. */
  readonly label: string;
  /** Set by `embed`. */
  obj: PdfReference | null;
  /** Called before the image is drawn for the first time. */
  embed(document: unknown): void;
}

interface DocumentInternals {
  ref?(data: Record<string, unknown>): PdfReference;
  readonly _info?: unknown;
}

/** @throws {Error} when this PDFKit has no `doc.ref()` */
export function makeReference(doc: object, data: Record<string, unknown>): PdfReference {
  const { ref } = doc as DocumentInternals;
  if (typeof ref !== 'function')
    throw new Error('this PDFKit has no doc.ref(), with which a picture is embedded; use PDFKit 0.17 to 0.20');
  return ref.call(doc, data);
}

type Wrap = (bytes: Uint8Array) => Uint8Array;

/** By the prototype of the document: another PDFKit has another one. */
const wrappers = new WeakMap<object, Wrap>();

/** Writes the stream of `reference`, and ends it. */
export function endWithStream(doc: object, reference: PdfReference, pieces: readonly Uint8Array[]): void {
  const version = Object.getPrototypeOf(doc);
  let wrap = wrappers.get(version);
  if (!wrap) {
    wrap = findWrapper(reference);
    wrappers.set(version, wrap);
  }
  try {
    for (const piece of pieces) if (piece.length > 0) reference.write(wrap(piece));
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (reference.data['Length'] !== length)
      throw new Error(`this PDFKit wrote ${reference.data['Length']} bytes of a picture of ${length}`);
  } finally {
    // A document with an open object would never end.
    reference.end();
  }
}

/**
 * PDFKit 0.17 takes a `Buffer` for bytes, in its browser build one of its own, and any other array for text. Which one
 * it is, is seen in what it makes of text.
 */
function findWrapper(reference: PdfReference): Wrap {
  reference.write('');
  const [made] = Array.isArray(reference.buffer) ? reference.buffer : [];
  reference.buffer = [];
  reference.uncompressedLength = 0;
  reference.data['Length'] = 0;
  const kind: unknown = made?.constructor;
  if (kind === Uint8Array) return (bytes) => bytes;
  if (isBufferClass(kind)) return (bytes) => kind.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return typeof Buffer === 'function'
    ? (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    : (bytes) => bytes;
}

interface BufferClass {
  from(memory: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

const isBufferClass = (value: unknown): value is BufferClass =>
  typeof value === 'function' && 'from' in value && 'isBuffer' in value;

/** Whether `end()` was called; PDFKit remembers it in the object that it makes there. */
export const hasEnded = (doc: object): boolean => (doc as DocumentInternals)._info !== undefined;

/** PDFKit's `PDFFont`, as far as it concerns text. */
export interface Font {
  readonly name?: string;
  /** @returns codes of glyphs, and their positions */
  encode(text: string, features?: unknown): [codes: string[], positions: unknown[]];
  widthOfString(text: string, ...rest: unknown[]): number;
  /** Of embedded fonts alone. */
  layout?(text: string, features?: unknown): { glyphs: { id: number; codePoints: number[] }[] };
  readonly font: {
    /** Of fontkit's fonts. */
    hasGlyphForCodePoint?(codePoint: number): boolean;
    /** Of PDFKit's standard fonts: the name of a glyph for one of the 256 characters of WinAnsi. */
    characterToGlyph?(codePoint: number): string;
    readonly glyphWidths?: Readonly<Record<string, number>>;
  };
}

/** @throws {Error} when this PDFKit has another kind of font */
export function hasGlyph({ font }: Font, codePoint: number): boolean {
  if (font.hasGlyphForCodePoint) return font.hasGlyphForCodePoint(codePoint);
  if (!font.characterToGlyph || !font.glyphWidths)
    throw new Error('this PDFKit does not tell which characters a font has; set missingGlyphs to "ignore"');
  // Symbol and ZapfDingbats are addressed by the names of WinAnsi too: they have few of these glyphs.
  return font.glyphWidths[font.characterToGlyph(codePoint)] !== undefined;
}

/**
 * Calls `prepare` for each font that becomes the current one, before anything is drawn with it, the present one included.
 *
 * @throws {Error} when this PDFKit keeps its current font elsewhere
 */
export function onFont(doc: object, prepare: (font: Font) => void): void {
  const own = doc as { _font?: Font | null };
  if (!('_font' in own))
    throw new Error(
      'this PDFKit has no current font to check; set missingGlyphs to "ignore", or use PDFKit 0.17 to 0.20',
    );
  let current = own._font;
  if (current) prepare(current);
  Object.defineProperty(doc, '_font', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(font: Font | null) {
      current = font;
      if (font) prepare(font);
    },
  });
}
