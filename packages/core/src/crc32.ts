const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/**
 * The checksum of ZIP and PNG: of `bytes`, or with `before` of what had that checksum and `bytes` behind it.
 *
 * @see {@link https://www.w3.org/TR/png-3/#5CRC-algorithm | PNG, CRC algorithm}; APPNOTE 4.4.7 names the same
 */
export function crc32(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  for (let at = 0; at < bytes.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}
