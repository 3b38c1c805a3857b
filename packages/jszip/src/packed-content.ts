import { BytesIO } from '@memio/core';
import { crc32 } from '@memio/core/adapter';
import JSZip from 'jszip';

export type Method = 'STORE' | 'DEFLATE';

/** What stands in the archive, and what the header of the entry says of it. */
interface Packed {
  data: Uint8Array;
  crc32: number;
  /** Before compression. */
  size: number;
}

/** What JSZip keeps of an entry of an archive that it opened, which it writes as it is; its types leave it out. */
export interface PackedEntry {
  getCompressedWorker(): Worker;
}

interface Worker {
  withStreamInfo(name: string, value: unknown): Worker;
}

export type Pack = (content: Promise<Uint8Array>) => PackedEntry;

/**
 * Packs contents for JSZip, which then writes the archive but does not have to compress and to count: the CRC takes
 * two thirds of the time of a stored archive, and the platform's zlib is some three times as fast as JSZip's.
 *
 * `undefined` where JSZip is not as it is known to be, or the platform cannot compress: JSZip does it all by itself.
 */
export async function packer(method: Method): Promise<Pack | undefined> {
  const pack = method === 'STORE' ? store : typeof CompressionStream === 'function' ? deflate : undefined;
  const opened = pack && (await openedEntry(method));
  if (!opened) return undefined;
  return (content) => packedEntry(opened, content.then(pack));
}

/** As JSZip knows it of an archive that it has opened. */
async function openedEntry(method: Method): Promise<PackedEntry | undefined> {
  const archive = new JSZip().file('entry', 'entry');
  const written = await archive.generateAsync({ type: 'uint8array', compression: method });
  const opened = (await JSZip.loadAsync(written)).file('entry') as { _data?: Partial<PackedEntry> } | null;
  const data = opened?._data;
  return typeof data?.getCompressedWorker === 'function' ? (data as PackedEntry) : undefined;
}

function packedEntry(opened: PackedEntry, packed: Promise<Packed>): PackedEntry {
  return Object.create(opened, {
    compressedContent: { value: packed.then(({ data }) => data) },
    getCompressedWorker: {
      value(this: PackedEntry) {
        const worker = opened.getCompressedWorker.call(this);
        // JSZip writes the header when the content has ended, and is told of a failure by `compressedContent`.
        packed.then(
          ({ data, crc32, size }) =>
            worker
              .withStreamInfo('compressedSize', data.length)
              .withStreamInfo('uncompressedSize', size)
              .withStreamInfo('crc32', crc32),
          () => {},
        );
        return worker;
      },
    },
  });
}

const store = (bytes: Uint8Array): Packed => ({ data: bytes, crc32: crc32(bytes), size: bytes.length });

/** What comes before and after the compressed data in a gzip stream without a name. */
const HEADER = 10;
const TRAILER = 8;

/**
 * By way of gzip, whose data is what an entry has, and whose trailer has the CRC that an entry needs.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1952#section-2.3 | RFC 1952, Member format}
 */
async function deflate(bytes: Uint8Array): Promise<Packed> {
  const { readable, writable } = new CompressionStream('gzip');
  const writer = writable.getWriter();
  // Whatever is wrong is told to who reads.
  for (const written of [writer.write(unshared(bytes)), writer.close()]) written.catch(() => {});
  const gzip = (await BytesIO.from(readable)).getbuffer();
  if (gzip[3] !== 0) throw new Error(`the platform's gzip has the flags ${gzip[3]}, where none are expected`);
  const end = gzip.length - TRAILER;
  const trailer = new DataView(gzip.buffer, gzip.byteOffset + end, TRAILER);
  return { data: gzip.subarray(HEADER, end), crc32: trailer.getUint32(0, true), size: bytes.length };
}

/** The web platform refuses shared memory. */
const unshared = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : bytes.slice();
