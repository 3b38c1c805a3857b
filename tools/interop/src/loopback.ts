import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on loopback, until `use` is done. */
export async function withServer<Result>(
  listener: RequestListener | Server,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  const server = typeof listener === 'function' ? createServer(listener) : listener;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

export async function bodyOf(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What a client sends. */
export async function received(
  send: (url: string) => Promise<unknown>,
  read: (request: IncomingMessage) => Promise<Uint8Array> = bodyOf,
): Promise<Uint8Array> {
  let body: Promise<Uint8Array> | undefined;
  const echo: RequestListener = async (request, response) => {
    body = read(request);
    await body.catch(() => undefined);
    response.end();
  };
  await withServer(echo, send);
  if (!body) throw new Error('Nothing was sent');
  return body;
}

/** What a server answers. `failed` returns what its handler threw. */
export const answered = (listener: RequestListener | Server, failed: () => unknown): Promise<Uint8Array> =>
  withServer(listener, async (url) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    const body = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return body;
    throw failed() ?? new Error(`${response.status} ${new TextDecoder().decode(body)}`);
  });
