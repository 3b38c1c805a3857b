// WebSocket: sends a stream as one message without a copy, or in chunks with back-pressure, and receives with a limit.
// npm install @memio/core ws
// Runs in Node.js.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BytesIO, b } from '@memio/core';
import { WebSocket, WebSocketServer } from 'ws';

const send = (socket: WebSocket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => socket.send(bytes, (error) => (error ? reject(error) : resolve())));

/** Sends the whole content as one message. ws reads the memory until it is sent, so the view is held until then. */
export async function sendWhole(socket: WebSocket, io: BytesIO): Promise<void> {
  using bytes = io.getbuffer();
  await send(socket, bytes);
}

/** Sends what follows the cursor as messages of up to `size` bytes; each waits until the one before is sent. */
export async function sendChunks(socket: WebSocket, io: BytesIO, size = 65_536): Promise<void> {
  for (let chunk = io.read(size); chunk.length > 0; chunk = io.read(size)) await send(socket, chunk);
}

/** All that the peer sends until it closes with 1000. More than `maxBytes` is a `LimitError`, and closes with 1009. */
export function receive(socket: WebSocket, maxBytes: number): Promise<BytesIO> {
  const io = new BytesIO(null, { maxBytes });
  return new Promise((resolve, reject) => {
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return socket.close(1003);
      try {
        io.writelines([data].flat()); // whatever `binaryType` says; copied, since Buffers of ws share their memory
      } catch (error) {
        reject(error);
        socket.close(1009);
      }
    });
    socket.on('error', reject);
    socket.on('close', (code) => {
      if (code !== 1000) return reject(new Error(`The connection was closed with ${code} after ${io.size} bytes`));
      io.seek(0);
      resolve(io);
    });
  });
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const readings = BytesIO.adopt(b`${Array.from({ length: 60_000 }, (_, n) => `${n},${n % 97}\n`).join('')}`);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 2 ** 20 }); // of one message
  server.once('connection', (first) => {
    const upload = receive(first, 2 ** 20);
    server.on('connection', async (next) => sendWhole(next, await upload).then(() => next.close(1000)));
  });
  try {
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new WebSocket(url);
    await once(client, 'open');
    await sendChunks(client, readings);
    client.close(1000);
    console.log(`Sent ${readings.size} bytes in chunks, and get them back in one message`);
    return { 'readings.csv': await receive(new WebSocket(url), 2 ** 20) };
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}
