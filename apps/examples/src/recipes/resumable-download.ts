// Resumable download: goes on where a broken connection stopped, with Range and If-Range, a limit and bounded retries.
// npm install @memio/core
// Runs in Node.js.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { BytesIO, b, isMemioError, type SourceError } from '@memio/core';

/** Rejects when more than `retries` connections broke; at once when the server refuses or sends over `maxBytes`. */
export async function download(url: string, maxBytes: number, retries = 5, signal?: AbortSignal): Promise<BytesIO> {
  const io = new BytesIO();
  let etag = '';
  let total = 0; // while it is not known
  for (let attempt = 0; ; attempt++) {
    try {
      // Ranges count bytes as they are sent: they must not be compressed. With a range fetch asks for that by itself.
      const resume = etag && { range: `bytes=${io.size}-`, 'if-range': etag };
      const headers = resume || { 'accept-encoding': 'identity' };
      const response = await fetch(url, { headers, signal: signal ?? null });
      const range = response.headers.get('content-range') ?? '';
      const isPart = response.status === 206;
      const size = isPart ? (/\/(\d+)$/.exec(range)?.[1] ?? total) : response.headers.get('content-length');
      if (!isPart) io.truncate(io.seek(0));
      else if (!range.startsWith(`bytes ${io.size}-`) || (total > 0 && Number(size) !== total))
        throw new Error(`Cannot go on at ${io.size} of ${total || 'unknown'} bytes with "${range}"`);
      total = Number(size);
      const tag = response.headers.has('content-encoding') ? null : response.headers.get('etag');
      etag = tag?.startsWith('"') ? tag : ''; // a weak one says nothing about bytes
      const came = await io.writeFrom(response, { maxBytes: maxBytes - io.size, signal });
      if (!isPart || io.size >= total) break;
      if (came === 0) throw new Error(`Cannot go on at ${io.size} of ${total} bytes: the server sent none`);
      attempt--; // a server may send less than it is asked for
    } catch (error) {
      const broken = isMemioError(error, 'ERR_MEMIO_TRUNCATED') || isMemioError(error, 'ERR_MEMIO_SOURCE');
      // A TypeError is how fetch says that there is no connection.
      if (attempt === retries || !(broken || error instanceof TypeError)) throw error;
      if (broken) io.write((error as SourceError).partial);
      await wait(100 * 2 ** attempt, undefined, { signal });
    }
  }
  io.seek(0);
  return io;
}

/** A server of `content` that knows ranges, and breaks off its first `breaks` answers. */
function unreliable(content: Uint8Array, breaks: number): Server {
  const etag = `"${createHash('sha256').update(content).digest('hex')}"`;
  return createServer(({ headers: { range = '' } }, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
    const part = content.subarray(start);
    if (start > 0) response.setHeader('content-range', `bytes ${start}-${content.length - 1}/${content.length}`);
    response.writeHead(start > 0 ? 206 : 200, { etag, 'content-length': part.length });
    console.log(`The server sends ${part.length} bytes${breaks > 0 ? ', and breaks off' : ''}`);
    if (breaks-- > 0) response.write(part.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 20));
    else response.end(part);
  });
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const content = b`${Array.from({ length: 20_000 }, (_, line) => `reading ${line}: ${line % 97}\n`).join('')}`;
  const server = unreliable(content, 2).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const io = await download(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readings.txt`, 2 ** 20);
    console.log(`Got ${io.size} bytes`);
    return { 'readings.txt': io };
  } finally {
    server.close().closeAllConnections();
  }
}
