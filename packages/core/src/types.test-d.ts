import { describe, expectTypeOf, it } from 'vitest';
import type { ChunkSink, Held, Operation, ReadOptions, WriteOptions } from './adapter.ts';
import * as adapter from './adapter.ts';
import type * as core from './index.ts';
import {
  type AdapterError,
  type Base64Options,
  type BufferError,
  BytesIO,
  type BytesIOOptions,
  type BytesLike,
  BytesView,
  b,
  type ClosedError,
  type DataError,
  type FromOptions,
  isMemioError,
  type LimitError,
  type MemioError,
  type MemioErrorCode,
  type SinkChunk,
  type Source,
  type SourceError,
  type StreamOptions,
  type UnsupportedOperation,
} from './index.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Size = [size?: number | null | undefined];

describe('BytesIO', () => {
  const io = new BytesIO();

  it('is made of bytes-like memory and options', () => {
    expectTypeOf(BytesIO).toBeConstructibleWith();
    expectTypeOf<ConstructorParameters<typeof BytesIO>>().toEqualTypeOf<
      [initialBytes?: BytesLike | null | undefined, options?: BytesIOOptions | undefined]
    >();
    expectTypeOf(BytesIO.adopt(b``)).toEqualTypeOf<BytesIO>();
    expectTypeOf(BytesIO.adopt(b``, { maxBytes: 1 })).toEqualTypeOf<BytesIO>();
    expectTypeOf(BytesIO.from(b``)).toEqualTypeOf<Promise<BytesIO>>();
    expectTypeOf(BytesIO.from(b`` as Source, {} as FromOptions)).toEqualTypeOf<Promise<BytesIO>>();
    class Named extends BytesIO {
      constructor(initialBytes?: BytesLike | null, options?: BytesIOOptions & { name?: string }) {
        super(initialBytes, options);
      }
    }
    expectTypeOf(Named.adopt(b``, { name: 'a' })).toEqualTypeOf<Named>();
    expectTypeOf(Named.from(b``, { name: 'a', expectedLength: 1 })).toEqualTypeOf<Promise<Named>>();
    // @ts-expect-error an option of the subclass only
    BytesIO.from(b``, { name: 'a' });
    // @ts-expect-error a misspelt option
    BytesIO.adopt(b``, { maxbytes: 1 });
    // @ts-expect-error a misspelt option
    BytesIO.from(b``, { maxbytes: 1 });
    // @ts-expect-error a controller is not a signal
    BytesIO.from(b``, { signal: new AbortController() });
    expectTypeOf<BytesIOOptions>().toEqualTypeOf<{ maxBytes?: number | undefined }>();
  });

  it('writes', () => {
    expectTypeOf(io.write).toEqualTypeOf<(data: BytesLike) => number>();
    expectTypeOf(io.writelines).toEqualTypeOf<(lines: Iterable<BytesLike>) => void>();
    expectTypeOf(io.writeFrom).toEqualTypeOf<(source: Source, options?: FromOptions) => Promise<number>>();
    expectTypeOf(io.truncate).toEqualTypeOf<(...size: Size) => number>();
  });

  it('reads into arrays that are the caller’s', () => {
    expectTypeOf(io.read).toEqualTypeOf<(...size: Size) => Bytes>();
    expectTypeOf(io.read1).toEqualTypeOf<(...size: Size) => Bytes>();
    expectTypeOf(io.readline).toEqualTypeOf<(...size: Size) => Bytes>();
    expectTypeOf(io.readlines).toEqualTypeOf<(...hint: Size) => Bytes[]>();
    expectTypeOf(io.peek).toEqualTypeOf<(size?: number) => Bytes>();
    expectTypeOf(io.getvalue).toEqualTypeOf<() => Bytes>();
    expectTypeOf(io.transfer).toEqualTypeOf<() => Bytes>();
    expectTypeOf(io[Symbol.iterator]).toEqualTypeOf<() => IterableIterator<Bytes, void, undefined>>();
    expectTypeOf([...io]).toEqualTypeOf<Bytes[]>();
    expectTypeOf(io).toExtend<Iterable<Bytes>>();
  });

  it('reads into memory of the caller', () => {
    expectTypeOf(io.readinto).toEqualTypeOf<(target: BytesLike) => number>();
    expectTypeOf(io.readinto1).toEqualTypeOf<(target: BytesLike) => number>();
  });

  it('lends a view', () => {
    expectTypeOf(io.getbuffer).toEqualTypeOf<() => BytesView>();
  });

  it('has a cursor', () => {
    expectTypeOf(io.seek).toEqualTypeOf<(offset: number, whence?: 0 | 1 | 2) => number>();
    expectTypeOf(io.tell).toEqualTypeOf<() => number>();
    expectTypeOf(io.chunks).toEqualTypeOf<(size?: number) => IterableIterator<Bytes, void, undefined>>();
    expectTypeOf(io.lines).toEqualTypeOf<(encoding?: string) => IterableIterator<string, void, undefined>>();
  });

  it('is a part of the web', () => {
    expectTypeOf(io.stream).toEqualTypeOf<(options?: StreamOptions) => ReadableStream<Bytes>>();
    expectTypeOf<StreamOptions>().toEqualTypeOf<{ start?: number | undefined; end?: number | undefined }>();
    expectTypeOf(io.sink).toEqualTypeOf<() => WritableStream<SinkChunk>>();
    expectTypeOf<BytesLike>().toExtend<SinkChunk>();
    expectTypeOf(io[Symbol.asyncIterator]()).toEqualTypeOf<AsyncGenerator<Bytes, void, undefined>>();
    expectTypeOf(io.toBase64).toEqualTypeOf<(options?: Base64Options) => string>();
    expectTypeOf(io.toJSON).toEqualTypeOf<(key?: string) => string>();
    expectTypeOf(io[Symbol.toPrimitive]).toEqualTypeOf<() => never>();
    expectTypeOf(io.blob).toEqualTypeOf<(type?: string) => Blob>();
    expectTypeOf(io.text).toEqualTypeOf<(encoding?: string) => string>();
  });

  it('tells what it is', () => {
    expectTypeOf(io.size).toEqualTypeOf<number>();
    expectTypeOf(io.closed).toEqualTypeOf<boolean>();
    expectTypeOf(io.isatty).toEqualTypeOf<() => boolean>();
    expectTypeOf(io.readable).toEqualTypeOf<() => boolean>();
    expectTypeOf(io.writable).toEqualTypeOf<() => boolean>();
    expectTypeOf(io.seekable).toEqualTypeOf<() => boolean>();
    expectTypeOf(io.fileno).toEqualTypeOf<() => never>();
    expectTypeOf(io.detach).toEqualTypeOf<() => never>();
  });

  it('ends', () => {
    expectTypeOf(io.flush).toEqualTypeOf<() => void>();
    expectTypeOf(io.close).toEqualTypeOf<() => void>();
    expectTypeOf(io[Symbol.dispose]).toEqualTypeOf<() => void>();
    expectTypeOf(io).toExtend<Disposable>();
  });

  it('has no member that is not tested here', () => {
    expectTypeOf<keyof BytesIO>().toEqualTypeOf<
      | 'blob'
      | 'chunks'
      | 'close'
      | 'closed'
      | 'detach'
      | 'fileno'
      | 'flush'
      | 'getbuffer'
      | 'getvalue'
      | 'isatty'
      | 'lines'
      | 'peek'
      | 'read'
      | 'read1'
      | 'readable'
      | 'readinto'
      | 'readinto1'
      | 'readline'
      | 'readlines'
      | 'seek'
      | 'seekable'
      | 'sink'
      | 'size'
      | 'stream'
      | 'tell'
      | 'text'
      | 'toBase64'
      | 'toJSON'
      | 'transfer'
      | 'truncate'
      | 'writable'
      | 'write'
      | 'writeFrom'
      | 'writelines'
      | typeof Symbol.asyncIterator
      | typeof Symbol.dispose
      | typeof Symbol.iterator
      | typeof Symbol.toPrimitive
    >();
    expectTypeOf<Exclude<keyof typeof BytesIO, 'prototype'>>().toEqualTypeOf<'adopt' | 'from'>();
  });

  it('takes no text, no shared memory to keep and no other numbers than it says', () => {
    expectTypeOf<string>().not.toExtend<BytesLike>();
    expectTypeOf<number[]>().not.toExtend<BytesLike>();
    // @ts-expect-error a string has to be encoded
    io.write('text');
    // @ts-expect-error neither has a line
    io.writelines(['text']);
    // @ts-expect-error nor a source
    BytesIO.from('text');
    // @ts-expect-error whence is 0, 1 or 2
    io.seek(0, 3);
    // @ts-expect-error there is no position `None`
    io.seek(null);
    // @ts-expect-error memory that is shared is nobody’s to give
    BytesIO.adopt(new Uint8Array(new SharedArrayBuffer(1)));
    // @ts-expect-error the size is not settable
    io.size = 1;
  });
});

