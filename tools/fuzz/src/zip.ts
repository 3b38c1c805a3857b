import { crc32, deflateRawSync } from 'node:zlib';
import { readZip, writeZip } from '../../../packages/jszip/src/index.ts';
import { type RawEntry, rawZip } from '../../../packages/jszip/src/oracle/raw-zip.ts';
import type { Dice } from './dice.ts';
import { type Fuzz, fuzzHostileFiles, type Outcome } from './hostile-files.ts';

const BUDGETS = { maxBytes: 8 * 1024 * 1024 };

/** Damaged archives. */
export const fuzzZip: Fuzz = fuzzHostileFiles({
  async prepare() {
    const archives = await validArchives();
    return (dice) => damaged(archives, dice);
  },

  async read(archive): Promise<Outcome> {
    const files = await readZip(archive, BUDGETS);
    for (const name of files.keys()) {
      if (/^\/|^[a-z]:|\\|(^|\/)\.{0,2}(\/|$)/i.test(name))
        return { kind: 'an unsafe name', wrong: `An unsafe name came out: ${JSON.stringify(name)}` };
    }
    return { kind: 'files' };
  },
});

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
  const pick = () => archives[dice.below(40) === 0 ? 3 : dice.from([0, 1, 2, 4])]!;
  let bytes = pick().slice();
  for (let times = dice.below(4); times >= 0 && bytes.length > 0; times--) {
    // Half of the damage goes to the directory at the end, where it matters most.
    const at =
      dice.below(2) === 0 ? dice.below(bytes.length) : bytes.length - 1 - dice.below(Math.min(bytes.length, 300));
    switch (dice.below(6)) {
      case 0:
        bytes = bytes.slice(0, at);
        break;
      case 1:
        bytes = Buffer.concat([bytes.subarray(0, at), pick().subarray(dice.below(200))]);
        break;
      case 2:
        bytes.copyWithin(at, dice.below(bytes.length), dice.below(bytes.length));
        break;
      case 3:
        bytes[at] = dice.from([0x00, 0x01, 0x7f, 0x80, 0xff]);
        break;
      default:
        bytes[at]! ^= 1 << dice.below(8);
    }
  }
  return Uint8Array.from(bytes);
}
