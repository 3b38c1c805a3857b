import { DataError, turns } from '@memio/core/adapter';
import {
  crc32,
  isPng,
  PNG_MAX_INTEGER as MOST,
  PNG_COLOUR_TYPES,
  type PngChunk,
  type PngHeader,
  pngChunks,
  pngCutOff,
  pngHeader,
} from '@memio/formats';
import type { PngResolution } from './png-image.ts';

/** What one byte of deflate can become at most: a match of 258 bytes in each 2 bits. */
const MOST_FROM_BYTE = 4 * 258;
const GREY = 0;
const COLOUR = 2;
const PALETTE = 3;

type Bytes = Uint8Array<ArrayBuffer>;

/** What a PNG says before it is decoded, and the parts that decide its pixels. */
export interface PngFile extends PngHeader {
  /** The length in bytes up to and including IEND. */
  length: number;
  /** Whether there is so much compressed data that it can hold the pixels. */
  plausible: boolean;
  /** The value of gAMA; 0 without. */
  gamma: number;
  resolution: PngResolution | undefined;
  palette: Bytes | undefined;
  /** Of a palette its alphas; otherwise the transparent sample or colour, masked to the depth. */
  transparency: Bytes | undefined;
  /** The image data, where it lies in the file. */
  data: readonly Bytes[];
}

export interface OpenOptions {
  /** Whether the checksum of a chunk that is used has to be right. */
  checkCRC: boolean;
  signal: AbortSignal | undefined;
}

/**
 * Reads the structure of a PNG without decoding it: signature, IHDR, and the chunks up to IEND. A chunk in the wrong
 * place, of a wrong length or for the second time is fatal or ignored as it is in libpng: only the first run of IDATs is
 * image data, and a tRNS behind it or before the palette does not count.
 *
 * @see {@link https://www.w3.org/TR/png-3/#5ChunkOrdering | PNG, Chunk ordering}
 * @throws {DataError} when it is not a PNG, is cut off or damaged
 */
export async function openPng(bytes: Bytes, { checkCRC, signal }: OpenOptions): Promise<PngFile> {
  const header = requireHeader(bytes);
  const { depth, colourType } = header;
  const file: PngFile = {
    ...header,
    length: 0,
    plausible: false,
    gamma: 0,
    resolution: undefined,
    palette: undefined,
    transparency: undefined,
    data: [],
  };
  const data: Bytes[] = [];
  let compressed = 0;
  let previous = '';
  const used = (chunk: PngChunk<ArrayBuffer>) => {
    if (checkCRC) requireChecksum(bytes, chunk);
    return chunk.data;
  };
  const turn = turns();
  for (const chunk of pngChunks(bytes)) {
    const { name, start, end } = chunk;
    const { length } = chunk.data;
    const beforeData = data.length === 0;
    file.length = end;
    if (name === 'IHDR') {
      if (previous !== '') throw new DataError('the PNG is damaged: it has a second IHDR');
      used(chunk);
    } else if (name === 'IDAT') {
      if (colourType === PALETTE && !file.palette) throw new DataError('the PNG is damaged: its palette is missing');
      if (beforeData || previous === 'IDAT') {
        // Empty ones decide nothing, and there may be millions.
        if (length > 0 || beforeData) data.push(used(chunk));
        compressed += length;
      }
    } else if (name === 'PLTE') {
      if (colourType === PALETTE && beforeData) {
        if (file.palette) throw new DataError('the PNG is damaged: it has a second palette');
        if (length === 0 || length % 3 > 0 || length > 768)
          throw new DataError(`the PNG is damaged: a palette of ${length} bytes`);
        file.palette = used(chunk).subarray(0, 3 * 2 ** depth);
      } else used(chunk);
    } else if (name === 'IEND') used(chunk);
    else if (isCritical(name)) throw new DataError(`the PNG has a chunk ${JSON.stringify(name)}, which nobody knows`);
    else if (beforeData && name === 'tRNS') file.transparency ??= transparencyOf(used(chunk), file);
    else if (beforeData && !file.palette && name === 'gAMA' && length === 4)
      file.gamma ||= viewOf(used(chunk)).getUint32(0) / 100_000;
    else if (beforeData && name === 'pHYs' && length === 9) file.resolution ??= resolutionOf(used(chunk));
    previous = name;
    const pause = turn(end - start);
    if (!pause) continue;
    await pause;
    signal?.throwIfAborted();
  }
  const bits = depth * PNG_COLOUR_TYPES[colourType]!.samples;
  file.plausible = Math.floor((header.width * header.height * bits) / 8) <= compressed * MOST_FROM_BYTE;
  file.data = data;
  return file;
}

