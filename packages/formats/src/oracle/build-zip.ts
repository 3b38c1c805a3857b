import { crc32, deflateRawSync } from 'node:zlib';

/** The fields of a local header or a directory entry; what is not given is right. */
export interface HeaderFields {
  name?: string | Uint8Array;
  flags?: number;
  method?: number;
  modified?: number;
  crc?: number;
  compressedSize?: number;
  size?: number;
  extra?: Uint8Array;
}

/** An entry as it is to be written, right or wrong. */
export interface BuildEntry extends HeaderFields {
  content: Uint8Array;
  /** Compresses `content`. Default: `false`. */
  deflate?: boolean;
  /** What is written instead of the compressed content. */
  data?: Uint8Array;
  local?: HeaderFields;
  central?: HeaderFields & {
    madeBy?: number;
    attributes?: number;
    disk?: number;
    offset?: number;
    comment?: Uint8Array;
  };
  /** Written behind the data. */
  descriptor?: Uint8Array;
  /** What is written into the archive, and what into its directory. Default: both. */
  parts?: 'local' | 'central';
}

export interface BuildZip {
  prefix?: Uint8Array;
  /** Written between the entries and the directory. */
  gap?: Uint8Array;
  /** Written behind the entries of the directory, and counted to its size. */
  signature?: Uint8Array;
  /** Made of the true figures and written in front of the end record. */
  zip64?: (true64: { entries: number; size: number; offset: number; at: number }) => Uint8Array;
  end?: { disk?: number; entries?: number; size?: number; offset?: number; commentLength?: number };
  comment?: Uint8Array;
  trailing?: Uint8Array;
}

export const u16 = (...values: number[]): number[] => values.flatMap((value) => [value & 0xff, (value >>> 8) & 0xff]);
export const u32 = (...values: number[]): number[] =>
  values.flatMap((value) => u16(value & 0xffff, Math.floor(value / 65_536) & 0xffff));
export const u64 = (...values: number[]): number[] =>
  values.flatMap((value) => u32(value % 2 ** 32, Math.floor(value / 2 ** 32)));

/** An extra field. */
export const field = (id: number, ...bytes: number[]): Uint8Array => Uint8Array.of(...u16(id, bytes.length), ...bytes);
export const zip64Field = (...values: number[]): Uint8Array => field(1, ...u64(...values));
export const join = (...parts: Uint8Array[]): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(parts));

/** A Zip64 end record and its locator. */
export const zip64End = ({
  entries,
  size,
  offset,
  at,
}: {
  entries: number;
  size: number;
  offset: number;
  at: number;
}): Uint8Array =>
  Uint8Array.of(
    ...u32(0x06064b50),
    ...u64(44),
    ...u16(45, 45),
    ...u32(0, 0),
    ...u64(entries, entries, size, offset),
    ...u32(0x07064b50, 0),
    ...u64(at),
    ...u32(1),
  );

/** Builds an archive with any fault in it. It shares no code with what reads it. */
export function buildZip(entries: readonly BuildEntry[], zip: BuildZip = {}): Uint8Array<ArrayBuffer> {
  const { prefix = Buffer.alloc(0), gap = Buffer.alloc(0), signature = Buffer.alloc(0), end = {} } = zip;
  const parts: Uint8Array[] = [prefix];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const entry of entries) {
    const { content, deflate = false, local, central, descriptor = Buffer.alloc(0), parts: only } = entry;
    const data = entry.data ?? (deflate ? deflateRawSync(content) : content);
    const right = {
      name: '',
      flags: 0,
      method: deflate ? 8 : 0,
      modified: 0x5a21_6000,
      crc: crc32(content),
      compressedSize: data.length,
      size: content.length,
      extra: Buffer.alloc(0),
      ...pick(entry),
    };
    const header = ({ name, extra, ...fields }: typeof right) => {
      const bytes = typeof name === 'string' ? Buffer.from(name) : (name as Uint8Array);
      const head = [
        ...u16(20, fields.flags, fields.method),
        ...u32(fields.modified, fields.crc, fields.compressedSize, fields.size),
        ...u16(bytes.length, extra.length),
      ];
      return { bytes, extra, head };
    };
    const offset = at;
    if (only !== 'central') {
      const { bytes, extra, head } = header({ ...right, ...local });
      const record = join(Uint8Array.of(...u32(0x04034b50), ...head), bytes, extra, data, descriptor);
      parts.push(record);
      at += record.length;
    }
    if (only !== 'local') {
      const { madeBy = 20, attributes = 0, disk = 0, comment = Buffer.alloc(0) } = central ?? {};
      const { bytes, extra, head } = header({ ...right, ...pick(central ?? {}) });
      const tail = [...u16(comment.length, disk, 0), ...u32(attributes, central?.offset ?? offset)];
      const start = Uint8Array.of(...u32(0x02014b50), ...u16(madeBy), ...head, ...tail);
      directory.push(join(start, bytes, extra, comment));
    }
  }
  const listed = join(...directory, signature);
  const [size, offset, entryCount] = [listed.length, at + gap.length, directory.length];
  const records = zip.zip64?.({ entries: entryCount, size, offset, at: offset + size }) ?? Buffer.alloc(0);
  const { comment = Buffer.alloc(0), trailing = Buffer.alloc(0) } = zip;
  const count = end.entries ?? entryCount;
  const last = Uint8Array.of(
    ...u32(0x06054b50),
    ...u16(end.disk ?? 0, end.disk ?? 0, count, count),
    ...u32(end.size ?? size, end.offset ?? offset),
    ...u16(end.commentLength ?? comment.length),
  );
  return join(...parts, gap, listed, records, last, comment, trailing);
}

const FIELDS = ['name', 'flags', 'method', 'modified', 'crc', 'compressedSize', 'size', 'extra'] as const;

const pick = (from: HeaderFields): HeaderFields =>
  Object.fromEntries(FIELDS.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
