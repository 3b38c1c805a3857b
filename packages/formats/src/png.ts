import { DataError } from '@memio/core/adapter';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The largest width, height and length of a chunk that PNG allows. */
export const PNG_MAX_INTEGER: number = 2 ** 31 - 1;

/** The fields of IHDR, unchecked. */
export interface PngHeader {
  width: number;
  height: number;
  /** Bits per sample. */
  depth: number;
  colourType: number;
  compression: number;
  filter: number;
  interlace: number;
}

/** The bit depths and the samples per pixel of each colour type (PNG, table 11.1). */
export const PNG_COLOUR_TYPES: Readonly<Record<number, { depths: readonly number[]; samples: number } | undefined>> = {
  0: { depths: [1, 2, 4, 8, 16], samples: 1 },
  2: { depths: [8, 16], samples: 3 },
  3: { depths: [1, 2, 4, 8], samples: 1 },
  4: { depths: [8, 16], samples: 2 },
  6: { depths: [8, 16], samples: 4 },
};

/** One chunk, with its place in the file. */
export interface PngChunk<Memory extends ArrayBufferLike = ArrayBufferLike> {
  name: string;
  /** The offset of its length field. */
  start: number;
  /** The offset behind its CRC. */
  end: number;
  /** An alias of its data. */
  data: Uint8Array<Memory>;
}

/** Tells whether `bytes` begin with the signature of PNG. */
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, index) => bytes[index] === byte);

/** Reads IHDR. @returns `undefined` unless the first chunk is an IHDR of 13 bytes */
export function pngHeader(bytes: Uint8Array): PngHeader | undefined {
  const fields = fieldsOf(bytes);
  if (bytes.length < 33 || fields.getUint32(8) !== 13 || nameOf(bytes, 8) !== 'IHDR') return undefined;
  const [depth = 0, colourType = 0, compression = 0, filter = 0, interlace = 0] = bytes.subarray(24);
  return {
    width: fields.getUint32(16),
    height: fields.getUint32(20),
    depth,
    colourType,
    compression,
    filter,
    interlace,
  };
}

/**
 * The chunks of a PNG up to and including IEND. The signature and the CRCs are not checked.
 *
 * @see {@link https://www.w3.org/TR/png-3/#5Chunk-layout | PNG, Chunk layout}
 * @throws {DataError} at the step that reaches an incomplete chunk
 */
export function* pngChunks<Memory extends ArrayBufferLike>(
  bytes: Uint8Array<Memory>,
): Generator<PngChunk<Memory>, void, undefined> {
  const fields = fieldsOf(bytes);
  for (let start = 8, name = ''; name !== 'IEND'; ) {
    if (start + 12 > bytes.length) throw pngCutOff('before IEND', bytes);
    name = nameOf(bytes, start);
    const end = start + 12 + fields.getUint32(start);
    if (end > bytes.length) throw pngCutOff(`in ${name}`, bytes);
    yield { name, start, end, data: bytes.subarray(start + 8, end - 4) };
    start = end;
  }
}

/** The error for a PNG that ends too early. */
export const pngCutOff = (where: string, { length }: Uint8Array): DataError =>
  new DataError(`the PNG is cut off ${where}, at ${length} bytes`);

const fieldsOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length);
const nameOf = (bytes: Uint8Array, start: number) => String.fromCharCode(...bytes.subarray(start + 4, start + 8));
