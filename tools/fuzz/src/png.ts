import { crc32, deflateSync } from 'node:zlib';
import { type ReadPngOptions, readPng, writePng } from '../../../packages/pngjs/src/index.ts';
import { pngChunk } from '../../../packages/pngjs/src/oracle/png-chunk.ts';
import type { Dice } from './dice.ts';
import { type Fuzz, fuzzHostileFiles, type Outcome } from './hostile-files.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** The first and next pixel of each pass of Adam7, and of an image that is not interlaced. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const WHOLE = [[0, 0, 1, 1]] as const;
const DEPTHS: Record<number, readonly number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const EXTREMES = [0x00, 0x01, 0x7f, 0x80, 0xff];
/** Damaged PNGs. */
export const fuzzPng: Fuzz = fuzzHostileFiles({
  async prepare() {
    return damagedPng;
  },

  async read(file, dice): Promise<Outcome> {
    const options = readOptions(dice);
    const png = await readPng(file, options);
    const { width, height, data } = png;
    if (data.length !== width * height * 4)
      return { kind: 'a wrong image', wrong: `An image of ${width} x ${height} pixels has ${data.length} values` };
    if (!options.skipRescale && dice.below(16) === 0) {
      const again = await readPng(await writePng(png));
      if (Buffer.compare(data, again.data) !== 0)
        return { kind: 'other pixels', wrong: 'The image has other pixels once it was written' };
    }
    return { kind: 'an image' };
  },
});

const readOptions = (dice: Dice): ReadPngOptions => ({
  checkCRC: dice.below(8) > 0,
  skipRescale: dice.below(4) === 0,
  strict: dice.below(4) === 0,
});

export function damagedPng(dice: Dice): Uint8Array {
  const wounds = dice.below(5);
  let file = valid(dice);
  for (let times = 0; times < wounds; times++) file = wound(file, dice);
  return dice.below(2) === 0 ? withChecksums(file) : file;
}

/** A PNG of any kind. Whatever the rows hold is an image; now and then there are too few or too many of them. */
function valid(dice: Dice): Uint8Array {
  const [width, height] = [1 + dice.below(20), 1 + dice.below(20)];
  const colorType = dice.from([0, 2, 3, 4, 6]);
  const depth = dice.from(DEPTHS[colorType]!);
  const interlaced = dice.below(2);
  const colours = 2 ** Math.min(depth, 8);
  const parts = [pngChunk('IHDR', [0, 0, 0, width, 0, 0, 0, height, depth, colorType, 0, 0, interlaced])];
  if (dice.below(3) === 0) parts.push(pngChunk('gAMA', [0, 0, 0xb1, 0x8f]));
  if (colorType === 3) parts.push(pngChunk('PLTE', dice.bytes(3 * colours)));
  if (dice.below(3) === 0) {
    if (colorType === 3) parts.push(pngChunk('tRNS', dice.bytes(dice.below(colours + 1))));
    else if (colorType < 3) parts.push(pngChunk('tRNS', dice.bytes(2 * CHANNELS[colorType]!)));
  }
  if (dice.below(4) === 0) parts.push(pngChunk('tEXt', Buffer.from('Comment\0fuzz')));
  let rows = Buffer.concat(
    (interlaced ? ADAM7 : WHOLE).flatMap(([x, y, right, down]) => {
      const columns = Math.ceil((width - x) / right);
      if (columns < 1) return [];
      const length = Math.ceil((columns * depth * CHANNELS[colorType]!) / 8);
      const lines = Math.max(0, Math.ceil((height - y) / down));
      return Array.from({ length: lines }, () => Buffer.from([dice.below(5), ...dice.bytes(length)]));
    }),
  );
  if (dice.below(16) === 0) rows = rows.subarray(0, dice.below(rows.length));
  if (dice.below(16) === 0) rows = Buffer.concat([rows, Buffer.alloc(dice.below(200_000))]);
  const pixels = deflateSync(rows, { level: dice.from([0, 1, 9]) });
  for (let at = 0; at < pixels.length; ) {
    const end = at + 1 + dice.below(pixels.length);
    parts.push(pngChunk('IDAT', pixels.subarray(at, end)));
    at = end;
  }
  return Buffer.concat([Uint8Array.from(SIGNATURE), ...parts, pngChunk('IEND', [])]);
}

function wound(file: Uint8Array, dice: Dice): Uint8Array {
  if (file.length === 0) return file;
  const at = dice.below(file.length);
  const end = Math.min(file.length, at + 1 + dice.below(40));
  const copy = file.slice();
  switch (dice.below(10)) {
    case 0:
      return file.slice(0, at);
    case 1:
      return Buffer.concat([file.subarray(0, at), file.subarray(end)]);
    case 2:
      return Buffer.concat([file.subarray(0, end), file.subarray(at)]);
    case 3: {
      const other = valid(dice);
      return Buffer.concat([file.subarray(0, at), other.subarray(dice.below(other.length))]);
    }
    case 4:
    case 5:
      return withChunksMoved(file, dice);
    case 6:
      copy[8 + dice.below(25)] = dice.below(256);
      return copy;
    case 7:
      copy[at] = dice.from(EXTREMES);
      return copy;
    default:
      copy[at]! ^= 1 << dice.below(8);
      return copy;
  }
}

/** Where the chunks begin and end, as far as their lengths make sense. */
function chunksOf(file: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const data = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = SIGNATURE.length; at + 12 <= file.length; ) {
    const end = at + 12 + data.getUint32(at);
    if (end > file.length) break;
    chunks.push(file.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** Leaves one chunk out, repeats it, or puts it elsewhere. */
function withChunksMoved(file: Uint8Array, dice: Dice): Uint8Array {
  const chunks = chunksOf(file);
  if (chunks.length < 2) return file;
  // Mostly behind IHDR: without that nothing else is looked at.
  const first = dice.below(8) === 0 ? 0 : 1;
  const [moved] = chunks.splice(first + dice.below(chunks.length - first), 1);
  for (let times = dice.below(3); times > 0; times--)
    chunks.splice(first + dice.below(chunks.length + 1 - first), 0, moved!);
  return Buffer.concat([file.subarray(0, SIGNATURE.length), ...chunks]);
}

/** Makes the damage pass for what was meant, so that it is found further down. */
function withChecksums(file: Uint8Array): Uint8Array {
  const copy = file.slice();
  for (const each of chunksOf(copy)) {
    const last = each.length - 4;
    new DataView(each.buffer, each.byteOffset).setUint32(last, crc32(each.subarray(4, last)));
  }
  return copy;
}
