import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMemioError } from '@memio/core';
import type { PageFiles } from './page-files.ts';
import { refusal, securityHeaders } from './policy.ts';
import { runInChild } from './run-in-child.ts';

export interface GalleryOptions {
  page: PageFiles;
  /** The recipes that may be run, and the URL of the module of each. */
  recipes: ReadonlyMap<string, string>;
  /** On loopback; 0 is any that is free. */
  port: number;
  /** How long a recipe may run, in milliseconds. Default: 30,000. */
  deadline?: number;
  /** The most bytes that a recipe may answer with. Default: 128 MiB. */
  maxBytes?: number;
}

export interface Gallery {
  /** Where the page is. */
  url: string;
  /** Ends the runs that go on, and every connection. */
  stop(): Promise<void>;
}

/** How many recipes may run at a time. */
const AT_ONCE = 4;

/** Serves the page, and runs recipes for it, on loopback only. */
export async function startGallery(options: GalleryOptions): Promise<Gallery> {
  const { page, recipes, deadline = 30_000, maxBytes = 128 * 2 ** 20 } = options;
  const runs = new Map<AbortController, Promise<void>>();
  let port = options.port;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '', headers } = request;
    request.resume();
    for (const [name, value] of Object.entries(securityHeaders(url))) response.setHeader(name, value!);
    response.setHeader('cache-control', 'no-cache');
    const say = (status: number, message: string) =>
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);

    const refused = refusal(port, method, headers);
    if (refused) return void say(403, refused);

    const run = /^\/run\/([a-z0-9-]+)$/.exec(url)?.[1];
    const allowed = run === undefined ? ['GET', 'HEAD'] : ['POST'];
    if (!allowed.includes(method)) return void say(405, 'This method is not for that');
    if (run === undefined) {
      const file = page.get(url);
      if (!file) return void say(404, 'There is no such page');
      response.writeHead(200, { 'content-type': file.type, 'content-length': file.bytes.length });
      return void response.end(method === 'HEAD' ? undefined : file.bytes);
    }
    const module = recipes.get(run);
    if (module === undefined) return void say(404, 'There is no such recipe');
    if (runs.size >= AT_ONCE) return void say(503, `${AT_ONCE} recipes run already; try again in a moment`);

    const abort = new AbortController();
    response.on('close', () => abort.abort());
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(deadline)]);
    const done = runInChild(run, module, { maxBytes, signal }).then(
      (made) => void response.writeHead(200, { 'content-length': made.size }).end(made.transfer()),
      (error: Error) => {
        if (abort.signal.aborted) response.destroy();
        else if (signal.aborted) say(504, `The recipe was ended: it ran longer than ${deadline / 1000} s`);
        else if (isMemioError(error, 'ERR_MEMIO_LIMIT'))
          say(500, `The recipe was ended: it made over ${maxBytes} bytes`);
        else say(500, error.message);
      },
    );
    runs.set(
      abort,
      done.finally(() => runs.delete(abort)),
    );
  }

  const server = createServer(answer);
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      const running = [...runs];
      for (const [abort] of running) abort.abort();
      const closed = once(server, 'close');
      server.close().closeAllConnections();
      await Promise.all([closed, ...running.map(([, done]) => done)]);
    },
  };
}
