// Compression: gzip, deflate and back with the platform's own streams, with a limit against bombs.
// npm install @memio/core
// Runs in browsers and Node.js.

import { BytesIO, b, isMemioError } from '@memio/core';

/** The compressed content of `io`, whatever its cursor. */
export function compress(io: BytesIO, format: CompressionFormat = 'gzip'): Promise<BytesIO> {
  return BytesIO.from(io.stream().pipeThrough(new CompressionStream(format)));
}

/** Rejects with a `LimitError` as soon as more than `maxBytes` come out, and inflates no more than that. */
export function decompress(io: BytesIO, maxBytes: number, format: CompressionFormat = 'gzip'): Promise<BytesIO> {
  return BytesIO.from(io.stream().pipeThrough(new DecompressionStream(format)), { maxBytes });
}

/** Compresses chunks as they come, to the cursor of `into`: all of them are never in memory. */
export async function compressInto(into: BytesIO, chunks: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
  const { writable, readable } = new CompressionStream('gzip');
  const feed = async () => {
    const writer = writable.getWriter();
    try {
      for await (const chunk of chunks) await writer.write(chunk);
      await writer.close();
    } catch (error) {
      await writer.abort(error);
    }
  };
  await Promise.all([readable.pipeTo(into.sink()), feed()]);
}

async function* log(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let second = 0; second < 5000; second++) yield b`${new Date(second * 1000).toISOString()} GET /health 200\n`;
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const packed = new BytesIO();
  await compressInto(packed, log());
  const plain = await decompress(packed, 1_000_000);
  console.log(`${plain.size} bytes of log are ${packed.size} bytes of gzip`);

  for (const format of ['gzip', 'deflate', 'deflate-raw'] as const)
    console.log(`${format.padEnd(12)} ${(await compress(plain, format)).size} bytes`);

  const bomb = await compress(BytesIO.adopt(new Uint8Array(50_000_000)));
  const error = await decompress(bomb, 1_000_000).catch((error) => error);
  if (!isMemioError(error, 'ERR_MEMIO_LIMIT')) throw error;
  console.log(`A bomb of ${bomb.size} bytes: ${error.message}`);
  return { 'log.txt': plain, 'log.txt.gz': packed };
}
