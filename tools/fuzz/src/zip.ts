import { setTimeout as wait } from 'node:timers/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { isMemioError } from '../../../packages/core/src/errors.ts';
import type { FuzzOptions, FuzzResult } from '../../../packages/core/src/oracle/fuzz.ts';
import { readZip, writeZip } from '../../../packages/jszip/src/index.ts';
import { type RawEntry, rawZip } from '../../../packages/jszip/src/oracle/raw-zip.ts';

/** In milliseconds, for one archive. */
const MOST_TIME = 2000;
/** In bytes, for all archives together: each is smaller than 16 KiB. */
const MOST_MEMORY = 512 * 1024 * 1024;
const MOST_DIFFERENCES = 20;
const PROGRESS_EVERY = 10_000;
const BUDGETS = { maxBytes: 8 * 1024 * 1024 };

/** Reads damaged archives: each has to end in files or a typed error, in time, in memory, without a stray exception. */
export async function fuzzZip({
  steps: wanted,
  seconds = Number.POSITIVE_INFINITY,
  seed,
  most = MOST_DIFFERENCES,
  log = () => {},
}: FuzzOptions): Promise<FuzzResult> {
  const done: FuzzResult = { steps: 0, sequences: 0, differences: [] };
  const known = new Set<string>();
  const outcomes = new Map<string, number>();
  const dice = diceOf(seed);
  let last: Uint8Array = new Uint8Array(0);
  const report = (what: string) => {
    if (known.has(what)) return;
    known.add(what);
    const shown = `${what}\n  archive: ${Buffer.from(last).toString('base64')}`;
    done.differences.push(shown);
    log(`\n${shown}\n(--seed ${seed}, step ${done.steps})\n`);
  };
  const stray = (error: unknown) => report(`An error was raised where nobody can catch it: ${error}`);
  process.on('uncaughtException', stray).on('unhandledRejection', stray);

  const started = performance.now();
  const residentBefore = process.resourceUsage().maxRSS;
  let progressAt = started + PROGRESS_EVERY;
  try {
    const archives = await validArchives();
    while (done.steps < wanted && done.differences.length < most && performance.now() - started < seconds * 1000) {
      last = damaged(archives, dice);
      const { kind, wrong } = await read(last);
      if (wrong !== undefined) report(wrong);
      outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
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
  for (const [kind, count] of [...outcomes].sort(([, one], [, other]) => other - one).slice(0, 40))
    log(`fuzz: ${count} x ${kind}`);
  return done;
}

async function read(archive: Uint8Array): Promise<{ kind: string; wrong?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, MOST_TIME, 'late');
  });
  const before = archive.slice();
  try {
    const files = await Promise.race([readZip(archive, BUDGETS), late]);
    if (files === 'late') return { kind: 'a hang', wrong: `Neither files nor an error within ${MOST_TIME} ms` };
    if (Buffer.compare(before, archive) !== 0) return { kind: 'a change', wrong: 'The archive was changed' };
    for (const name of files.keys()) {
      if (/^\/|^[a-z]:|\\|(^|\/)\.{0,2}(\/|$)/i.test(name))
        return { kind: 'an unsafe name', wrong: `An unsafe name came out: ${JSON.stringify(name)}` };
    }
    return { kind: 'files' };
  } catch (error) {
    // Names, numbers and quoted text differ from archive to archive.
    if (isMemioError(error)) return { kind: error.message.replace(/"(?:[^"\\]|\\.)*"/g, '"…"').replace(/\d+/g, 'N') };
    return { kind: 'another error', wrong: `Not a typed error: ${(error as Error)?.stack ?? error}` };
  } finally {
    clearTimeout(timer);
  }
}

type Dice = (below: number) => number;

/** Mulberry32: the same seed gives the same archives. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function validArchives(): Promise<Uint8Array[]> {
  const text = 'the same again '.repeat(40);
  const odd = Uint8Array.from({ length: 300 }, (_, index) => (index * index) >>> 2);
  const deflated = (name: string, content: Uint8Array): RawEntry => ({
    name,
    data: deflateRawSync(content),
    method: 8,
    size: content.length,
    crc: crc32(content),
  });
  const files = { 'a.txt': text, 'b/ü.bin': odd, empty: '', '7': 'x' };
  const made = await Promise.all([
    writeZip(files),
    writeZip(files, { compression: 'DEFLATE' }),
    writeZip(files, { compression: 'DEFLATE', streamFiles: true, comment: 'of all of them', platform: 'UNIX' }),
  ]);
  return [
    ...made.map((zip) => zip.getvalue()),
    rawZip([deflated('zeros', new Uint8Array(5_000_000))]),
    rawZip([deflated('a', odd), deflated('folder/b', Buffer.from(text)), { name: 'folder/', data: Buffer.alloc(0) }]),
  ];
}

function damaged(archives: readonly Uint8Array[], dice: Dice): Uint8Array {
  // The one that inflates to megabytes is slow, and seldom.
  const pick = () => archives[dice(40) === 0 ? 3 : [0, 1, 2, 4][dice(4)]!]!;
  let bytes = pick().slice();
  for (let times = dice(4); times >= 0 && bytes.length > 0; times--) {
    // Half of the damage goes to the directory at the end, where it matters most.
    const at = dice(2) === 0 ? dice(bytes.length) : bytes.length - 1 - dice(Math.min(bytes.length, 300));
    switch (dice(6)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), pick().subarray(dice(200))]);
        break;
      case 2:
        bytes.copyWithin(at, dice(bytes.length), dice(bytes.length));
        break;
      case 3:
        bytes[at] = [0x00, 0x01, 0x7f, 0x80, 0xff][dice(5)]!;
        break;
      default:
        bytes[at]! ^= 1 << dice(8);
    }
  }
  return Uint8Array.from(bytes);
}
