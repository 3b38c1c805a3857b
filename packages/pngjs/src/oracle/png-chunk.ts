import { crc32 } from 'node:zlib';

/** A chunk of a PNG as it lies in a file, made without the code that is tested. */
export function pngChunk(name: string, data: ArrayLike<number>): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}