describe('BytesView', () => {
  const view = new BytesIO().getbuffer();

  it('is a Uint8Array on an ArrayBuffer', () => {
    expectTypeOf(view).toEqualTypeOf<BytesView>();
    expectTypeOf(view).toExtend<Bytes>();
    expectTypeOf(view.buffer).toEqualTypeOf<ArrayBuffer>();
    expectTypeOf(BytesView[Symbol.species]).toEqualTypeOf<Uint8ArrayConstructor>();
  });

  it('gives plain arrays', () => {
    expectTypeOf(view.subarray(1)).toEqualTypeOf<Bytes>();
    expectTypeOf(view.slice(1)).toEqualTypeOf<Bytes>();
    expectTypeOf(view.map((byte) => byte)).toEqualTypeOf<Bytes>();
  });

  it('can be released', () => {
    expectTypeOf(view.release).toEqualTypeOf<() => void>();
    expectTypeOf(view).toExtend<Disposable>();
    expectTypeOf<Exclude<keyof BytesView, keyof Bytes>>().toEqualTypeOf<'release' | typeof Symbol.dispose>();
  });
});

describe('what the platform takes', () => {
  it('is what a stream gives', () => {
    const io = new BytesIO();
    expectTypeOf(io.getvalue()).toExtend<BlobPart>();
    expectTypeOf(io.getbuffer()).toExtend<BlobPart>();
    expectTypeOf(io.getvalue()).toExtend<BodyInit>();
    expectTypeOf(io.getbuffer()).toExtend<BodyInit>();
    expectTypeOf(io.getbuffer()).toExtend<BufferSource>();
    expectTypeOf(io.transfer().buffer).toExtend<Transferable>();
  });
});

