import { Readable } from 'node:stream';
import type { BytesIO } from '@memio/core';
import type { PdfDocumentOptions } from '@memio/pdfkit';
import type { BufferList } from 'bl';
import type { WritableStream } from 'memory-streams';
import type { SmartBuffer } from 'smart-buffer';
import type { WritableStreamBuffer } from 'stream-buffers';
import type { Uint8ArrayList } from 'uint8arraylist';
import type { Draw } from './workloads/documents/pdf.ts';
import type { Image } from './workloads/documents/png.ts';

type Bytes = Uint8Array | Promise<Uint8Array>;

/** What bytes come from outside in. */
export type Incoming = ReadableStream<Uint8Array> | Response | Readable;

type MakePdf = (draw: Draw, options: PDFKit.PDFDocumentOptions) => Promise<Uint8Array>;
type MakeZip = (entries: ReadonlyMap<string, Uint8Array>, compression: 'STORE' | 'DEFLATE') => Promise<Uint8Array>;
type MakePng = (image: Image) => Bytes;

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

  /** Everything that comes. Only the limit makes use of the size. */
  ingest?(source: Incoming, size: number): Promise<Uint8Array>;

  /** Import a host library and return how it makes its file. */
  pdf?(): Promise<MakePdf>;
  zip?(): Promise<MakeZip>;
  png?(): Promise<MakePng>;

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

const streamOf = (source: Incoming) => (source instanceof Response ? source.body! : source);

const responseOf = (source: Incoming) => {
  if (source instanceof Response) return source;
  return new Response(source instanceof ReadableStream ? source : (Readable.toWeb(source) as ReadableStream));
};

interface Emitter {
  on(event: string, listener: (value: never) => void): this;
}

interface JSZipInternals {
  generateInternalStream(options: object): Emitter & { resume(): void };
}

const collected = (source: Emitter) =>
  new Promise<Buffer>((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    source
      .on('data', (chunk: Uint8Array) => chunks.push(chunk))
      .on('error', reject)
      .on('end', () => resolve(Buffer.concat(chunks)));
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
    /** Imports the part of core that is imported on first use: it is no more the work's than what the others import. */
    const ready = () => BytesIO.from([]);
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
      ingest: async (source) => (await BytesIO.from(source)).getbuffer(),
      async pdf() {
        const [{ writePdf }] = await Promise.all([import('@memio/pdfkit'), ready()]);
        return async (draw, options) => (await writePdf(draw, options as PdfDocumentOptions)).getbuffer();
      },
      async zip() {
        const [{ writeZip }] = await Promise.all([import('@memio/jszip'), ready()]);
        return async (entries, compression) => (await writeZip(entries, { compression })).getbuffer();
      },
      async png() {
        const [{ writePng }] = await Promise.all([import('@memio/pngjs'), ready()]);
        return async (image) => (await writePng(image)).getbuffer();
      },
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
        ingest: async (source) => (await BytesIO.from(source)).transfer(),
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
      async ingest(source, size) {
        const bytes = new Uint8Array(size);
        let at = 0;
        for await (const chunk of streamOf(source)) {
          bytes.set(chunk, at);
          at += chunk.length;
        }
        return bytes;
      },
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
    async () => {
      const { buffer } = await import('node:stream/consumers');
      return { collect: buffer, ingest: (source) => buffer(streamOf(source) as Readable) };
    },
  ),
  contestant<never>({ name: 'stream/consumers arrayBuffer()', kind: 'node', chunks: 'kept' }, async () => {
    const { arrayBuffer } = await import('node:stream/consumers');
    return { ingest: async (source) => new Uint8Array(await arrayBuffer(streamOf(source) as Readable)) };
  }),
  contestant<never>(
    {
      name: 'new Response()',
      kind: 'node',
      chunks: 'kept',
      note: '`bytes()` where Node has it, from 22 on, otherwise `new Uint8Array(await response.arrayBuffer())`; gets a Node stream by `Readable.toWeb`, and where there is a `Response` already, that',
    },
    async () => ({
      ingest: async (source) => {
        const response = responseOf(source) as Response & { bytes?(): Promise<Uint8Array> };
        return response.bytes ? response.bytes() : new Uint8Array(await response.arrayBuffer());
      },
    }),
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
    async () => {
      const { getStreamAsBuffer } = await import('get-stream');
      return { collect: getStreamAsBuffer, ingest: (source) => getStreamAsBuffer(streamOf(source) as Readable) };
    },
  ),
  contestant<never>({ name: 'get-stream getStreamAsArrayBuffer()', kind: 'package', chunks: 'copied' }, async () => {
    const { getStreamAsArrayBuffer } = await import('get-stream');
    return { ingest: async (source) => new Uint8Array(await getStreamAsArrayBuffer(streamOf(source) as Readable)) };
  }),
  contestant<never>(
    {
      name: 'by hand',
      kind: 'package',
      chunks: 'kept',
      note: 'the `data` events of the library that makes the file (of a `PDFDocument`, of `generateInternalStream`, of `png.pack()`), and `Buffer.concat`',
    },
    async () => ({
      async pdf() {
        const { default: PDFDocument } = await import('pdfkit');
        return (draw, options) => {
          const doc = new PDFDocument(options);
          const bytes = collected(doc as unknown as Emitter);
          draw(doc);
          doc.end();
          return bytes;
        };
      },
      async zip() {
        const { default: JSZip } = await import('jszip');
        return (entries, compression) => {
          const zip = new JSZip();
          for (const [name, content] of entries) zip.file(name, content);
          const stream = (zip as unknown as JSZipInternals).generateInternalStream({ type: 'uint8array', compression });
          const bytes = collected(stream);
          stream.resume();
          return bytes;
        };
      },
      async png() {
        const { PNG } = await import('pngjs');
        return ({ width, height, data }) => {
          const png = new PNG({ width, height });
          png.data = data;
          return collected(png.pack() as unknown as Emitter);
        };
      },
    }),
  ),
  contestant<never>(
    {
      name: "the library's own",
      kind: 'package',
      chunks: 'kept',
      note: 'what the library that makes the file offers for it: `toBytes` of `pdfkit/output`, `generateAsync`, `PNG.sync.write`',
    },
    async () => ({
      async pdf() {
        const [{ default: PDFDocument }, { toBytes }] = await Promise.all([import('pdfkit'), import('pdfkit/output')]);
        return (draw, options) => {
          const doc = new PDFDocument(options);
          const bytes = toBytes(doc);
          draw(doc);
          doc.end();
          return bytes;
        };
      },
      async zip() {
        const { default: JSZip } = await import('jszip');
        return (entries, compression) => {
          const zip = new JSZip();
          for (const [name, content] of entries) zip.file(name, content);
          return zip.generateAsync({ type: 'uint8array', compression });
        };
      },
      async png() {
        const { PNG } = await import('pngjs');
        return (image) => PNG.sync.write(image as Parameters<typeof PNG.sync.write>[0]);
      },
    }),
  ),
  contestant<null>(
    {
      name: 'chunks alone',
      kind: 'floor',
      chunks: 'dropped',
      note: 'makes the chunks and lets them go',
      byInvitation: true,
    },
    async () => ({
      open: () => null,
      write() {},
      view: () => new Uint8Array(),
      copy: () => new Uint8Array(),
      async ingest(source) {
        for await (const _ of streamOf(source));
        return new Uint8Array();
      },
    }),
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
