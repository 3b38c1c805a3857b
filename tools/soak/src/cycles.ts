import { createReadStream as readFrom } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BytesIO, type BytesLike, isMemioError } from '@memio/core';
import { createReadStream, createWriteStream, load, SpooledBytesIO, saveTo } from '@memio/node';

/** One turn of opening, filling, streaming and closing. It throws when a byte is not what it has to be. */
export type Cycle = (size: number) => Promise<void>;

const pattern = new Uint8Array(Uint32Array.from({ length: 2 ** 21 }, (_, index) => index * 2_654_435_761).buffer);

/** The most that a cycle can be asked for. */
export const LARGEST: number = pattern.length;

function check(bytes: Uint8Array, size: number): void {
  if (Buffer.compare(bytes, pattern.subarray(0, size)) !== 0) throw new Error(`${size} bytes came back changed`);
}

function* pieces(size: number): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < size; at += 10_007) yield pattern.subarray(at, Math.min(at + 10_007, size));
}

async function inMemory(size: number): Promise<void> {
  using io = new BytesIO();
  for (const piece of pieces(size)) io.write(piece);
  {
    using view = io.getbuffer();
    check(view, size);
  }
  io.seek(0);
  while (io.readline(4096).length > 0);
  check(io.getvalue(), size);
}

async function webStreams(size: number): Promise<void> {
  using from = new BytesIO(pattern.subarray(0, size));
  using to = new BytesIO();
  await from.stream().pipeTo(to.sink());
  check(to.getvalue(), size);
  using again = await BytesIO.from(to.blob());
  check(again.transfer(), size);
  const reader = to.stream().getReader({ mode: 'byob' });
  await reader.read(new Uint8Array(1000));
  await reader.cancel();
}

async function brokenSources(size: number): Promise<void> {
  const failing = new ReadableStream<BytesLike>({
    start(controller) {
      for (const piece of pieces(size)) controller.enqueue(piece);
    },
    pull: (controller) => controller.error(new Error('on purpose')),
  });
  const stalled = Readable.from(
    (async function* () {
      yield* pieces(size);
      await new Promise(() => {});
    })(),
  );
  for (const source of [failing, stalled]) {
    const options = { signal: AbortSignal.timeout(20), expectedLength: size + 1 };
    await BytesIO.from(source, options).then(unexpected, (error: unknown) => {
      if (!isMemioError(error, 'ERR_MEMIO_SOURCE') && error !== options.signal.reason) throw error;
    });
  }
}

function unexpected(): never {
  throw new Error('A broken source did not fail');
}

/** By way of a file and Node streams. */
const files =
  (folder: string): Cycle =>
  async (size) => {
    using io = new BytesIO(pattern.subarray(0, size));
    const path = join(folder, 'soak.bin');
    await saveTo(io, path);
    using back = await BytesIO.from(readFrom(path), { expectedLength: size });
    check(back.getvalue(), size);
    using loaded = await load(path);
    using copy = new BytesIO();
    await pipeline(createReadStream(loaded), createWriteStream(copy));
    check(copy.getvalue(), size);
    if (size > 100_000) await BytesIO.from(readFrom(path), { maxBytes: 100_000 }).then(unexpected, () => {});
  };

/** By way of a temporary file once there are more than 50,000 bytes. */
async function spooled(size: number): Promise<void> {
  using io = new SpooledBytesIO(null, { maxSize: 50_000 });
  io.writelines(pieces(size));
  using copy = await SpooledBytesIO.from(io.stream(), { maxSize: 50_000 });
  copy.seek(0);
  check(copy.read(), size);
  createReadStream(copy).destroy();
  await io.stream().cancel();
  io.truncate(size >> 1);
  check(io.getvalue(), size >> 1);
}

/** By way of a server that sends back what it got, or only half of it. */
const network =
  (url: string): Cycle =>
  async (size) => {
    using io = new BytesIO(pattern.subarray(0, size));
    const post = (path: string) =>
      fetch(url + path, { method: 'POST', body: io.stream(), duplex: 'half' } as RequestInit);
    using echo = await BytesIO.from(await post('/echo'));
    check(echo.getvalue(), size);
    await post('/torn')
      .then((response) => BytesIO.from(response, { expectedLength: size + 1 }))
      .then(unexpected, () => {});
  };

function startServer(): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/echo') return void request.pipe(response);
    request.once('data', (bytes) => response.write(bytes));
    request.once('end', () => response.destroy());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/** Runs `use` with every kind of cycle; what they need is closed afterwards. */
export async function withCycles(folder: string, use: (cycles: Record<string, Cycle>) => Promise<void>): Promise<void> {
  const server = await startServer();
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use({ inMemory, webStreams, brokenSources, files: files(folder), spooled, network: network(url) });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
