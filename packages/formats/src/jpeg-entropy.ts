import { DataError } from '@memio/core/adapter';
import type { Pacer } from './pacer.ts';

/** The longest codes that are decoded in one step. */
const FAST = 12;

/** A Huffman table (T.81, Annex C). */
export class HuffmanTable {
  readonly symbols: Uint8Array;
  /** By length: the largest code, or -1, and what to subtract from a code for its index in `symbols`. */
  readonly largest: Int32Array = new Int32Array(17).fill(-1);
  readonly offset: Int32Array = new Int32Array(17);
  readonly #counts: Uint8Array;
  #fast: Int32Array | undefined;

  /**
   * @param counts how many codes there are of each length from 1 to 16
   * @throws {DataError} when there are more codes than the lengths allow
   */
  constructor(counts: Uint8Array, symbols: Uint8Array) {
    this.#counts = counts;
    this.symbols = symbols;
    let [code, index] = [0, 0];
    for (let length = 1; length <= 16; length++, code <<= 1) {
      const count = counts[length - 1]!;
      this.offset[length] = code - index;
      // All ones is no code, but some encoders use it.
      if (code + count > 2 ** length) throw new DataError('the JPEG is damaged: a Huffman table with too many codes');
      code += count;
      index += count;
      if (count > 0) this.largest[length] = code - 1;
    }
  }

  /**
   * By the next 12 bits: the length of the code, its length with the bits that follow it (as many as the low 4 bits of the
   * symbol say), and the symbol; 0 for longer codes. It is made for a scan: a file may have any number of tables.
   */
  get fast(): Int32Array {
    this.#fast ??= this.#makeFast();
    return this.#fast;
  }

  #makeFast(): Int32Array {
    const fast = new Int32Array(2 ** FAST);
    let index = 0;
    for (let length = 1; length <= FAST; length++) {
      for (let left = this.#counts[length - 1]!; left > 0; left--, index++) {
        const symbol = this.symbols[index]!;
        const code = index + this.offset[length]!;
        const entry = (length << 16) | ((length + (symbol & 15)) << 8) | symbol;
        fast.fill(entry, code << (FAST - length), (code + 1) << (FAST - length));
      }
    }
    return fast;
  }
}

/** One component of a scan. Blocks have 8 x 8 samples. */
export interface ScanComponent {
  dc: HuffmanTable | undefined;
  ac: HuffmanTable | undefined;
  /** Blocks in an interleaved MCU. */
  across: number;
  down: number;
  /** Of the component without the padding to whole MCUs. */
  columns: number;
  rows: number;
  /** With the padding. */
  stride: number;
  /** Progressive only: two words for each block, which have a bit for each coefficient that is not zero. */
  nonzero: Uint32Array;
}

/** What decides how the data of a scan is laid out (T.81, B.2.3). */
export interface ScanParameters {
  progressive: boolean;
  /** Ss, Se and Ah. */
  first: number;
  last: number;
  high: number;
  /** In MCUs; 0 for none. */
  restart: number;
  /** In MCUs, of an interleaved scan. */
  columns: number;
  rows: number;
}

type Block = (reader: BitReader, component: ScanComponent, block: number) => void;

/**
 * Follows the image data of a scan to its last block, without computing a sample: so it is known whether all of it is
 * there, and that every decoder finds the same.
 *
 * @param from the offset of the image data
 * @returns the offset behind the last byte that belongs to a block
 * @see {@link https://www.w3.org/Graphics/JPEG/itu-t81.pdf | ITU-T T.81, Annexes F and G}
 * @throws {DataError} when the data ends early, or no encoder can have written it
 */
export async function followScan(
  bytes: Uint8Array,
  from: number,
  components: readonly ScanComponent[],
  parameters: ScanParameters,
  pacer: Pacer,
): Promise<number> {
  const reader = new BitReader(bytes, from);
  const decode = blockDecoder(parameters);
  const [only] = components;
  const interleaved = components.length > 1;
  const columns = interleaved ? parameters.columns : only!.columns;
  const rows = interleaved ? parameters.rows : only!.rows;
  let left = parameters.restart;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (parameters.restart > 0 && left-- === 0) {
        reader.restart();
        left = parameters.restart - 1;
      }
      if (!interleaved) {
        decode(reader, only!, row * only!.stride + column);
        continue;
      }
      for (const component of components) {
        const { across, down, stride } = component;
        for (let y = 0; y < down; y++)
          for (let x = 0; x < across; x++) decode(reader, component, (row * down + y) * stride + column * across + x);
      }
    }
    const pause = pacer.pause();
    if (pause) await pause;
  }
  return reader.end();
}

