import { crc32, deflateRawSync } from 'node:zlib';
import { b } from '@memio/core';
import {
  type BuildEntry,
  type BuildZip,
  buildZip,
  field,
  join,
  u16,
  u32,
  u64,
  zip64End,
  zip64Field,
} from './build-zip.ts';

/** An archive that is legal, though few programs write its kind. */
export interface LegalZip {
  kind: string;
  archive: Uint8Array<ArrayBuffer>;
  /** Its files by name, in Latin-1. */
  files: Record<string, string>;
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const TEXT = b`${'the same again\n'.repeat(9)}`;
const text: BuildEntry = { name: 'text.txt', content: TEXT, deflate: true };
const hello: BuildEntry = { name: 'a.txt', content: b`Hello` };
const HELLO = { 'a.txt': 'Hello' };
const BOTH = { 'text.txt': latin1(TEXT), ...HELLO };
const packed = deflateRawSync(TEXT).length;

/** The sizes and the CRC of an entry as a data descriptor has them. */
const descriptor = (content: Uint8Array, size: number, { signed = true, wide = false } = {}) =>
  Uint8Array.of(
    ...(signed ? u32(0x08074b50) : []),
    ...u32(crc32(content)),
    ...(wide ? u64(size, content.length) : u32(size, content.length)),
  );
const streamed = (given: { signed?: boolean; wide?: boolean } = {}): BuildEntry => ({
  ...text,
  flags: 8,
  local: { crc: 0, size: 0, compressedSize: 0 },
  descriptor: descriptor(TEXT, packed, given),
});
const unicode = (header: Uint8Array, value: string) =>
  field(0x7075, 1, ...u32(crc32(header)), ...new TextEncoder().encode(value));

const legal = (kind: string, files: Record<string, string>, entries: BuildEntry[], zip: BuildZip = {}): LegalZip => ({
  kind,
  archive: buildZip(entries, zip),
  files,
});
const odd = withCrc(0x08074b50);

export const LEGAL_ZIPS: readonly LegalZip[] = [
  legal('of stored and deflated files', BOTH, [text, hello]),
  legal('without entries', {}, []),
  legal('with a prefix that offsets do not count', BOTH, [text, hello], { prefix: b`#!/bin/sh\n` }),
  { kind: 'with a prefix that offsets count', archive: countedPrefix(), files: HELLO },
  legal('with a comment', BOTH, [text, hello], { comment: b`PK and more` }),
  legal('with Zip64 records whose values would fit', BOTH, [text, hello], { zip64: zip64End }),
  legal('with Zip64 records and a prefix', BOTH, [text, hello], { zip64: zip64End, prefix: b`#!/bin/sh\n` }),
  legal('with Zip64 records that alone have the values', BOTH, [text, hello], {
    zip64: zip64End,
    end: { entries: 0xffff, size: 0xffffffff, offset: 0xffffffff },
  }),
  legal('with the sizes and the offset in a Zip64 field', BOTH, [
    hello,
    {
      ...text,
      size: 0xffffffff,
      compressedSize: 0xffffffff,
      central: { offset: 0xffffffff, extra: zip64Field(TEXT.length, packed, 40) },
      local: { extra: zip64Field(TEXT.length, packed) },
    },
  ]),
  legal('with a Zip64 field that has what the header has too', HELLO, [
    { ...hello, central: { extra: zip64Field(5, 5, 0) }, local: { extra: zip64Field(5, 5) } },
  ]),
  legal('with a data descriptor', BOTH, [streamed(), hello]),
  legal('with a data descriptor without a signature', BOTH, [streamed({ signed: false }), hello]),
  legal('with a data descriptor of 64 bits', BOTH, [streamed({ wide: true }), hello]),
  legal('with a data descriptor of 64 bits, unsigned', BOTH, [streamed({ signed: false, wide: true }), hello]),
  legal('with a data descriptor whose values the local header has too', BOTH, [{ ...streamed(), local: {} }, hello]),
  legal('with a stored file that has a descriptor', HELLO, [
    { ...hello, flags: 8, descriptor: descriptor(b`Hello`, 5) },
  ]),
  legal('with a descriptor whose CRC looks like its signature', { odd: latin1(odd) }, [
    { name: 'odd', content: odd, flags: 8, descriptor: descriptor(odd, 4, { signed: false }) },
  ]),
  legal('with a digital signature of the directory', BOTH, [text, hello], {
    signature: Uint8Array.of(...u32(0x05054b50), ...u16(3), 1, 2, 3),
  }),
  legal('with backslashes in the directory and slashes in the local header', { 'dir/a.txt': 'Hello' }, [
    { ...hello, name: 'dir\\a.txt', local: { name: 'dir/a.txt' } },
  ]),
  legal('with a UTF-8 name that is not marked', { 'naïve ☃': 'Hello' }, [{ ...hello, name: 'naïve ☃' }]),
  legal('with a UTF-8 name that is marked', { 'naïve ☃': 'Hello' }, [{ ...hello, name: 'naïve ☃', flags: 0x800 }]),
  legal('with a name in code page 437', { naïve: 'Hello' }, [{ ...hello, name: b`na\x8bve` }]),
  legal('with a Unicode name in an extra field', { naïve: 'Hello' }, [
    { ...hello, name: b`na?ve`, extra: unicode(b`na?ve`, 'naïve') },
  ]),
  legal('with a Unicode name of another name', HELLO, [{ ...hello, extra: unicode(b`renamed`, 'naïve') }]),
  legal('whose local header marks an ASCII name as UTF-8', HELLO, [{ ...hello, local: { flags: 0x800 } }]),
  legal('with another level in the local flags', { 'text.txt': latin1(TEXT) }, [{ ...text, local: { flags: 2 } }]),
  legal('with unused bytes between entries and directory', BOTH, [text, hello], { gap: b`unused` }),
  legal('with entries that are listed in another order', { a: 'Hello', b: 'Hello' }, [
    { ...hello, name: 'b', parts: 'local' },
    { ...hello, name: 'a' },
    { ...hello, name: 'b', parts: 'central', central: { offset: 0 } },
  ]),
  legal('with padding in its extra fields', HELLO, [{ ...hello, extra: b`\0\0\0` }]),
  legal('with an empty file that is deflated', { empty: '' }, [{ name: 'empty', content: b``, deflate: true }]),
  legal('with bytes behind it', BOTH, [text, hello], { trailing: b`and more` }),
  legal('with a file that has the DOS attribute of a folder', HELLO, [{ ...hello, central: { attributes: 0x10 } }]),
  legal('with a file of UNIX that has the DOS attribute of a folder', { empty: '' }, [
    { name: 'empty', content: b``, central: { madeBy: 0x0314, attributes: 0o100644 * 0x10000 + 0x10 } },
  ]),
  legal('with folders, by name and by attributes', HELLO, [
    { name: 'folder/', content: b``, central: { attributes: 0x10 } },
    { name: 'other/', content: b``, deflate: true },
    hello,
  ]),
];

function countedPrefix(): Uint8Array<ArrayBuffer> {
  const prefix = b`MZ, a program`;
  const plain = buildZip([hello]);
  const moved = join(prefix, plain);
  const view = new DataView(moved.buffer);
  const end = moved.length - 22;
  const directory = end - 51;
  view.setUint32(directory + 42, prefix.length, true);
  view.setUint32(end + 16, directory, true);
  return moved;
}

/** The 4 bytes with a given CRC: the highest bytes of the table are all different, so its entries follow from the CRC. */
function withCrc(wanted: number): Uint8Array<ArrayBuffer> {
  const table = Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc >>> 0;
  });
  let state = ~wanted >>> 0;
  const indices: number[] = [];
  for (let at = 0; at < 4; at++) {
    const index = table.findIndex((entry) => entry >>> 24 === state >>> 24);
    indices.unshift(index);
    state = ((state ^ table[index]!) << 8) >>> 0;
  }
  let crc = 0xffffffff;
  return Uint8Array.from(indices, (index) => {
    const byte = (crc ^ index) & 0xff;
    crc = (crc >>> 8) ^ table[index]!;
    return byte;
  });
}
