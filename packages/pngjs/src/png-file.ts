import { DataError } from '@memio/core/adapter';
import { isPng, PNG_MAX_INTEGER as MOST, PNG_COLOUR_TYPES, pngChunks, pngCutOff, pngHeader } from '@memio/formats';

const MOST_FOR_PALETTE = 256 * 3;
/** What one byte of deflate can become at most: a match of 258 bytes in each 2 bits. */
const MOST_FROM_BYTE = 4 * 258;

/** What has to be known of a PNG before it is decoded: its size in pixels, and where it ends. */
export interface PngFile {
  width: number;
  height: number;
  /** The length in bytes up to and including IEND. */
  length: number;
  /** Whether there is so much compressed data that it can hold the pixels. */
  plausible: boolean;
}

/**
 * Looks at the frame of a PNG without decoding it: signature, IHDR, and the chain of chunks up to IEND.
 *
 * @see {@link https://www.w3.org/TR/png-3/#5DataRep | PNG, Datastream structure}
 * @throws {DataError} when it is none, or is cut off
 */
export function inspect(bytes: Uint8Array): PngFile {
  if (bytes.length === 0)
    throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
  if (!isPng(bytes)) throw new DataError('not a PNG: the signature is missing');
  if (bytes.length < 33) throw pngCutOff('in its header', bytes);
  const header = pngHeader(bytes);
  if (!header) throw new DataError('not a PNG: IHDR is not its first chunk');
  const { width, height, depth, colourType } = header;
  if (!(width > 0 && height > 0 && width <= MOST && height <= MOST))
    throw new DataError(`the PNG is damaged: a size of ${width} x ${height} pixels`);
  let length = 0;
  let compressed = 0;
  let palettes = 0;
  for (const { name, end, data } of pngChunks(bytes)) {
    length = end;
    if (name === 'IDAT') compressed += data.length;
    // pngjs would make an array of every three bytes of every palette.
    if (name === 'PLTE' && (data.length > MOST_FOR_PALETTE || ++palettes > 1))
      throw new DataError('the PNG has a palette of more than 256 colours, or more than one palette');
  }
  const bits = depth * (PNG_COLOUR_TYPES[colourType]?.samples ?? 1);
  return { width, height, length, plausible: Math.floor((width * height * bits) / 8) <= compressed * MOST_FROM_BYTE };
}