function blockDecoder({ progressive, first, last, high }: ScanParameters): Block {
  if (!progressive) return sequentialBlock;
  if (first === 0) return high === 0 ? (reader, { dc }) => reader.skip(reader.symbol(dc!)) : (reader) => reader.skip(1);
  return high === 0 ? firstBlock(first, last) : refinedBlock(first, last, maskOf(first, last));
}

const sequentialBlock: Block = (reader, { dc, ac }) => reader.sequentialBlock(dc!, ac!);

function firstBlock(first: number, last: number): Block {
  return (reader, { ac, nonzero }, block) => {
    if (reader.run > 0) {
      reader.run--;
      return;
    }
    for (let at = first; at <= last; at++) {
      const symbol = reader.symbol(ac!);
      const [run, size] = [symbol >> 4, symbol & 15];
      if (size === 0 && run < 15) {
        reader.run = (1 << run) - 1 + reader.bits(run);
        return;
      }
      at += run;
      if (at > last) throw damaged();
      if (size === 0) continue;
      reader.skip(size);
      nonzero[2 * block + (at >> 5)]! |= 1 << (at & 31);
    }
  };
}

/** T.81, G.1.2.3: a correction bit follows for each coefficient that is passed and not zero. */
function refinedBlock(first: number, last: number, [lowMask, highMask]: readonly [number, number]): Block {
  return (reader, { ac, nonzero }, block) => {
    const low = nonzero[2 * block]!;
    const high = nonzero[2 * block + 1]!;
    let at = first;
    while (reader.run === 0 && at <= last) {
      const symbol = reader.symbol(ac!);
      const size = symbol & 15;
      let run = symbol >> 4;
      if (size > 1) throw damaged();
      if (size === 0 && run < 15) {
        reader.run = (1 << run) + reader.bits(run);
        break;
      }
      let corrections = size;
      for (; at <= last; at++) {
        if (((at < 32 ? low : high) >>> (at & 31)) & 1) corrections++;
        else if (--run < 0) break;
      }
      reader.skipMany(corrections);
      if (size === 1) {
        if (at > last) throw damaged();
        nonzero[2 * block + (at >> 5)]! |= 1 << (at & 31);
      }
      at++;
    }
    if (reader.run === 0) return;
    reader.run--;
    // What this scan has brought before `at` is corrected by later ones alone.
    const [lowRest, highRest] = at === first ? [lowMask, highMask] : maskOf(at, last);
    reader.skipMany(ones(low & lowRest) + ones(high & highRest));
  };
}

/** A bit for each coefficient from `first` to `last`; none when `last` is smaller. */
function maskOf(first: number, last: number): [low: number, high: number] {
  return [bitsBetween(first, Math.min(last, 31)), bitsBetween(Math.max(first, 32) - 32, last - 32)];
}

const bitsBetween = (first: number, last: number): number =>
  last < first ? 0 : (0xffffffff << first) & (0xffffffff >>> (31 - last));