/** Reads the header, so that a budget can be compared with what it claims before any other byte is. */
export function requireHeader(bytes: Uint8Array): PngHeader {
  if (bytes.length === 0)
    throw new DataError('no bytes from the cursor to the end; seek(0) goes back to the start of a stream');
  if (!isPng(bytes)) throw new DataError('not a PNG: the signature is missing');
  if (bytes.length < 33) throw pngCutOff('in its header', bytes);
  const header = pngHeader(bytes);
  if (!header) throw new DataError('not a PNG: IHDR is not its first chunk');
  const { width, height, depth, colourType, compression, filter, interlace } = header;
  if (!(width > 0 && height > 0 && width <= MOST && height <= MOST))
    throw new DataError(`the PNG is damaged: a size of ${width} x ${height} pixels`);
  if (!PNG_COLOUR_TYPES[colourType]?.depths.includes(depth))
    throw new DataError(`the PNG is damaged: colour type ${colourType} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw new DataError(`the PNG is damaged: compression ${compression}, filter ${filter}, interlace ${interlace}`);
  return header;
}

/** An upper case letter begins the name of a chunk without which the image cannot be shown. */
const isCritical = (name: string) => (name.charCodeAt(0) & 0x20) === 0;

function requireChecksum(bytes: Uint8Array, { name, start, end }: PngChunk): void {
  const expected = viewOf(bytes).getUint32(end - 4);
  const actual = crc32(bytes.subarray(start + 4, end - 4));
  if (actual !== expected) throw new DataError(`the PNG is damaged: the checksum of ${name} is wrong, at ${start}`);
}

/** @returns `undefined` for what libpng ignores: a length that does not fit, or no palette before it */
function transparencyOf(data: Bytes, { colourType, depth, palette }: PngFile): Bytes | undefined {
  if (colourType === PALETTE) return palette && data.length > 0 && data.length <= palette.length / 3 ? data : undefined;
  if (colourType !== GREY && colourType !== COLOUR) return undefined;
  if (data.length !== 2 * PNG_COLOUR_TYPES[colourType]!.samples) return undefined;
  // PNG, 11.3.2.1: of the 16 bits only the lowest ones count.
  const masked = data.slice();
  const mask = 2 ** depth - 1;
  for (let at = 0; at < masked.length; at += 2) {
    masked[at]! &= mask >> 8;
    masked[at + 1]! &= mask & 0xff;
  }
  return masked;
}

function resolutionOf(data: Bytes): PngResolution {
  const view = viewOf(data);
  return { x: view.getUint32(0), y: view.getUint32(4), unit: data[8] === 1 ? 'metre' : 'unknown' };
}

/** The longest IDAT that is made. */
const MOST_DATA = 2 ** 30;

/**
 * The PNG that pngjs gets: what was read above and nothing else, each chunk once and in its place, so that no other parser
 * comes to other conclusions. Its checksums are 0.
 */
export function canonicalPng({ palette, transparency, data, ...header }: PngFile): Bytes {
  const chunks: { name: string; parts: readonly Uint8Array[] }[] = [{ name: 'IHDR', parts: [headerBytes(header)] }];
  if (palette) chunks.push({ name: 'PLTE', parts: [palette] });
  if (transparency) chunks.push({ name: 'tRNS', parts: [transparency] });
  let parts: Uint8Array[] = [];
  let length = 0;
  for (const part of data) {
    if (length + part.length > MOST_DATA) {
      chunks.push({ name: 'IDAT', parts });
      [parts, length] = [[], 0];
    }
    parts.push(part);
    length += part.length;
  }
  chunks.push({ name: 'IDAT', parts }, { name: 'IEND', parts: [] });
  return joinPng(chunks);
}

function headerBytes({ width, height, depth, colourType, interlace }: Omit<PngHeader, never>): Uint8Array {
  const bytes = new Uint8Array(13);
  const view = viewOf(bytes);
  view.setUint32(0, width);
  view.setUint32(4, height);
  bytes.set([depth, colourType, 0, 0, interlace], 8);
  return bytes;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

function joinPng(chunks: readonly { name: string; parts: readonly Uint8Array[] }[]): Bytes {
  const sizes = chunks.map(({ parts }) => parts.reduce((sum, { length }) => sum + length, 0));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + 12 + size, SIGNATURE.length));
  const view = viewOf(bytes);
  bytes.set(SIGNATURE);
  let at = SIGNATURE.length;
  for (const [index, { name, parts }] of chunks.entries()) {
    view.setUint32(at, sizes[index]!);
    for (let letter = 0; letter < 4; letter++) bytes[at + 4 + letter] = name.charCodeAt(letter);
    at += 8;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    at += 4;
  }
  return bytes;
}

/** The pHYs chunk of a resolution. */
export function resolutionChunk({ x, y, unit }: PngResolution): Bytes {
  const bytes = new Uint8Array(21);
  const view = viewOf(bytes);
  view.setUint32(0, 9);
  for (const [index, letter] of [...'pHYs'].entries()) bytes[4 + index] = letter.charCodeAt(0);
  view.setUint32(8, x);
  view.setUint32(12, y);
  bytes[16] = unit === 'metre' ? 1 : 0;
  view.setUint32(17, crc32(bytes.subarray(4, 17)));
  return bytes;
}

const viewOf = ({ buffer, byteOffset, length }: Uint8Array) => new DataView(buffer, byteOffset, length);
