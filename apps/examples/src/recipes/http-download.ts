// Download: fetch into memory with progress, a limit and a timeout, check the checksum and read the lines.
// npm install @memio/core
// Runs in Node.js.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { BytesIO } from '@memio/core';

/** Rejects when the answer is not a success, too large, cut off, too slow, or not what its checksum says. */
export async function download(
  url: string,
  onProgress: (received: number, expected?: number) => void,
): Promise<BytesIO> {
  const signal = AbortSignal.timeout(10_000);
  const response = await fetch(url, { signal });
  const stream = await BytesIO.from(response, { maxBytes: 8 * 2 ** 20, signal, onProgress });
  using bytes = stream.getbuffer();
  const checksum = createHash('sha256').update(bytes).digest('hex');
  if (checksum !== response.headers.get('x-checksum-sha256')) throw new Error(`The checksum of ${url} is wrong`);
  return stream;
}

/** Serves eight chunks of readings and declares their length and checksum. `stop` also ends open connections. */
export async function serve(): Promise<{ url: string; stop(): void }> {
  const chunks = Array.from({ length: 8 }, (_, chunk) =>
    Array.from({ length: 2000 }, (_, line) => `sensor ${chunk} reading ${line}: ${(chunk * line) % 97}\n`).join(''),
  );
  const content = chunks.join('');
  const checksum = createHash('sha256').update(content).digest('hex');
  const server = createServer(async (_request, response) => {
    response.writeHead(200, { 'content-length': content.length, 'x-checksum-sha256': checksum });
    for (const chunk of chunks) {
      response.write(chunk);
      await wait(20);
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => server.close().closeAllConnections();
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/readings.txt`, stop };
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const server = await serve();
  try {
    const stream = await download(server.url, (received, expected) => console.log(`${received} of ${expected} bytes`));
    console.log(`The first of ${[...stream].length} lines:`);
    stream.seek(0);
    console.log(new TextDecoder().decode(stream.readline()).trimEnd());
    return { 'readings.txt': stream };
  } finally {
    server.stop();
  }
}
