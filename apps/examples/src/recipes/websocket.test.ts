import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { BytesIO, b } from '@memio/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import main, { receive, sendChunks, sendWhole } from './websocket.ts';

const servers: WebSocketServer[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

async function listen(server: WebSocketServer): Promise<string> {
  servers.push(server);
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server of which each connection is given to `handle`. */
const listenWith = (handle: (socket: WebSocket) => void) =>
  listen(new WebSocketServer({ host: '127.0.0.1', port: 0 }).on('connection', handle));

async function connect(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  return socket;
}

const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 255);

describe('sending', () => {
  it('sends a stream as one message, whatever its cursor, and holds its memory until it is sent', async () => {
    const content = pattern(8 * 2 ** 20);
    const io = new BytesIO(content);
    io.seek(7);
    const sent: string[] = [];
    const url = await listenWith(async (socket) => {
      const sending = sendWhole(socket, io);
      try {
        io.close();
      } catch (error) {
        sent.push((error as Error).name);
      }
      await sending;
      io.close();
      sent.push('closed');
      socket.close(1000);
    });
    const client = new WebSocket(url);
    const messages: Buffer[] = [];
    client.on('message', (data) => messages.push(data as Buffer));
    await once(client, 'close');
    expect(messages).toHaveLength(1);
    expect(messages[0]!.equals(content)).toBe(true);
    expect(sent).toEqual(['BufferError', 'closed']);
  });

  it('sends what follows the cursor in chunks, one at a time', async () => {
    const content = pattern(1_000_000);
    const lengths: number[] = [];
    let most = 0;
    const got = new Promise<Buffer>((resolve) => {
      listenWith((socket) => {
        const chunks: Buffer[] = [];
        socket.on('message', (data) => {
          lengths.push((data as Buffer).length);
          chunks.push(Buffer.from(data as Buffer));
        });
        socket.on('close', () => resolve(Buffer.concat(chunks)));
      }).then(async (url) => {
        const client = await connect(url);
        const io = new BytesIO(content);
        io.seek(100);
        const read = vi.spyOn(io, 'read').mockImplementation((size) => {
          most = Math.max(most, client.bufferedAmount);
          return BytesIO.prototype.read.call(io, size);
        });
        await sendChunks(client, io, 300_000);
        expect(read).toHaveBeenCalledTimes(5);
        client.close(1000);
      });
    });
    expect((await got).equals(content.subarray(100))).toBe(true);
    expect(lengths).toEqual([300_000, 300_000, 300_000, 99_900]);
    expect(most).toBe(0);
  });

  it.each([
    ['sendWhole', sendWhole],
    ['sendChunks', sendChunks],
  ])('%s rejects when the peer has gone, and gives the memory back', async (_name, send) => {
    const client = await connect(await listenWith((socket) => socket.terminate()));
    const io = new BytesIO(new Uint8Array(64 * 2 ** 20));
    await expect(send(client, io)).rejects.toThrow();
    io.close();
    expect(io.closed).toBe(true);
  });
});

describe('receiving', () => {
  it.each(['nodebuffer', 'arraybuffer', 'fragments'] as const)(
    'takes messages as %s, large and small',
    async (binaryType) => {
      const content = pattern(300_000);
      const received = new Promise<BytesIO>((resolve, reject) => {
        listenWith((socket) => {
          socket.binaryType = binaryType;
          receive(socket, 2 ** 20).then(resolve, reject);
        }).then(async (url) => {
          const client = await connect(url);
          client.send(content.subarray(0, 200_000));
          client.send(content.subarray(200_000, 250_000), { fin: false });
          client.send(content.subarray(250_000, 260_000), { fin: true });
          // Small messages come out of one pooled Buffer.
          for (let at = 260_000; at < content.length; at += 100) client.send(content.subarray(at, at + 100));
          client.close(1000);
        }, reject);
      });
      const io = await received;
      expect(io.tell()).toBe(0);
      expect(Buffer.from(io.read()).equals(content)).toBe(true);
    },
  );

  /** What the server says of what `talk` sent, and the code that the client is closed with. */
  async function refused(maxBytes: number, talk: (client: WebSocket) => void): Promise<[error: unknown, code: number]> {
    let error: Promise<unknown> | undefined;
    const client = await connect(
      await listenWith((socket) => {
        error = receive(socket, maxBytes).catch((error) => error);
      }),
    );
    talk(client);
    const [code] = await once(client, 'close');
    return [await error, code];
  }

  it.each<[string, (client: WebSocket) => void]>([
    ['one message', (client) => client.send(pattern(101))],
    ['all messages together', (client) => [60, 40, 1].map((size) => client.send(pattern(size)))],
  ])('refuses %s of more than maxBytes with 1009', async (_what, talk) => {
    const [error, code] = await refused(100, talk);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_LIMIT', allowed: 100 });
    expect(code).toBe(1009);
  });

  it('takes as much as maxBytes, and no message at all', async () => {
    for (const size of [100, 0]) {
      const [io, code] = await refused(100, (client) => {
        if (size > 0) client.send(pattern(size));
        client.close(1000);
      });
      expect([(io as BytesIO).size, code]).toEqual([size, 1000]);
    }
  });

  it('refuses text with 1003', async () => {
    const [error, code] = await refused(100, (client) => client.send('text'));
    expect(error).toMatchObject({ message: 'The connection was closed with 1003 after 0 bytes' });
    expect(code).toBe(1003);
  });

  it('does not take a broken connection for the end', async () => {
    const [error] = await refused(100, (client) => client.send(b`half`, () => client.terminate()));
    expect(error).toMatchObject({ message: 'The connection was closed with 1006 after 4 bytes' });
  });

  it('rejects when ws refuses a message before it is in memory', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 50 });
    const error = once(server, 'connection').then(([socket]) => receive(socket, 100).catch((error) => error));
    const client = await connect(await listen(server));
    client.send(pattern(51));
    expect((await once(client, 'close'))[0]).toBe(1009);
    expect(await error).toMatchObject({ message: 'Max payload size exceeded' });
  });

  it('rejects when there is no server', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(receive(new WebSocket(url), 100)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('main', () => {
  it('sends in chunks and gets the same back', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { 'readings.csv': readings } = await main();
    expect(readings!.text()).toBe(Array.from({ length: 60_000 }, (_, n) => `${n},${n % 97}\n`).join(''));
    expect(log.mock.calls).toEqual([[`Sent ${readings!.size} bytes in chunks, and get them back in one message`]]);
  });
});
