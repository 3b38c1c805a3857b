const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What IHDR says, unchecked. */
export interface PngHeader {
  width: number;
  height: number;
  /** Bits a sample. */
  depth: number;
  colourType: number;
  compression: number;
  filter: number;
  interlace: number;
}

/** One chunk, as it lies in a file. */
export interface PngChunk<Memory extends ArrayBufferLike = ArrayBufferLike> {
  name: string;
  /** Where its length is. */
  start: number;
  /** Behind its CRC. */
  end: number;
  /** An alias of what it holds. */
  data: Uint8Array<Memory>;
}

/** Whether `bytes` begin as a PNG does. */
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, index) => bytes[index] === byte);

/** `undefined` unless the first chunk is an IHDR of the right length. */
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
 * The chunks of a PNG up to and including IEND. Neither the signature nor CRCs are looked at.
 *
 * @see {@link https://www.w3.org/TR/png-3/#5Chunk-layout | PNG, Chunk layout}
 * @throws {Error} from the step that comes to a chunk which is not all there
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

/** What to throw for a PNG that ends too early. */
export const pngCutOff = (where: string, { length }: Uint8Array): Error =>
  new Error(`the PNG is cut off ${where}, at ${length} bytes`);

const fieldsOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length);
const nameOf = (bytes: Uint8Array, start: number) => String.fromCharCode(...bytes.subarray(start + 4, start + 8));