/** The bits that are set. */
function ones(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The bits of a scan, up to the next marker (T.81, F.2.2.5). */
class BitReader {
  /** Of blocks without further coefficients (EOBRUN). */
  run = 0;
  readonly #bytes: Uint8Array;
  #at: number;
  /** The low `#count` bits are those that have been read and not yet used. */
  #hold = 0;
  #count = 0;
  #restarts = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Reads as long as a byte fits. */
  #fill(): void {
    const bytes = this.#bytes;
    while (this.#count <= 24) {
      const byte = bytes[this.#at];
      if (byte === undefined) return;
      if (byte !== 0xff) this.#at++;
      else if (bytes[this.#at + 1] === 0) this.#at += 2;
      else return;
      this.#hold = (this.#hold << 8) | byte;
      this.#count += 8;
    }
  }

  /** @param count 0 to 16 */
  skip(count: number): void {
    if (this.#count < count) {
      this.#fill();
      if (this.#count < count) throw cutOff(this.#bytes);
    }
    this.#count -= count;
  }

  skipMany(count: number): void {
    for (let left = count; left > 0; left -= 16) this.skip(Math.min(left, 16));
  }

  /** @param count 0 to 16 */
  bits(count: number): number {
    if (count === 0) return 0;
    this.skip(count);
    return (this.#hold >>> this.#count) & (2 ** count - 1);
  }

  /** The next symbol. The bits that follow it are not used. */
  symbol(table: HuffmanTable): number {
    if (this.#count < 16) this.#fill();
    const entry = table.fast[this.#ahead()]!;
    const length = entry >>> 16;
    if (entry === 0 || length > this.#count) return this.#longSymbol(table);
    this.#count -= length;
    return entry & 255;
  }

  /** A block of a sequential scan (T.81, F.2.2). Most of the time goes here: the state of the reader is in variables. */
  sequentialBlock(dc: HuffmanTable, ac: HuffmanTable): void {
    this.skip(this.symbol(dc));
    const bytes = this.#bytes;
    const { fast } = ac;
    let hold = this.#hold;
    let count = this.#count;
    let next = this.#at;
    for (let at = 1; at < 64; at++) {
      while (count < 25) {
        const byte = bytes[next];
        if (byte === 0xff) {
          if (bytes[next + 1] !== 0) break;
          next++;
        } else if (byte === undefined) break;
        next++;
        hold = (hold << 8) | byte;
        count += 8;
      }
      const entry = fast[(count >= FAST ? hold >>> (count - FAST) : hold << (FAST - count)) & (2 ** FAST - 1)]!;
      const length = (entry >>> 8) & 255;
      let symbol = entry & 255;
      if (entry !== 0 && length <= count) count -= length;
      else {
        this.#hold = hold;
        this.#count = count;
        this.#at = next;
        symbol = this.symbol(ac);
        this.skip(symbol & 15);
        hold = this.#hold;
        count = this.#count;
        next = this.#at;
      }
      if (symbol === 0) break;
      at += symbol >> 4;
      if (at > 63 || ((symbol & 15) === 0 && symbol !== 0xf0)) throw damaged();
    }
    this.#hold = hold;
    this.#count = count;
    this.#at = next;
  }

  /** The next 12 bits; where there are fewer, zeros follow. */
  #ahead(): number {
    const count = this.#count;
    return (count >= FAST ? this.#hold >>> (count - FAST) : this.#hold << (FAST - count)) & (2 ** FAST - 1);
  }

  #longSymbol({ largest, offset, symbols }: HuffmanTable): number {
    for (let length = 1; length <= 16; length++) {
      if (length > this.#count) throw cutOff(this.#bytes);
      const code = (this.#hold >>> (this.#count - length)) & (2 ** length - 1);
      if (code > largest[length]!) continue;
      this.#count -= length;
      return symbols[code - offset[length]!]!;
    }
    throw damaged();
  }

  /** Goes on behind the restart marker, which has to follow: fewer than 8 bits of padding may precede it. */
  restart(): void {
    const bytes = this.#bytes;
    if (this.#count >= 8 || bytes[this.#at] !== 0xff) {
      if (this.#at >= bytes.length) throw cutOff(bytes);
      throw new DataError(`the JPEG is damaged: no restart marker at byte ${this.end()}`);
    }
    while (bytes[this.#at + 1] === 0xff) this.#at++;
    const marker = bytes[this.#at + 1];
    if (marker === undefined) throw cutOff(bytes);
    if (marker !== 0xd0 + (this.#restarts++ & 7))
      throw new DataError(`the JPEG is damaged: another marker than the expected restart at byte ${this.#at}`);
    this.#at += 2;
    this.#count = 0;
    this.run = 0;
  }

  /** The offset behind the last byte of which a bit was used. */
  end(): number {
    let at = this.#at;
    for (let unused = this.#count >> 3; unused > 0; unused--)
      at -= this.#bytes[at - 1] === 0 && this.#bytes[at - 2] === 0xff ? 2 : 1;
    return at;
  }
}

const damaged = () => new DataError('the JPEG is damaged: its image data is not what its tables allow');
const cutOff = ({ length }: Uint8Array) =>
  new DataError(`the JPEG is cut off: its image data ends before its last pixel (${length} bytes)`);
