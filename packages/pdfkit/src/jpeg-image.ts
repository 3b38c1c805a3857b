import type { Picture } from './png-image.ts';

const SOS = 0xffda;
/** Baseline, extended and progressive: what a PDF reader has to know. */
const FRAMES = [0xffc0, 0xffc1, 0xffc2];
/** SOFn of the other processes: lossless, hierarchical, arithmetic. */
const OTHER_FRAMES = [0xffc3, 0xffc5, 0xffc6, 0xffc7, 0xffc8, 0xffc9, 0xffca, 0xffcb, 0xffcd, 0xffce, 0xffcf];

export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/**
 * Looks at the markers of a JPEG up to its image data, and whether that has an end. PDFKit takes the bytes into the PDF
 * as they are.
 *
 * @see {@link https://www.w3.org/Graphics/JPEG/itu-t81.pdf | ITU-T T.81, Annex B}
 * @throws {Error} when it is damaged, cut off, or nothing that a PDF reader can decode
 */
export function checkJpeg(bytes: Uint8Array<ArrayBuffer>, accept: (width: number, height: number) => void): Picture {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let size: { width: number; height: number } | undefined;
  for (let at = 2; ; ) {
    if (at + 4 > bytes.length) throw cutOff(bytes);
    const marker = data.getUint16(at);
    const end = at + 2 + data.getUint16(at + 2);
    if (marker <= 0xffbf || marker === 0xffff || (marker >= 0xffd0 && marker <= 0xffd9)) {
      throw new Error(`the JPEG is damaged: no marker at byte ${at}`);
    }
    if (end > bytes.length) throw cutOff(bytes);
    if (OTHER_FRAMES.includes(marker)) throw new Error('the JPEG is of a kind that PDF readers do not decode');
    if (FRAMES.includes(marker)) {
      if (size) throw new Error('the JPEG is damaged: it has two frames');
      size = readFrame(data, at, end);
      accept(size.width, size.height);
    }
    at = end;
    if (marker === SOS) {
      if (!size) throw new Error('the JPEG is damaged: it has no size');
      requireEnd(bytes, at);
      return { ...size, bytes };
    }
  }
}

function readFrame(data: DataView, at: number, end: number) {
  if (end - at < 10) throw new Error('the JPEG is damaged: its frame is too short');
  const [bits, height, width, colours] = [
    data.getUint8(at + 4),
    data.getUint16(at + 5),
    data.getUint16(at + 7),
    data.getUint8(at + 9),
  ];
  if (bits !== 8) throw new Error(`the JPEG is of a kind that PDF readers do not decode: ${bits} bits a sample`);
  if (![1, 3, 4].includes(colours)) throw new Error(`the JPEG is damaged: ${colours} colours`);
  if (end - at !== 10 + 3 * colours) throw new Error('the JPEG is damaged: the length of its frame');
  if (width === 0 || height === 0) throw new Error(`the JPEG is damaged: a size of ${width} x ${height} pixels`);
  return { width, height };
}

/** In image data, EOI cannot occur. */
function requireEnd(bytes: Uint8Array, from: number): void {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xd9) return;
  }
  throw cutOff(bytes);
}

const cutOff = ({ length }: Uint8Array) => new Error(`the JPEG is cut off, at ${length} bytes`);
