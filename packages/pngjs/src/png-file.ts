import { rangeError } from '@memio/core/adapter';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MOST = 2 ** 31 - 1;
const MOST_FOR_PALETTE = 256 * 3;
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
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
 * @throws {Error} when it is none, or is cut off
 */
export function inspect(bytes: Uint8Array): PngFile {
  if (bytes.length === 0)
    throw new Error('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
  if (SIGNATURE.some((byte, index) => bytes[index] !== byte)) throw new Error('not a PNG: the signature is missing');
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cutOff = (where: string) => new Error(`the PNG is cut off ${where}, at ${bytes.length} bytes`);
  if (bytes.length < 33) throw cutOff('in its header');
  if (data.getUint32(8) !== 13 || nameAt(bytes, 12) !== 'IHDR')
    throw new Error('not a PNG: IHDR is not its first chunk');
  const width = data.getUint32(16);
  const height = data.getUint32(20);
  if (!(width > 0 && height > 0 && width <= MOST && height <= MOST))
    throw rangeError(`Cannot read a PNG of ${width} x ${height} pixels`);
  const bits = data.getUint8(24) * (CHANNELS[data.getUint8(25)] ?? 1);
  let compressed = 0;
  let palettes = 0;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw cutOff('before IEND');
    const name = nameAt(bytes, at + 4);
    const size = data.getUint32(at);
    const end = at + 12 + size;
    if (end > bytes.length) throw cutOff(`in ${name}`);
    if (name === 'IDAT') compressed += size;
    // pngjs would make an array of every three bytes of every palette.
    if (name === 'PLTE' && (size > MOST_FOR_PALETTE || ++palettes > 1))
      throw new Error('the PNG has a palette of more than 256 colours, or more than one palette');
    if (name === 'IEND') {
      const plausible = Math.floor((width * height * bits) / 8) <= compressed * MOST_FROM_BYTE;
      return { width, height, length: end, plausible };
    }
    at = end;
  }
}

const nameAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
