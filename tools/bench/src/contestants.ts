import type { Readable } from 'node:stream';
import type { BytesIO } from '@memio/core';
import type { BufferList } from 'bl';
import type { WritableStream } from 'memory-streams';
import type { SmartBuffer } from 'smart-buffer';
import type { WritableStreamBuffer } from 'stream-buffers';
import type { Uint8ArrayList } from 'uint8arraylist';

type Bytes = Uint8Array | Promise<Uint8Array>;

/** What a contestant can do; a workload is for those who can do it. `S` is its stream. */
export interface Api<S> {
  /** Only the limit makes use of the size; the others are not told in life either. */
  open?(size: number): S;
  write?(stream: S, chunk: Buffer): void;
  /** The whole content by the cheapest way there is, whether it shares memory with the stream or not. */
  view?(stream: S): Bytes;
  /** The whole content in memory that the stream does not share. */
  copy?(stream: S): Bytes;
  close?(stream: S): void;
  /** In place of all these for those that only take a stream. */
  collect?(source: Readable): Promise<Uint8Array>;

  seek?(stream: S, position: number): void;
  tell?(stream: S): number;
  /** Copies, like everything that reads: who hands out shared memory is given the copy to make. */
  read?(stream: S, size: number): Uint8Array;
  readinto?(stream: S, target: Uint8Array): void;
  readline?(stream: S): Uint8Array;
}

export interface Contestant {
  name: string;
  /** `package`: from npm. `node`: comes with Node. Both are peers. `floor`: what the measuring costs by itself. */
  kind: 'memio' | 'package' | 'node' | 'cpython' | 'limit' | 'floor';
  /** What it does with the chunks it is given. Who keeps references relies on the caller not to touch them again. */
  chunks: 'copied' | 'kept' | 'dropped';
  /** What the reader of a table has to know. */
  note?: string;
  /** Takes part only in work up to so many bytes, and why. */
  atMost?: { bytes: number; because: string };
  /** Takes part only in workloads that name it. */
  byInvitation?: true;
  /** Imports that contestant alone. */
  load(): Promise<Api<unknown>>;
}

const MiB = 1024 * 1024;
const NEWLINE = 0x0a;

const contestant = <S>(of: Omit<Contestant, 'load'>, load: () => Promise<Api<S>>): Contestant => ({
  ...of,
  load: load as () => Promise<Api<unknown>>,
});

const byReference: Api<Buffer[]> = {
  open: () => [],
  write: (stream, chunk) => void stream.push(chunk),
  view: (stream) => Buffer.concat(stream),
  copy: (stream) => Buffer.concat(stream),
};

