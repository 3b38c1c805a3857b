import { isJpeg } from './jpeg.ts';
import { isPng } from './png.ts';

/** The formats that `detectFormat` knows: those that people hand to an adapter, rightly or by mistake. */
export type Format = 'png' | 'jpeg' | 'gif' | 'webp' | 'avif' | 'tiff' | 'svg' | 'pdf' | 'zip' | 'gzip' | 'html';

const NAMES: Record<Format, string> = {
  png: 'a PNG image',
  jpeg: 'a JPEG image',
  gif: 'a GIF image',
  webp: 'a WebP image',
  avif: 'an AVIF image',
  tiff: 'a TIFF image',
  svg: 'an SVG image',
  pdf: 'a PDF document',
  zip: 'a ZIP archive',
  gzip: 'gzip data',
  html: 'an HTML page',
};

/** By offset and text (Latin-1); all parts have to match. */
const SIGNATURES: readonly (readonly [Format, ...(readonly [offset: number, text: string])[]])[] = [
  ['gif', [0, 'GIF87a']],
  ['gif', [0, 'GIF89a']],
  ['webp', [0, 'RIFF'], [8, 'WEBP']],
  ['tiff', [0, 'II*\0']],
  ['tiff', [0, 'MM\0*']],
  ['tiff', [0, 'II+\0']],
  ['tiff', [0, 'MM\0+']],
  ['pdf', [0, '%PDF-']],
  ['zip', [0, 'PK\x03\x04']],
  // An archive without entries, and the first volume of one in several.
  ['zip', [0, 'PK\x05\x06']],
  ['zip', [0, 'PK\x07\x08']],
  ['gzip', [0, '\x1f\x8b']],
];

/** How far text is searched for its first element. */
const TEXT = 4096;

/**
 * Recognises a format by its first bytes, so that a message can name what arrived. It says nothing about the bytes that
 * follow.
 *
 * @returns `undefined` when the format is none of these
 *
 * @example
 * ```ts
 * detectFormat(b`<!doctype html><title>Not found</title>`); //=> 'html'
 * ```
 */
export function detectFormat(bytes: Uint8Array): Format | undefined {
  if (isPng(bytes)) return 'png';
  if (isJpeg(bytes) && bytes[2] === 0xff) return 'jpeg';
  for (const [format, ...parts] of SIGNATURES)
    if (parts.every(([offset, text]) => hasText(bytes, offset, text))) return format;
  if (isAvif(bytes)) return 'avif';
  return markupOf(latin1(bytes.subarray(0, TEXT)));
}

/**
 * What bytes are, in words for a message: `an HTML page`, `no bytes`, or `bytes of an unknown format (3c 3f 70 68 …)`.
 */
export function describeFormat(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes';
  const format = detectFormat(bytes);
  if (format) return NAMES[format];
  const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `bytes of an unknown format (${start}${bytes.length > 8 ? ' …' : ''})`;
}

/** ISO/IEC 14496-12, 4.3: a box `ftyp` whose major or compatible brands, of four letters each, have AVIF's. */
function isAvif(bytes: Uint8Array): boolean {
  if (!hasText(bytes, 4, 'ftyp')) return false;
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  for (let at = 8; at + 4 <= Math.min(size, bytes.length, TEXT); at += 4)
    if (at !== 12 && (hasText(bytes, at, 'avif') || hasText(bytes, at, 'avis'))) return true;
  return false;
}

/** The format of a document in a markup language, by its document type or its first element. */
function markupOf(text: string): 'html' | 'svg' | undefined {
  // A byte order mark, white space, an XML declaration and comments precede it.
  const lead = /(?:\xef\xbb\xbf)?(?:\s+|<\?[^>]*>|<!--[\s\S]*?-->)*/y;
  lead.exec(text);
  const rest = text.slice(lead.lastIndex, lead.lastIndex + 32);
  if (/^<(?:!doctype\s+)?svg[\s>/]/i.test(rest)) return 'svg';
  if (/^<(?:!doctype\s+html|html|head|body|title|script)[\s>]/i.test(rest)) return 'html';
  return undefined;
}

const hasText = (bytes: Uint8Array, offset: number, text: string): boolean =>
  latin1(bytes.subarray(offset, offset + text.length)) === text;

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