describe('sources', () => {
  it('are these', () => {
    expectTypeOf<BytesLike>().toEqualTypeOf<ArrayBufferLike | ArrayBufferView<ArrayBufferLike>>();
    expectTypeOf<Source>().toEqualTypeOf<
      BytesLike | Blob | Response | Request | ReadableStream<BytesLike> | AsyncIterable<BytesLike> | Iterable<BytesLike>
    >();
    expectTypeOf<BytesIO>().toExtend<Source>();
    expectTypeOf<File>().toExtend<Source>();
    expectTypeOf<ReadableStream<Bytes>>().toExtend<Source>();
    expectTypeOf<NodeJS.ReadableStream>().toExtend<AsyncIterable<string | Buffer>>();
    expectTypeOf<AsyncGenerator<Buffer>>().toExtend<Source>();
    expectTypeOf<string>().not.toExtend<Source>();
    expectTypeOf<string[]>().not.toExtend<Source>();
  });

  it('have these options', () => {
    expectTypeOf<FromOptions>().toEqualTypeOf<{
      maxBytes?: number | undefined;
      expectedLength?: number | undefined;
      signal?: AbortSignal | undefined;
      onProgress?: ((received: number, expected?: number) => void) | undefined;
    }>();
  });
});

describe('b', () => {
  it('gives bytes from text and bytes', () => {
    expectTypeOf(b).toEqualTypeOf<
      (strings: TemplateStringsArray, ...values: (string | BytesLike)[]) => Uint8Array<ArrayBuffer>
    >();
    expectTypeOf(b`${'text'}${new ArrayBuffer(1)}${new DataView(new ArrayBuffer(1))}`).toEqualTypeOf<Bytes>();
    // @ts-expect-error a number is neither
    b`${1}`;
  });
});