export const contestants: readonly Contestant[] = [
  contestant<BytesIO>({ name: 'memio', kind: 'memio', chunks: 'copied' }, async () => {
    const { BytesIO } = await import('@memio/core');
    return {
      open: () => new BytesIO(),
      write: (stream, chunk) => void stream.write(chunk),
      view: (stream) => stream.getbuffer(),
      copy: (stream) => stream.getvalue(),
      close: (stream) => stream.close(),
      seek: (stream, position) => void stream.seek(position),
      tell: (stream) => stream.tell(),
      read: (stream, size) => stream.read(size),
      readinto: (stream, target) => void stream.readinto(target),
      readline: (stream) => stream.readline(),
    };
  }),
  contestant<BytesIO>(
    {
      name: 'memio transfer()',
      kind: 'memio',
      chunks: 'copied',
      note: 'hands its own memory over',
      byInvitation: true,
    },
    async () => {
      const { BytesIO } = await import('@memio/core');
      return {
        open: () => new BytesIO(),
        write: (stream, chunk) => void stream.write(chunk),
        copy: (stream) => stream.transfer(),
      };
    },
  ),
  contestant<{ bytes: Uint8Array; at: number }>(
    { name: 'limit', kind: 'limit', chunks: 'copied', note: 'one exactly sized `Uint8Array` and one `set` per chunk' },
    async () => ({
      open: (size) => ({ bytes: new Uint8Array(size), at: 0 }),
      write(stream, chunk) {
        stream.bytes.set(chunk, stream.at);
        stream.at += chunk.length;
      },
      view: (stream) => stream.bytes,
      copy: (stream) => stream.bytes.slice(),
    }),
  ),
  contestant<Buffer[]>(
    { name: 'Buffer.concat', kind: 'node', chunks: 'kept', note: 'an array of chunks, concatenated at the end' },
    async () => byReference,
  ),
  contestant<never>(
    {
      name: 'stream/consumers',
      kind: 'node',
      chunks: 'kept',
      note: '`buffer()`; gets the chunks through a Node stream',
    },
    async () => ({ collect: (await import('node:stream/consumers')).buffer }),
  ),
  contestant<{ list: BufferList; at: number }>(
    {
      name: 'bl',
      kind: 'package',
      chunks: 'kept',
      note: 'a `BufferList`; lines by its `indexOf`, copied by its `copy`',
    },
    async () => {
      const { BufferList } = await import('bl');
      const read = (stream: { list: BufferList; at: number }, end: number) => {
        const start = stream.at;
        stream.at = end;
        return stream.list.copy(Buffer.allocUnsafe(end - start), 0, start, end);
      };
      return {
        open: () => ({ list: new BufferList(), at: 0 }),
        write: ({ list }, chunk) => void list.append(chunk),
        view: ({ list }) => list.slice(),
        copy: ({ list }) => list.copy(Buffer.allocUnsafe(list.length)),
        seek(stream, position) {
          stream.at = position;
        },
        read: (stream, size) => read(stream, Math.min(stream.at + size, stream.list.length)),
        readinto(stream, target) {
          const start = stream.at;
          stream.at += target.length;
          stream.list.copy(target as Buffer, 0, start, stream.at);
        },
        readline: (stream) => read(stream, stream.list.indexOf(NEWLINE, stream.at) + 1 || stream.list.length),
      };
    },
  ),
  contestant<{ list: Uint8ArrayList; at: number }>(
    { name: 'uint8arraylist', kind: 'package', chunks: 'kept', note: 'lines by its `indexOf`, copied by its `slice`' },
    async () => {
      const { Uint8ArrayList } = await import('uint8arraylist');
      const newline = Uint8Array.of(NEWLINE);
      const read = (stream: { list: Uint8ArrayList; at: number }, end: number) => {
        const start = stream.at;
        stream.at = end;
        return stream.list.slice(start, end);
      };
      return {
        open: () => ({ list: new Uint8ArrayList(), at: 0 }),
        write: ({ list }, chunk) => list.append(chunk),
        view: ({ list }) => list.subarray(),
        copy: ({ list }) => list.slice(),
        seek(stream, position) {
          stream.at = position;
        },
        read: (stream, size) => read(stream, Math.min(stream.at + size, stream.list.length)),
        readline: (stream) => read(stream, stream.list.indexOf(newline, stream.at) + 1 || stream.list.length),
      };
    },
  ),
  contestant<SmartBuffer>(
    { name: 'smart-buffer', kind: 'package', chunks: 'copied', note: 'reads are slices, here with the copy' },
    async () => {
      const { SmartBuffer } = await import('smart-buffer');
      return {
        open: () => new SmartBuffer(),
        write: (stream, chunk) => void stream.writeBuffer(chunk),
        view: (stream) => stream.toBuffer(),
        copy: (stream) => Buffer.from(stream.toBuffer()),
        close: (stream) => void stream.destroy(),
        seek(stream, position) {
          stream.writeOffset = position;
          stream.readOffset = position;
        },
        tell: (stream) => stream.readOffset,
        read: (stream, size) => Buffer.from(stream.readBuffer(size)),
        readinto: (stream, target) => void stream.readBuffer(target.length).copy(target),
      };
    },
  ),
  contestant<WritableStreamBuffer>(
    {
      name: 'stream-buffers',
      kind: 'package',
      chunks: 'copied',
      note: '`getContents` copies',
      atMost: { bytes: 2 * MiB, because: 'grows by 8 KiB at a time, so its time grows with the square of the size' },
    },
    async () => {
      const { WritableStreamBuffer } = await import('stream-buffers');
      const contents = (stream: WritableStreamBuffer) => stream.getContents() as Buffer;
      return {
        open: () => new WritableStreamBuffer(),
        write: (stream, chunk) => void stream.write(chunk),
        view: contents,
        copy: contents,
        close: (stream) => void stream.destroy(),
      };
    },
  ),
  contestant<WritableStream>({ name: 'memory-streams', kind: 'package', chunks: 'kept' }, async () => {
    const { default: memoryStreams } = await import('memory-streams');
    return {
      open: () => new memoryStreams.WritableStream(),
      write: (stream, chunk) => void stream.write(chunk),
      view: (stream) => stream.toBuffer(),
      copy: (stream) => stream.toBuffer(),
    };
  }),
  contestant<{ sink: NodeJS.WritableStream; body: Promise<Buffer> }>(
    { name: 'concat-stream', kind: 'package', chunks: 'kept', note: 'answers in a callback, here awaited' },
    async () => {
      const { default: concat } = await import('concat-stream');
      const finish = ({ sink, body }: { sink: NodeJS.WritableStream; body: Promise<Buffer> }) => {
        sink.end();
        return body;
      };
      return {
        open() {
          let sink: NodeJS.WritableStream;
          const body = new Promise<Buffer>((resolve) => {
            sink = concat({ encoding: 'buffer' }, resolve);
          });
          return { sink: sink!, body };
        },
        write: ({ sink }, chunk) => void sink.write(chunk),
        view: finish,
        copy: finish,
      };
    },
  ),
  contestant<never>(
    {
      name: 'get-stream',
      kind: 'package',
      chunks: 'copied',
      note: '`getStreamAsBuffer()`; gets the chunks through a Node stream',
    },
    async () => ({ collect: (await import('get-stream')).getStreamAsBuffer }),
  ),
  contestant<null>(
    {
      name: 'chunks alone',
      kind: 'floor',
      chunks: 'dropped',
      note: 'makes the chunks and lets them go',
      byInvitation: true,
    },
    async () => ({ open: () => null, write() {}, view: () => new Uint8Array(), copy: () => new Uint8Array() }),
  ),
  contestant<never>(
    {
      name: 'CPython io.BytesIO',
      kind: 'cpython',
      chunks: 'copied',
      note: '`getvalue` shares memory until the next write',
    },
    async () => ({}),
  ),
];
