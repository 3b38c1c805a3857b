import assert from 'node:assert/strict';
import { inflateRawSync } from 'node:zlib';

const SIZE = 50_000;
const TEXT = Buffer.from('All work and no play makes Jack a dull boy. ');

/** By turns text, numbers in columns, and bytes that no compressor makes smaller; each begins with its number. */
export function entriesOf(count: number): Map<string, Uint8Array> {
  let seed = 1;
  const random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed >>> 24;
  };
  const kinds = [
    (at: number) => TEXT[at % TEXT.length]!,
    (at: number) => (at % 8 === 7 ? 0x2c : 0x30 + (random() % 10)),
    random,
  ];
  const contents = kinds.map((kind) => Uint8Array.from({ length: SIZE }, (_, at) => kind(at)));
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const content = contents[index % contents.length]!.slice();
      content.set([index >>> 8, index]);
      return [`entry-${index}.bin`, content];
    }),
  );
}

const METHODS = { STORE: 0, DEFLATE: 8 };

/** Throws unless the archive has exactly these entries, with these contents. */
export function check(
  bytes: Uint8Array,
  entries: ReadonlyMap<string, Uint8Array>,
  compression: 'STORE' | 'DEFLATE',
): void {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = file.length - 22;
  assert.equal(file.readUInt32LE(end), 0x06054b50, 'the end is missing');
  assert.equal(file.readUInt16LE(end + 10), entries.size);
  let at = file.readUInt32LE(end + 16);
  for (const [name, content] of entries) {
    assert.equal(file.readUInt32LE(at), 0x02014b50, `the listing lacks ${name}`);
    assert.equal(file.readUInt16LE(at + 10), METHODS[compression]);
    const nameEnd = at + 46 + file.readUInt16LE(at + 28);
    assert.equal(file.toString('latin1', at + 46, nameEnd), name);
    const local = file.readUInt32LE(at + 42);
    const data = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const packed = file.subarray(data, data + file.readUInt32LE(at + 20));
    assert((compression === 'STORE' ? packed : inflateRawSync(packed)).equals(content), `${name} has other bytes`);
    at = nameEnd + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32);
  }
  assert.equal(at, end);
}
