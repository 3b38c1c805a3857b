import { DataError } from '@memio/core/adapter';
import { JPEG_SOS, type JpegFrame, jpegFrame, jpegSegments } from '@memio/formats';
import type { Picture } from './png-image.ts';

/** Baseline, extended and progressive: the processes that a PDF reader has to know. */
const DECODABLE = [0, 1, 2];

/**
 * Checks the segments of a JPEG. PDFKit copies the bytes into the PDF as they are.
 *
 * @throws {DataError} when it is damaged, cut off, or of a kind that PDF readers cannot decode
 */
export function checkJpeg(bytes: Uint8Array<ArrayBuffer>, accept: (width: number, height: number) => void): Picture {
  let size: { width: number; height: number } | undefined;
  for (const segment of jpegSegments(bytes)) {
    const frame = jpegFrame(segment);
    if (frame && size) throw new DataError('the JPEG is damaged: it has two frames');
    if (frame) {
      requireDecodable(frame);
      accept(frame.width, frame.height);
      size = frame;
    }
    if (segment.marker === JPEG_SOS && !size) throw new DataError('the JPEG is damaged: it has no size');
  }
  if (!size) throw new DataError('the JPEG is damaged: it has no image data');
  return { width: size.width, height: size.height, bytes };
}

function requireDecodable({ process, precision, width, height, components }: JpegFrame): void {
  const unknown = (what: string) => new DataError(`the JPEG is of a kind that PDF readers do not decode${what}`);
  if (!DECODABLE.includes(process)) throw unknown('');
  if (precision !== 8) throw unknown(`: ${precision} bits a sample`);
  if (![1, 3, 4].includes(components)) throw new DataError(`the JPEG is damaged: ${components} colours`);
  if (width === 0 || height === 0) throw new DataError(`the JPEG is damaged: a size of ${width} x ${height} pixels`);
}
