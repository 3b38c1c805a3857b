import { crc32 } from 'node:zlib';

/** An entry as it is to be written, right or wrong. */
export interface RawEntry {
  name: string | Uint8Array;
  /** As it stands in the archive, compressed or not. */
  data: Uint8Array;
  /** Default: 0, stored. */
  method?: number;
  flags?: number;
  /** What the headers say. Default: as it is, of stored data. */
  size?: number;
  compressedSize?: number;
  crc?: number;
  attributes?: number;
  disk?: number;
  /** Another name in front of the data than in the central directory. */
  localName?: string;
  /** Writes no header and no data of its own, but uses what stands at this offset. */
  at?: number;
}

export interface RawZip {
  /** What the end record says. Default: as it is. */
  count?: number;
  disk?: number;
  offset?: number;
  directorySize?: number;
}

/** An archive with any lie in it. It shares no code with what reads it but the checksum. */
export function rawZip(entries: readonly RawEntry[], end: RawZip = {}): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  const offsets: number[] = [];
  let at = 0;
  for (const entry of entries) {
    const { data, method = 0, flags = 0, size = data.length, compressedSize = data.length } = entry;
    const common = [...two(20, flags, method, 0, 0x21), ...four(entry.crc ?? crc32(data), compressedSize, size)];
    const name = bytesOf(entry.name);
    if (entry.at === undefined) {
      const local = bytesOf(entry.localName ?? entry.name);
      const head = Uint8Array.of(...four(0x04034b50), ...common, ...two(local.length, 0), ...local);
      parts.push(head, data);
      offsets.push(at);
      at += head.length + data.length;
    } else offsets.push(entry.at);
    directory.push(
      Uint8Array.of(
        ...four(0x02014b50),
        ...two(20),
        ...common,
        ...two(name.length, 0, 0, entry.disk ?? 0, 0),
        ...four(entry.attributes ?? 0, offsets.at(-1)!),
        ...name,
      ),
    );
  }
  const { count = entries.length, disk = 0, offset = at } = end;
  const size = end.directorySize ?? directory.reduce((total, { length }) => total + length, 0);
  const last = Uint8Array.of(...four(0x06054b50), ...two(disk, disk, count, count), ...four(size, offset), ...two(0));
  return Uint8Array.from(Buffer.concat([...parts, ...directory, last]));
}

const bytesOf = (name: string | Uint8Array) => (typeof name === 'string' ? new TextEncoder().encode(name) : name);
const two = (...values: number[]) => values.flatMap((value) => [value & 0xff, (value >>> 8) & 0xff]);
const four = (...values: number[]) => values.flatMap((value) => [...two(value & 0xffff), ...two(value >>> 16)]);
