import { rangeError } from '@memio/core/adapter';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IEND = 0x49454e44;
const MOST = 2 ** 31 - 1;

/** What has to be known of a PNG before it is decoded: its size in pixels, and where it ends. */
export interface PngFile {
  width: number;
  height: number;
  /** The length in bytes up to and including IEND. */
  length: number;
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
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) throw cutOff('before IEND');
    const end = at + 12 + data.getUint32(at);
    if (end > bytes.length) throw cutOff(`in ${nameAt(bytes, at + 4)}`);
    if (data.getUint32(at + 4) === IEND) return { width, height, length: end };
    at = end;
  }
}

const nameAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
