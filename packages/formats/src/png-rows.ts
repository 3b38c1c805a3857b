import { DataError } from '@memio/core/adapter';
import type { Pacer } from './pacer.ts';
import type { PngPicture } from './png-picture.ts';
import { adler32, inflateZlib } from './zlib.ts';

/** A pass of Adam7, or the whole picture: its first pixel, and the steps to the next ones. */
export interface PngPass {
  left: number;
  top: number;
  stepX: number;
  stepY: number;
  /** In pixels. */
  columns: number;
  rows: number;
  /** Of one row, without its filter byte. */
  bytes: number;
}

/** PNG, table 8.1: left, top, and the steps. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The passes that have pixels, in their order. */
export function pngPasses({ width, height, depth, samples, interlaced }: PngPicture): PngPass[] {
  return (interlaced ? ADAM7 : ([[0, 0, 1, 1]] as const))
    .map(([left, top, stepX, stepY]) => {
      const columns = Math.ceil((width - left) / stepX);
      const rows = Math.ceil((height - top) / stepY);
      return { left, top, stepX, stepY, columns, rows, bytes: Math.ceil((columns * depth * samples) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/**
 * Inflates the image data of a PNG and hands out its rows as they are stored: a filter byte, 0 to 4, and filtered bytes.
 * It holds two rows, and the event loop runs every few milliseconds.
 *
 * @param visit `row` is a buffer that is used again: copy what is to be kept
 * @param between runs when some rows have been visited, before more are inflated
 * @throws {DataError} when the image data is damaged, too short or too long
 */
export async function visitPngRows(
  picture: PngPicture,
  pacer: Pacer,
  visit: (row: Uint8Array, pass: PngPass, y: number) => void,
  between: () => Promise<void> | undefined = () => undefined,
): Promise<void> {
  const passes = pngPasses(picture);
  const total = passes.reduce((sum, { rows, bytes }) => sum + rows * (1 + bytes), 0);
  const buffer = new Uint8Array(1 + Math.max(...passes.map(({ bytes }) => bytes)));
  let [index, y, filled, inflated, checksum] = [0, 0, 0, 0, 1];
  for await (const chunk of inflateZlib(picture.data, 'the image data of the PNG')) {
    inflated += chunk.length;
    if (inflated > total) throw damaged(`its image data has more than the ${total} bytes of its size`);
    checksum = adler32(chunk, checksum);
    for (let at = 0; at < chunk.length; ) {
      const pass = passes[index]!;
      const length = 1 + pass.bytes;
      const taken = Math.min(length - filled, chunk.length - at);
      if (taken < 16) for (let byte = 0; byte < taken; byte++) buffer[filled + byte] = chunk[at + byte]!;
      else buffer.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < length) break;
      filled = 0;
      if (buffer[0]! > 4) throw damaged(`a row with filter ${buffer[0]}`);
      visit(length === buffer.length ? buffer : buffer.subarray(0, length), pass, y);
      if (++y === pass.rows) [index, y] = [index + 1, 0];
      const pause = (y & 63) === 0 ? pacer.pause() : undefined;
      if (pause) await pause;
    }
    const flush = between();
    if (flush) await flush;
  }
  if (inflated < total) throw damaged(`its image data has ${inflated} bytes where its size asks for ${total}`);
  // Some platforms ignore what follows the stream, others refuse it: it is refused on all of them.
  if (lastInteger(picture.data) !== checksum) throw damaged('bytes follow its compressed image data');
}

/** Undoes the filters of the rows of a pass, from the top down (PNG, 9.2). */
export class PngUnfilter {
  readonly #step: number;
  #above: Uint8Array;
  #row: Uint8Array;

  /**
   * Begins a pass: the row above its first one is zeros.
   *
   * @param bytes the length of a row, without its filter byte
   * @param bitsPerPixel with less than 8, the byte to the left takes the place of the pixel to the left
   */
  constructor(bytes: number, bitsPerPixel: number) {
    this.#step = Math.max(1, bitsPerPixel >> 3);
    this.#above = new Uint8Array(bytes);
    this.#row = new Uint8Array(bytes);
  }

  /**
   * @param filtered a filter byte and filtered bytes
   * @returns the bytes; they are valid until the next but one call
   */
  next(filtered: Uint8Array): Uint8Array {
    const [row, above] = [this.#above, this.#row];
    this.#above = above;
    this.#row = row;
    row.set(filtered.subarray(1));
    const step = this.#step;
    const { length } = row;
    switch (filtered[0]) {
      case 1:
        for (let at = step; at < length; at++) row[at]! += row[at - step]!;
        break;
      case 2:
        for (let at = 0; at < length; at++) row[at]! += above[at]!;
        break;
      case 3:
        for (let at = 0; at < length; at++) row[at]! += ((at < step ? 0 : row[at - step]!) + above[at]!) >> 1;
        break;
      case 4:
        for (let at = 0; at < Math.min(step, length); at++) row[at]! += above[at]!;
        for (let at = step; at < length; at++) row[at]! += paeth(row[at - step]!, above[at]!, above[at - step]!);
    }
    return row;
  }
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** The samples of a row as numbers, `count` of them, written to `into`. */
export function unpackSamples(row: Uint8Array, depth: number, count: number, into: Uint8Array | Uint16Array): void {
  if (depth === 8) into.set(row.subarray(0, count));
  else if (depth === 16) for (let at = 0; at < count; at++) into[at] = (row[2 * at]! << 8) | row[2 * at + 1]!;
  else {
    const mask = 2 ** depth - 1;
    const perByte = 8 / depth;
    for (let at = 0; at < count; at++)
      into[at] = (row[(at / perByte) | 0]! >> (8 - depth * (1 + (at % perByte)))) & mask;
  }
}

/** The last four bytes as an unsigned integer, however they are divided. */
function lastInteger(pieces: readonly Uint8Array[]): number {
  const last: number[] = [];
  for (let index = pieces.length - 1; index >= 0 && last.length < 4; index--)
    last.unshift(...pieces[index]!.subarray(-(4 - last.length)));
  return last.reduce((value, byte) => value * 256 + byte, 0);
}

const damaged = (what: string) => new DataError(`the PNG is damaged: ${what}`);
