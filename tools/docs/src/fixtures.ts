import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What `https://example.com/large.bin` answers: too much for a repository. */
const LARGE = 2_000_000;

/**
 * Makes `fetch('https://example.com/photo.jpg')` ask a server on loopback, which answers with the file of that name in
 * `folder`. Other hosts than loopback are refused: examples need no network.
 */
export async function serveExampleCom(folder: URL): Promise<void> {
  const server = createServer(async (request, response) => {
    const name = request.url!.slice(1);
    response.setHeader('connection', 'close'); // an idle connection would keep the process alive
    try {
      response.end(name === 'large.bin' ? Buffer.alloc(LARGE) : await readFile(new URL(name, folder)));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const { fetch } = globalThis;
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.host === 'example.com') return fetch(new Request(`http://127.0.0.1:${port}${url.pathname}`, request));
    if (!['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname))
      throw new Error(`Cannot fetch ${url}: examples reach example.com, which is a stand-in, and loopback`);
    return fetch(request);
  };
}
