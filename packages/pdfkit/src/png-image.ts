import { DataError } from '@memio/core/adapter';
import {
  crc32,
  PNG_COLOUR_TYPES as KINDS,
  PNG_MAX_INTEGER as MOST,
  type PngHeader,
  pngChunks,
  pngHeader,
} from '@memio/formats';

/** A picture that PDFKit can be given. */
export interface Picture {
  width: number;
  height: number;
  /** An alias of what was checked, or, of a PNG, only those chunks of it that make the picture. */
  bytes: Uint8Array<ArrayBuffer>;
}

/** Of Adam7: x and y of the first pixel, and the steps to the next ones. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

interface Header extends PngHeader {
  bitsPerPixel: number;
  interlaced: boolean;
}

/**
 * Checks everything that makes PDFKit fail, later and out of reach, or draw another picture: chunks and their CRCs, the
 * header, and the image data, which is inflated as far as its header promises and thrown away.
 *
 * @param accept is shown the size before anything is inflated, and throws to refuse it
 * @see {@link https://www.w3.org/TR/png-3/#5DataRep | PNG, Datastream structure}
 * @throws {DataError} when it is damaged, or nothing that PDFKit can draw
 */
export async function checkPng(
  bytes: Uint8Array<ArrayBuffer>,
  accept: (width: number, height: number) => void,
  signal?: AbortSignal,
): Promise<Picture> {
  const { header, kept, pixels } = takeApart(bytes);
  const { width, height } = header;
  accept(width, height);
  await checkRows(pixels, passesOf(header), signal);
  return { width, height, bytes: join(kept, bytes) };
}

function takeApart(bytes: Uint8Array<ArrayBuffer>) {
  const fields = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept = [bytes.subarray(0, 8)];
  const pixels: Uint8Array<ArrayBuffer>[] = [];
  let header: Header | undefined;
  let colours = 0;
  for (const { name, start, end, data } of pngChunks(bytes)) {
    if (crc32(bytes.subarray(start + 4, end - 4)) !== fields.getUint32(end - 4)) throw damaged(`the CRC of ${name}`);
    if (!header !== (name === 'IHDR')) throw damaged(header ? 'a second IHDR' : 'IHDR is not its first chunk');
    const indexed = header?.colourType === 3;
    const { length } = data;
    let keep = true;
    if (name === 'IHDR') header = readHeader(bytes, length);
    else if (name === 'IDAT') pixels.push(data);
    else if (name === 'PLTE') {
      if (colours || pixels.length > 0 || length === 0 || length % 3 || length > 768) throw damaged('its palette');
      colours = length / 3;
      // In a picture that has no indices, PDFKit would take it for one that has.
      keep = indexed;
    } else if (name === 'tRNS' && indexed) {
      if (length > colours || pixels.length > 0) throw damaged('its transparency');
      if (header!.depth < 8) throw undrawable('transparency with less than 8 bits a pixel');
    } else if (name === 'tRNS' && header!.colourType < 4) throw undrawable('a transparent colour');
    else if (/^[A-Z]/.test(name) && name !== 'IEND')
      throw new DataError(`the PNG has a chunk that is not known, ${name}`);
    else keep = name === 'IEND';
    if (keep) kept.push(bytes.subarray(start, end));
  }
  if (pixels.length === 0) throw damaged('it has no image data');
  if (header!.colourType === 3 && !colours) throw damaged('it has no palette');
  return { header: header!, kept, pixels };
}

function readHeader(bytes: Uint8Array, length: number): Header {
  const header = pngHeader(bytes);
  if (!header) throw damaged(`IHDR of ${length} bytes`);
  const { width, height, depth, colourType, compression, filter, interlace } = header;
  const kind = KINDS[colourType];
  if (width < 1 || height < 1 || width > MOST || height > MOST) throw damaged(`a size of ${width} x ${height} pixels`);
  if (!kind?.depths.includes(depth)) throw damaged(`colour type ${colourType} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw damaged('its compression, filter or interlace method');
  const interlaced = interlace === 1;
  if (interlaced && depth < 8) throw undrawable('interlacing with less than 8 bits a sample');
  if (interlaced && width < 5) throw undrawable('interlacing in less than 5 columns');
  return { ...header, bitsPerPixel: depth * kind.samples, interlaced };
}

interface Pass {
  rows: number;
  /** Of one row, its filter byte included. */
  bytes: number;
}

function passesOf({ width, height, bitsPerPixel, interlaced }: Header): Pass[] {
  const passes = interlaced ? PASSES : ([[0, 0, 1, 1]] as const);
  return passes
    .map(([x, y, stepX, stepY]) => ({
      rows: Math.ceil((height - y) / stepY),
      bytes: 1 + Math.ceil((Math.ceil((width - x) / stepX) * bitsPerPixel) / 8),
    }))
    .filter(({ rows, bytes }) => rows > 0 && bytes > 1);
}

/** Inflates the image data, and stops at the first byte too many. */
async function checkRows(data: Uint8Array<ArrayBuffer>[], passes: Pass[], signal?: AbortSignal): Promise<void> {
  const total = passes.reduce((sum, { rows, bytes }) => sum + rows * bytes, 0);
  const reader = inSmallPieces(data).pipeThrough(new DecompressionStream('deflate')).getReader();
  let inflated = 0;
  let [pass, row, rowStart] = [0, 0, 0];
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new DataError('the PNG is damaged: its image data cannot be inflated', { cause });
      });
      signal?.throwIfAborted();
      if (done) break;
      while (pass < passes.length && rowStart < inflated + value.length) {
        const filter = value[rowStart - inflated]!;
        if (filter > 4) throw damaged(`a row with filter ${filter}`);
        rowStart += passes[pass]!.bytes;
        if (++row === passes[pass]!.rows) [pass, row] = [pass + 1, 0];
      }
      inflated += value.length;
      if (inflated > total) throw damaged(`its image data has more than the ${total} bytes of its size`);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
  if (inflated < total) throw damaged(`its image data has ${inflated} bytes where its size asks for ${total}`);
}

const PIECE = 16_384;

/** Some platforms inflate all that they are given before they look whether anybody still wants it. */
function inSmallPieces(data: Uint8Array<ArrayBuffer>[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  let [index, at] = [0, 0];
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        while (index < data.length && at >= data[index]!.length) [index, at] = [index + 1, 0];
        if (index === data.length) return controller.close();
        controller.enqueue(data[index]!.subarray(at, at + PIECE));
        at += PIECE;
      },
    },
    { highWaterMark: 0 },
  );
}

/** The pieces in one array; `whole` itself where there is nothing else in it. */
function join(pieces: Uint8Array<ArrayBuffer>[], whole: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length === whole.length) return whole;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

const damaged = (what: string) => new DataError(`the PNG is damaged: ${what}`);
const undrawable = (what: string) =>
  new DataError(`PDFKit draws ${what} wrongly; make the PNG plain RGBA first, as writePng(await readPng(…)) does`);