describe('errors', () => {
  it('have a code each', () => {
    expectTypeOf<MemioErrorCode>().toEqualTypeOf<
      | 'ERR_MEMIO_TYPE'
      | 'ERR_MEMIO_RANGE'
      | 'ERR_MEMIO_SYNTAX'
      | 'ERR_MEMIO_CLOSED'
      | 'ERR_MEMIO_BUFFER'
      | 'ERR_MEMIO_UNSUPPORTED'
      | 'ERR_MEMIO_LIMIT'
      | 'ERR_MEMIO_STATUS'
      | 'ERR_MEMIO_TRUNCATED'
      | 'ERR_MEMIO_OVERRUN'
      | 'ERR_MEMIO_SOURCE'
      | 'ERR_MEMIO_DATA'
      | 'ERR_MEMIO_ADAPTER'
      | 'ERR_MEMIO_SPOOL'
    >();
    expectTypeOf<MemioError>().toExtend<Error & { readonly code: MemioErrorCode }>();
    expectTypeOf<MemioError['code']>().toEqualTypeOf<MemioErrorCode>();
    expectTypeOf<ClosedError['code']>().toEqualTypeOf<'ERR_MEMIO_CLOSED'>();
    expectTypeOf<BufferError['code']>().toEqualTypeOf<'ERR_MEMIO_BUFFER'>();
    expectTypeOf<UnsupportedOperation['code']>().toEqualTypeOf<'ERR_MEMIO_UNSUPPORTED'>();
    expectTypeOf<LimitError['code']>().toEqualTypeOf<'ERR_MEMIO_LIMIT'>();
    expectTypeOf<SourceError['code']>().toEqualTypeOf<
      'ERR_MEMIO_STATUS' | 'ERR_MEMIO_TRUNCATED' | 'ERR_MEMIO_OVERRUN' | 'ERR_MEMIO_SOURCE'
    >();
    expectTypeOf<DataError['code']>().toEqualTypeOf<'ERR_MEMIO_DATA'>();
    expectTypeOf<AdapterError['code']>().toEqualTypeOf<'ERR_MEMIO_ADAPTER'>();
  });

  it('carry what belongs to them', () => {
    expectTypeOf<LimitError['limit']>().toEqualTypeOf<string>();
    expectTypeOf<LimitError['allowed']>().toEqualTypeOf<number>();
    expectTypeOf<LimitError['partial']>().toEqualTypeOf<Bytes | undefined>();
    expectTypeOf<SourceError['partial']>().toEqualTypeOf<Bytes>();
    expectTypeOf<SourceError['expected']>().toEqualTypeOf<number | undefined>();
  });

  it('are recognised', () => {
    const error: unknown = undefined;
    if (isMemioError(error)) expectTypeOf(error).toEqualTypeOf<MemioError>();
    // @ts-expect-error not a code
    isMemioError(error, 'ERR_MEMIO');
  });

  it('narrow to the class of their code', () => {
    const error: unknown = undefined;
    if (isMemioError(error, 'ERR_MEMIO_LIMIT')) expectTypeOf(error).toEqualTypeOf<LimitError>();
    if (isMemioError(error, 'ERR_MEMIO_DATA')) expectTypeOf(error.operation).toEqualTypeOf<string | undefined>();
    if (isMemioError(error, 'ERR_MEMIO_ADAPTER')) expectTypeOf(error.adapter).toEqualTypeOf<string>();
    if (isMemioError(error, 'ERR_MEMIO_TRUNCATED')) expectTypeOf(error.expected).toEqualTypeOf<number | undefined>();
    if (isMemioError(error, 'ERR_MEMIO_RANGE')) expectTypeOf(error).toExtend<RangeError>();
    if (isMemioError(error) && error.code === 'ERR_MEMIO_LIMIT') expectTypeOf(error.allowed).toEqualTypeOf<number>();
  });
});

