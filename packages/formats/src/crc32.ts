/**
 * The CRC-32 of ZIP, PNG and gzip: of `bytes`, or with `before` of bytes whose CRC is `before` followed by `bytes`.
 * `bytes` is read, never kept.
 *
 * @returns an integer from 0 to 2 ** 32 - 1
 * @see {@link https://www.w3.org/TR/png-3/#5CRC-algorithm | PNG, CRC algorithm}; APPNOTE 4.4.7 names the same
 *
 * @example
 * ```ts
 * crc32(b`123456789`) === 0xcbf43926; //=> true
 * crc32(b`6789`, crc32(b`12345`)) === 0xcbf43926; //=> true
 * ```
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  if (bytes.length < WORTH_A_CALL) return portableCrc32(bytes, before);
  platform ??= platformCrc32() ?? portableCrc32;
  return platform(bytes, before);
}

/** In bytes. Node's function is 4.5 times as fast for long arrays, but a call of it costs as much as 256 bytes here. */
const WORTH_A_CALL = 512;

type Crc32 = (bytes: Uint8Array, before: number) => number;

let platform: Crc32 | undefined;

/** `zlib.crc32` of Node.js 20.15 and later, and of runtimes that have it too. */
function platformCrc32(): Crc32 | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?(id: string): { crc32?: Crc32 } | undefined } };
  return process?.getBuiltinModule?.('node:zlib')?.crc32;
}

/** `TABLES[256 * n + byte]` is the change of a CRC by `byte` followed by `n` zeros. */
const TABLES = /* @__PURE__ */ makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let at = 0; at < tables.length; at++) {
    let crc = at;
    if (at < 256) for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    else crc = (tables[at - 256]! >>> 8) ^ tables[tables[at - 256]! & 0xff]!;
    tables[at] = crc;
  }
  return tables;
}

/**
 * `crc32` where the platform has none. It uses slicing by 8: CRCs are linear, so the parts of 8 bytes are looked up
 * independently; one byte after the other takes four times as long, and slicing by 16 gains at most a tenth.
 *
 * @see {@link https://doi.org/10.1109/TC.2008.85 | Kounavis and Berry: Novel Table Lookup-Based Algorithms for High-Performance CRC Generation}
 */
export function portableCrc32(bytes: Uint8Array, before = 0): number {
  const { length } = bytes;
  let crc = ~before;
  let at = 0;
  for (; at + 8 <= length; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      TABLES[0x700 + (crc & 0xff)]! ^
      TABLES[0x600 + ((crc >>> 8) & 0xff)]! ^
      TABLES[0x500 + ((crc >>> 16) & 0xff)]! ^
      TABLES[0x400 + (crc >>> 24)]! ^
      TABLES[0x300 + bytes[at + 4]!]! ^
      TABLES[0x200 + bytes[at + 5]!]! ^
      TABLES[0x100 + bytes[at + 6]!]! ^
      TABLES[bytes[at + 7]!]!;
  }
  for (; at < length; at++) crc = (crc >>> 8) ^ TABLES[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
