import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** Ends the connection as TCP means it to be ended. */
export const END: unique symbol = Symbol('end');
/** Ends the connection with a reset. */
export const RESET: unique symbol = Symbol('reset');
/** Goes on when the client calls `resume()`, so that a test need not guess how long the client takes to read. */
export const PAUSE: unique symbol = Symbol('pause');

/** What the server does next on a connection: bytes are sent as they are. A connection that is not ended stays open. */
export type Move = string | Uint8Array | typeof END | typeof RESET | typeof PAUSE;

/** The head of an HTTP answer: `head('200 OK', { 'Content-Length': 4 })`. Nothing is added and nothing is checked. */
export function head(status: string, headers: Record<string, string | number> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`;
}

/** One chunk of a body with `Transfer-Encoding: chunked`; an empty one ends the body. */
export function chunk(bytes: string | Uint8Array): Uint8Array {
  const body = Buffer.from(bytes as Uint8Array);
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
}

/**
 * An HTTP server on loopback that answers byte by byte what a test tells it to, right or wrong. It speaks through a
 * plain socket: an HTTP library would not send most of what is worth testing.
 *
 * @example
 * ```ts
 * const server = await HostileServer.start();
 * const url = server.serve(head('200 OK', { 'Content-Length': 10 }), 'half', END);
 * ```
 */
export class HostileServer {
  readonly #server: Server;
  readonly #scripts = new Map<string, Move[]>();
  readonly #sockets = new Set<Socket>();
  readonly #asked = new Set<Socket>();
  #resume: () => void = () => {};

  private constructor() {
    this.#server = createServer((socket) => void this.#answer(socket));
  }

  static async start(): Promise<HostileServer> {
    const hostile = new HostileServer();
    await new Promise<void>((resolve) => hostile.#server.listen(0, '127.0.0.1', resolve));
    return hostile;
  }

  /** A URL whose every request is answered by `moves`. */
  serve(...moves: Move[]): string {
    const path = `/${this.#scripts.size}`;
    this.#scripts.set(path, moves);
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** Lets a connection that is at `PAUSE` go on. */
  resume(): void {
    this.#resume();
  }

  /**
   * Resolves when every connection that carried a request is closed; rejects when one is still open after `within`
   * milliseconds. Connections that carried none are not counted: `fetch` opens a spare one after each that it breaks off.
   */
  async quiet(within = 2000): Promise<void> {
    const deadline = performance.now() + within;
    while (this.#asked.size > 0) {
      if (performance.now() > deadline) {
        const left = [...this.#asked];
        for (const socket of left) socket.destroy();
        throw new Error(`${left.length} connections are still open`);
      }
      await wait(5);
    }
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#sockets.delete(socket);
      this.#asked.delete(socket);
    });
    // A client that goes away while we write is what some tests are about.
    socket.on('error', () => {});
    const path = await requestedPath(socket);
    this.#asked.add(socket);
    for (const move of this.#scripts.get(path) ?? [head('404 Not Found'), END]) {
      if (move === END) socket.end();
      else if (move === RESET) socket.resetAndDestroy();
      else if (move === PAUSE) await new Promise<void>((resolve) => (this.#resume = resolve));
      else await new Promise((sent) => socket.write(move, sent));
    }
  }
}

/** Reads the head of a request; what follows it is read too, and dropped, so that the end of the connection is seen. */
function requestedPath(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let request = '';
    socket.on('data', (bytes) => {
      request += bytes;
      if (request.includes('\r\n\r\n')) resolve(request.split(' ')[1]!);
    });
  });
}
