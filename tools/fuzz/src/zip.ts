import { crc32, deflateRawSync } from 'node:zlib';
import {
  type BuildEntry,
  type BuildZip,
  buildZip,
  field,
  join,
  u32,
  zip64End,
  zip64Field,
} from '../../../packages/formats/src/oracle/build-zip.ts';
import { LEGAL_ZIPS } from '../../../packages/formats/src/oracle/legal-zips.ts';
import { readWithPython } from '../../../packages/formats/src/oracle/zip-judges.ts';
import { readZip, writeZip } from '../../../packages/jszip/src/index.ts';
import { type RawEntry, rawZip } from '../../../packages/jszip/src/oracle/raw-zip.ts';
import type { Dice } from './dice.ts';
import { type Fuzz, fuzzHostileFiles, type Outcome } from './hostile-files.ts';

const BUDGETS = { maxBytes: 8 * 1024 * 1024 };

/** Damaged archives. */
export const fuzzZip: Fuzz = fuzzHostileFiles({
  async prepare() {
    const archives = await validArchives();
    return (dice) => (dice.below(2) === 0 ? damaged(archives, dice) : contradictory(dice));
  },

  async read(archive): Promise<Outcome> {
    const files = await readZip(archive, BUDGETS);
    for (const name of files.keys()) {
      if (/^\/|^[a-z]:|\\|(^|\/)\.{0,2}(\/|$)/i.test(name))
        return { kind: 'an unsafe name', wrong: `An unsafe name came out: ${JSON.stringify(name)}` };
    }
    return await compared(files, archive);
  },
});

/** The files have to be those that Python's zipfile reads, as far as it reads the archive. */
async function compared(files: Awaited<ReturnType<typeof readZip>>, archive: Uint8Array): Promise<Outcome> {
  const python = await readWithPython(archive);
  // What it refuses, such as a version of the format that is needed, has no other content.
  if ('error' in python) return { kind: `files, which zipfile refuses (${python.error.replace(/[\d'"].*/s, '…')})` };
  // Names that are not marked are in code page 437 to it, and it has no names in extra fields: contents are in order.
  const contents = Array.from(files.values(), (file) => file.getvalue());
  const theirs = python.files.filter(([name, content]) => content.length > 0 || !/[\\/]$/.test(name));
  const isSame = contents.every((content, index) => Buffer.compare(content, theirs[index]?.[1] ?? NOTHING) === 0);
  if (isSame && contents.length === theirs.length) return { kind: 'files' };
  // An empty entry with the attributes of a folder is a file to zipfile.
  const [some, all] = [contents, theirs.map(([, content]) => content)].map((list) =>
    list.filter(({ length }) => length > 0).map((content) => Buffer.from(content).toString('base64')),
  );
  if (JSON.stringify(some) === JSON.stringify(all)) return { kind: 'files, and folders by their attributes' };
  return { kind: 'other files', wrong: `zipfile reads ${theirs.length} files, and other contents` };
}

const NOTHING = Uint8Array.of(0);

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
    ...LEGAL_ZIPS.map(({ archive }) => archive),
    rawZip([deflated('a', odd), deflated('folder/b', Buffer.from(text)), { name: 'folder/', data: Buffer.alloc(0) }]),
  ];
}

/** An archive of a few files, of any legal kind, in which one field or the other may contradict the rest. */
function contradictory(dice: Dice): Uint8Array {
  const one = (in_: number) => dice.below(in_) === 0;
  const contents = ['', 'Hello', 'the same again '.repeat(20)].map((text) => Buffer.from(text));
  const number = () => dice.from([0, 1, 5, 30, 36, 300, 0xffff, 0xffffffff]);
  const wrong = () => ({
    ...(one(12) && { flags: dice.from([1, 2, 8, 0x800, 0x2000]) }),
    ...(one(15) && { method: dice.from([0, 8, 12]) }),
    ...(one(12) && { crc: number() }),
    ...(one(12) && { compressedSize: number() }),
    ...(one(12) && { size: number() }),
    ...(one(10) && {
      extra: dice.from([
        zip64Field(5, 5, 0),
        zip64Field(number(), number()),
        zip64Field(number()),
        join(zip64Field(0), zip64Field(36)),
        field(0x7075, 1, 0, 0, 0, 0, 0x61),
        field(0x5455, 1, 0, 0, 0, 0),
        Uint8Array.of(0, 0),
      ]),
    }),
  });
  const entries = Array.from({ length: 1 + dice.below(4) }, (_, index): BuildEntry => {
    const content = dice.from(contents);
    const deflate = one(2);
    const size = deflate ? deflateRawSync(content).length : content.length;
    const streamed = one(4);
    const signed = one(2) ? u32(0x08074b50) : [];
    return {
      name: dice.from(['a', 'b/c', 'd\\e', 'naïve', 'f/', '../up']) + index,
      content,
      deflate,
      ...(streamed && {
        flags: 8,
        descriptor: Uint8Array.of(
          ...signed,
          ...u32(one(15) ? number() : crc32(content), size, one(15) ? number() : content.length),
        ),
      }),
      local: { ...(streamed && one(2) && { crc: 0, size: 0, compressedSize: 0 }), ...(one(3) && wrong()) },
      central: {
        ...(one(3) && wrong()),
        ...(one(8) && {
          madeBy: dice.from([0x0314, 0x0b14, 0x1314]),
          attributes: dice.from([0x10, 0x41ed0010, 0x81a40000, 0x81a40010]),
        }),
        ...(one(20) && { offset: number() }),
      },
      ...(one(25) && { parts: dice.from(['local', 'central'] as const) }),
    };
  });
  const zip: BuildZip = {
    ...(one(6) && { prefix: Buffer.from('#!/bin/sh\n') }),
    ...(one(8) && { zip64: zip64End }),
    ...(one(12) && { gap: Buffer.from('unused') }),
    ...(one(8) && { comment: Buffer.from('a comment') }),
    ...(one(12) && { trailing: Buffer.from('more') }),
    ...(one(12) && { end: { entries: number(), offset: number() } }),
  };
  return buildZip(entries, zip);
}

function damaged(archives: readonly Uint8Array[], dice: Dice): Uint8Array {
  // The one that inflates to megabytes is slow, and seldom.
  const pick = () => {
    const at = dice.below(archives.length);
    return archives[at === 3 && dice.below(10) > 0 ? 4 : at]!;
  };
  let bytes = pick().slice();
  for (let times = dice.from([0, 0, 0, 1, 2, 3]); times >= 0 && bytes.length > 0; times--) {
    // Half of the damage goes to the directory at the end, where it matters most.
    const at =
      dice.below(2) === 0 ? dice.below(bytes.length) : bytes.length - 1 - dice.below(Math.min(bytes.length, 300));
    switch (dice.below(16)) {
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
