import { setTimeout as wait } from 'node:timers/promises';
import { crc32, deflateSync } from 'node:zlib';
import type { FuzzOptions, FuzzResult } from '../../../packages/core/src/oracle/fuzz.ts';
import { type ReadPngOptions, readPng, writePng } from '../../../packages/pngjs/src/index.ts';

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
const EXPECTED = /^ERR_MEMIO_(ADAPTER|LIMIT|RANGE)$/;

/** In milliseconds, for one file. The machine may be busy; what hangs takes longer than any of this. */
const MOST_TIME = 10_000;
/** In bytes, for all files together: each is smaller than 4 KiB. */
const MOST_MEMORY = 512 * 1024 * 1024;
const MOST_DIFFERENCES = 20;
const PROGRESS_EVERY = 10_000;

/** Reads damaged PNGs: each has to end in an image or a typed error, in time, in memory, without a stray exception. */
export async function fuzzPng({
  steps: wanted,
  seconds = Number.POSITIVE_INFINITY,
  seed,
  most = MOST_DIFFERENCES,
  log = () => {},
}: FuzzOptions): Promise<FuzzResult> {
  const done: FuzzResult = { steps: 0, sequences: 0, differences: [] };
  const known = new Set<string>();
  const dice = new Dice(seed);
  const outcomes = new Map<string, number>();
  let last: { file: Uint8Array; options: ReadPngOptions } | undefined;
  const report = (what: string) => {
    if (known.has(what)) return;
    known.add(what);
    const { file, options } = last!;
    const shown = `${what}\n  options: ${JSON.stringify(options)}\n  file: ${Buffer.from(file).toString('base64')}`;
    done.differences.push(shown);
    log(`\n${shown}\n(--seed ${seed}, step ${done.steps})\n`);
  };
  const stray = (error: unknown) => report(`An error was raised where nobody can catch it: ${error}`);
  process.on('uncaughtException', stray).on('unhandledRejection', stray);

  const started = performance.now();
  const residentBefore = process.resourceUsage().maxRSS;
  let progressAt = started + PROGRESS_EVERY;
  try {
    while (done.steps < wanted && done.differences.length < most && performance.now() - started < seconds * 1000) {
      last = { file: damaged(dice), options: readOptions(dice) };
      const outcome = await read(last.file, last.options, dice);
      if (outcome.wrong !== undefined) report(outcome.wrong);
      outcomes.set(outcome.kind, (outcomes.get(outcome.kind) ?? 0) + 1);
      done.steps += 1;
      if (performance.now() > progressAt) {
        progressAt = performance.now() + PROGRESS_EVERY;
        log(`fuzz: ${done.steps} steps so far`);
      }
    }
    await wait(50);
  } finally {
    process.off('uncaughtException', stray).off('unhandledRejection', stray);
  }
  done.sequences = done.steps;
  const taken = (process.resourceUsage().maxRSS - residentBefore) * 1024;
  if (taken > MOST_MEMORY) report(`${Math.round(taken / 1024 / 1024)} MiB of memory were taken`);
  for (const [kind, count] of [...outcomes].sort(([, one], [, other]) => other - one)) log(`fuzz: ${count} x ${kind}`);
  return done;
}

interface Outcome {
  kind: string;
  /** What must not be. */
  wrong?: string;
}

async function read(file: Uint8Array, options: ReadPngOptions, dice: Dice): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, MOST_TIME, 'late');
  });
  const before = file.slice();
  try {
    const png = await Promise.race([readPng(file, options), late]);
    if (png === 'late') return { kind: 'a hang', wrong: `Neither an image nor an error within ${MOST_TIME} ms` };
    if (Buffer.compare(before, file) !== 0) return { kind: 'a change', wrong: 'The file was changed' };
    const { width, height, data } = png;
    if (data.length !== width * height * 4)
      return { kind: 'a wrong image', wrong: `An image of ${width} x ${height} pixels has ${data.length} values` };
    if (!options.skipRescale && dice.below(16) === 0) {
      const again = await readPng(await writePng(png));
      if (Buffer.compare(data, again.data) !== 0)
        return { kind: 'other pixels', wrong: 'The image has other pixels once it was written' };
    }
    return { kind: 'an image' };
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    if (error instanceof Error && EXPECTED.test(String(code))) return { kind: kindOf(message) };
    return { kind: 'another error', wrong: `Not a typed error: ${(error as Error)?.stack ?? error}` };
  } finally {
    clearTimeout(timer);
  }
}

/** A message without what differs from file to file. */
const kindOf = (message: string) =>
  message
    .replace(/-?\d+/g, 'N')
    .replace(/cut off in .*, at/s, 'cut off in a chunk, at')
    .replace(/chunk type .*/s, 'chunk type');

const readOptions = (dice: Dice): ReadPngOptions => ({
  checkCRC: dice.below(8) > 0,
  skipRescale: dice.below(4) === 0,
  strict: dice.below(4) === 0,
});

function damaged(dice: Dice): Uint8Array {
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
  const parts = [chunk('IHDR', [0, 0, 0, width, 0, 0, 0, height, depth, colorType, 0, 0, interlaced])];
  if (dice.below(3) === 0) parts.push(chunk('gAMA', [0, 0, 0xb1, 0x8f]));
  if (colorType === 3) parts.push(chunk('PLTE', dice.bytes(3 * colours)));
  if (dice.below(3) === 0) {
    if (colorType === 3) parts.push(chunk('tRNS', dice.bytes(dice.below(colours + 1))));
    else if (colorType < 3) parts.push(chunk('tRNS', dice.bytes(2 * CHANNELS[colorType]!)));
  }
  if (dice.below(4) === 0) parts.push(chunk('tEXt', Buffer.from('Comment\0fuzz')));
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
    parts.push(chunk('IDAT', pixels.subarray(at, end)));
    at = end;
  }
  return Buffer.concat([Uint8Array.from(SIGNATURE), ...parts, chunk('IEND', [])]);
}

function chunk(name: string, data: ArrayLike<number>): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
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

/** Random numbers that are the same for the same seed (mulberry32). */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 to `most` - 1. */
  below(most: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * most);
  }

  from<Value>(values: readonly Value[]): Value {
    return values[this.below(values.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}