describe('the entries', () => {
  it('export nothing else', () => {
    expectTypeOf<keyof typeof core>().toEqualTypeOf<
      | 'AdapterError'
      | 'b'
      | 'BufferError'
      | 'BytesIO'
      | 'BytesView'
      | 'ClosedError'
      | 'DataError'
      | 'isMemioError'
      | 'LimitError'
      | 'SourceError'
      | 'UnsupportedOperation'
    >();
    expectTypeOf<keyof typeof adapter>().toEqualTypeOf<
      | 'abortable'
      | 'AdapterError'
      | 'adapterError'
      | 'bytesOf'
      | 'collect'
      | 'DataError'
      | 'describe'
      | 'holdContent'
      | 'isStream'
      | 'rangeError'
      | 'readBytes'
      | 'requireBytes'
      | 'requireCount'
      | 'requireInteger'
      | 'requireLimit'
      | 'requireOptions'
      | 'requireSignal'
      | 'turns'
      | 'typeError'
      | 'writeChunks'
    >();
  });
});

describe('the adapter kit', () => {
  it('writes', () => {
    expectTypeOf(adapter.writeChunks).toEqualTypeOf<
      (of: Operation, options: WriteOptions, start: (sink: ChunkSink) => () => void) => Promise<BytesIO>
    >();
    expectTypeOf<WriteOptions>().toEqualTypeOf<{
      into?: BytesIO | undefined;
      signal?: AbortSignal | undefined;
      onProgress?: ((written: number) => void) | undefined;
    }>();
    expectTypeOf<ChunkSink>().toEqualTypeOf<{
      push(chunk: unknown): void;
      end(): void;
      fail(cause: unknown): void;
      reject(error: unknown): void;
    }>();
  });

  it('reads', () => {
    const of: Operation = { adapter: 'a', operation: 'o' };
    expectTypeOf(adapter.readBytes(of, new BytesIO(), {}, (bytes) => bytes)).toEqualTypeOf<Promise<Bytes>>();
    expectTypeOf(adapter.readBytes(of, b``, {}, async (_, consumed) => consumed)).toEqualTypeOf<
      Promise<(length: number) => void>
    >();
    expectTypeOf<ReadOptions>().toEqualTypeOf<{
      maxInputBytes?: number | undefined;
      signal?: AbortSignal | undefined;
    }>();
    expectTypeOf(adapter.holdContent).toEqualTypeOf<
      (content: Source | string, options?: ReadOptions) => Promise<Held>
    >();
    expectTypeOf<Held>().toEqualTypeOf<{ bytes: Uint8Array; release(): void }>();
    expectTypeOf<Held<Bytes>>().toEqualTypeOf<{ bytes: Bytes; release(): void }>();
  });

  it('settles', () => {
    expectTypeOf(adapter.abortable<1>).toEqualTypeOf<
      (work: Promise<1>, signal: AbortSignal | undefined, stop?: () => void) => Promise<1>
    >();
    expectTypeOf(adapter.adapterError).toEqualTypeOf<(of: Operation, cause: unknown) => unknown>();
    expectTypeOf(adapter.isStream).guards.toEqualTypeOf<BytesIO>();
    expectTypeOf(adapter.bytesOf).toEqualTypeOf<(value: unknown) => Uint8Array | undefined>();
    expectTypeOf(adapter.requireBytes).toEqualTypeOf<(value: unknown, action: string) => Uint8Array>();
    expectTypeOf(adapter.describe).toEqualTypeOf<(value: unknown) => string>();
    expectTypeOf(adapter.typeError).returns.toExtend<TypeError & MemioError>();
    expectTypeOf(adapter.rangeError).returns.toExtend<RangeError & MemioError>();
  });
});
