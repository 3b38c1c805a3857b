import {
  BufferError,
  BytesIO,
  type BytesIOOptions,
  type BytesLike,
  type BytesView,
  b,
  ClosedError,
  type FromOptions,
  isMemioError,
  LimitError,
  type MemioErrorCode,
  type Source,
  SourceError,
  UnsupportedOperation,
} from '@memio/core';
import { AdapterError, readBytes, writeChunks } from '@memio/core/adapter';

/** What applications do with a stream; it has to compile, under every TypeScript that is supported. */
export async function use(socket: WebSocket, file: File, shared: SharedArrayBuffer): Promise<void> {
  const options: BytesIOOptions = { maxBytes: 1024 };
  using io = new BytesIO(b`Hello, ${'wörld'}${new Uint8Array(2)}\x00`, options);

  const inputs: BytesLike[] = [new ArrayBuffer(1), shared, new DataView(new ArrayBuffer(2)), new Float64Array(1)];
  io.writelines(inputs);
  const written: number = io.write(new Uint8Array(shared));
  io.seek(0);
  io.seek(-1, 2);

  const value: Uint8Array<ArrayBuffer> = io.getvalue();
  const parts: Uint8Array<ArrayBuffer>[] = [io.read(), io.read(null), io.peek(), ...io.readlines(), ...io];
  for (const line of io) parts.push(line);

  new Blob([io.getvalue(), ...parts], { type: 'application/pdf' });
  new Response(io.getvalue());
  await fetch('/upload', { method: 'PUT', body: io.getvalue() });
  {
    using view: BytesView = io.getbuffer();
    new Blob([view]);
    new Response(view);
    socket.send(view);
    await crypto.subtle.digest('SHA-256', view);
    new TextDecoder().decode(view);
    const plain: Uint8Array<ArrayBuffer> = view.subarray(1);
    plain.set(view.map((byte) => byte ^ 0xff));
  }
  structuredClone(value, { transfer: [io.transfer().buffer] });

  const from: FromOptions = {
    maxBytes: 1 << 20,
    signal: AbortSignal.timeout(1000),
    onProgress: (received) => received,
  };
  const sources: Source[] = [await fetch('/download'), file, file.stream(), [value], io, BytesIO.adopt(value)];
  for (const source of sources) await io.writeFrom(source, from);
  const downloaded: BytesIO = await BytesIO.from(new Response(value), { expectedLength: written });

  const made: BytesIO = await writeChunks({ adapter: 'x', operation: 'writeX' }, { into: downloaded }, (sink) => {
    sink.push(value);
    sink.end();
    return () => {};
  });
  await readBytes({ adapter: 'x', operation: 'readX' }, made, {}, (bytes) => new Blob([bytes]));
}

export function tell(error: unknown): MemioErrorCode | undefined {
  if (error instanceof LimitError || error instanceof SourceError) return error.partial && error.code;
  if (error instanceof BufferError || error instanceof ClosedError || error instanceof UnsupportedOperation)
    return error.code;
  if (error instanceof AdapterError) return error.code;
  return isMemioError(error) ? error.code : undefined;
}

export class Log extends BytesIO {
  line(text: string): number {
    return this.write(b`${text}\n`);
  }
}

export function refused(io: BytesIO): void {
  // @ts-expect-error a string has to be encoded
  io.write('text');
  // @ts-expect-error whence is 0, 1 or 2
  io.seek(0, 3);
}
