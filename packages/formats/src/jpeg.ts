import { DataError } from '@memio/core/adapter';

/** The marker before compressed data, as 16 bits. */
export const JPEG_SOS = 0xffda;
/** The marker that ends a JPEG, as 16 bits. */
export const JPEG_EOI = 0xffd9;
/** SOF0 to SOF15 (T.81, table B.1). 0xffc4 is DHT and 0xffcc is DAC; 0xffc8 is reserved for extensions of JPEG. */
const FRAMES = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15].map((process) => 0xffc0 + process);

/** One segment, with its place in the file. */
export interface JpegSegment<Memory extends ArrayBufferLike = ArrayBufferLike> {
  /** Such as 0xffc0 for a baseline frame. */
  marker: number;
  /** The offset of the marker. */
  start: number;
  /** The offset behind its parameters. The image data that follows SOS does not belong to the segment. */
  end: number;
  /** An alias of its parameters, without their length. */
  data: Uint8Array<Memory>;
}

/** The fields of a frame header (SOFn), unchecked. */
export interface JpegFrame {
  /** 0 baseline, 1 extended sequential, 2 progressive, 3 lossless; 5 to 7 hierarchical, 9 to 15 arithmetic. */
  process: number;
  /** Bits per sample. */
  precision: number;
  width: number;
  /** 0 when a DNL segment behind the first scan gives it. */
  height: number;
  components: number;
}

/** Tells whether `bytes` begin with SOI, the first marker of a JPEG. */
export const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8;

/**
 * The segments of a JPEG from behind SOI up to and including EOI, those between scans too. Image data is skipped as a
 * decoder skips it: a marker in it is 0xff and a byte that is neither zero nor that of a restart. Between segments, fill
 * bytes (0xff, T.81, B.1.1.2) and the zeros that some cameras write are skipped.
 *
 * @see {@link https://www.w3.org/Graphics/JPEG/itu-t81.pdf | ITU-T T.81, Annex B}
 * @throws {DataError} at the step that reaches the end of `bytes`, or something that is no marker
 */
export function* jpegSegments<Memory extends ArrayBufferLike>(
  bytes: Uint8Array<Memory>,
): Generator<JpegSegment<Memory>, void, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 2; ; ) {
    while (bytes[at] === 0 || (bytes[at] === 0xff && bytes[at + 1] === 0xff)) at++;
    if (at + 2 > bytes.length) throw jpegCutOff(bytes);
    const start = at;
    const marker = view.getUint16(at);
    if (marker === JPEG_EOI) return yield { marker, start, end: at + 2, data: bytes.subarray(at + 2, at + 2) };
    // Below 0xffc0 are reserved codes; 0xffd0 to 0xffd8 (RSTn, SOI) have no place between segments.
    if (marker < 0xffc0 || (marker >= 0xffd0 && marker <= 0xffd8)) throw noMarker(at);
    if (at + 4 > bytes.length) throw jpegCutOff(bytes);
    const length = view.getUint16(at + 2);
    if (length < 2) throw new DataError(`the JPEG is damaged: a segment of ${length} bytes at byte ${at}`);
    const end = at + 2 + length;
    if (end > bytes.length) throw jpegCutOff(bytes);
    yield { marker, start, end, data: bytes.subarray(at + 4, end) };
    at = marker === JPEG_SOS ? behindScan(bytes, end) : end;
  }
}

/**
 * Reads a frame header. @returns `undefined` when the segment is not SOFn
 *
 * @throws {DataError} when its length is wrong
 */
export function jpegFrame({ marker, data }: JpegSegment): JpegFrame | undefined {
  if (!FRAMES.includes(marker)) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (data.length < 6 || data.length !== 6 + 3 * view.getUint8(5))
    throw new DataError('the JPEG is damaged: the length of its frame');
  return {
    process: marker - 0xffc0,
    precision: view.getUint8(0),
    height: view.getUint16(1),
    width: view.getUint16(3),
    components: view.getUint8(5),
  };
}

/** The error for a JPEG that ends too early. */
export const jpegCutOff = ({ length }: Uint8Array): DataError =>
  new DataError(`the JPEG is cut off, at ${length} bytes`);

/** The offset of the first marker behind image data, where 0xff 0x00 is a byte and 0xffd0 to 0xffd7 are restarts. */
function behindScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at;
  }
  throw jpegCutOff(bytes);
}

const noMarker = (at: number) => new DataError(`the JPEG is damaged: no marker at byte ${at}`);
