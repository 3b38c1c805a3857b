import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import S3rver from '@20minutes/s3rver';

/** How one request goes wrong on its way. */
export type Fault = 'answer 500' | 'reset' | 'cut short';

/** A request that came by. */
export interface Seen {
  method: string;
  /** The number of the part, of an UploadPart. */
  part: number | undefined;
  /** What the client was told; `undefined` when the connection was reset. */
  status: number | undefined;
}

/**
 * An S3 server on loopback that keeps its objects in `directory`, behind a proxy that lets single requests go wrong. Its
 * credentials are S3RVER and S3RVER.
 */
export class ObjectStorage {
  readonly seen: Seen[] = [];
  /** Asked for every request, with how often the same one has come by before. */
  fault: (part: number | undefined, before: number, method: string) => Fault | undefined = () => undefined;
  readonly #s3: S3rver;
  readonly #proxy: Server;
  #target = 0;

  private constructor(directory: string, bucket: string) {
    const options = { address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets: [{ name: bucket }] };
    this.#s3 = new S3rver(options);
    this.#proxy = createServer((incoming, answer) => this.#forward(incoming, answer));
  }

  static async start(directory: string, bucket: string): Promise<ObjectStorage> {
    const storage = new ObjectStorage(directory, bucket);
    storage.#target = (await storage.#s3.run()).port;
    await new Promise<void>((resolve) => storage.#proxy.listen(0, '127.0.0.1', resolve));
    return storage;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#proxy.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#proxy.closeAllConnections();
    await new Promise((resolve) => this.#proxy.close(resolve));
    await this.#s3.close();
  }

  #forward(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method = '', url = '', headers } = incoming;
    const number = new URL(url, this.endpoint).searchParams.get('partNumber');
    const part = number === null ? undefined : Number(number);
    const before = this.seen.filter((other) => other.method === method && other.part === part).length;
    const seen: Seen = { method, part, status: undefined };
    this.seen.push(seen);
    const tell = (status: number) => {
      seen.status = status;
      return status;
    };

    const fault = this.fault(part, before, method);
    if (fault === 'reset') return void incoming.once('data', () => incoming.socket.resetAndDestroy());
    if (fault === 'answer 500') {
      incoming.resume().once('end', () => answer.writeHead(tell(500)).end('<Error><Code>InternalError</Code></Error>'));
      return;
    }
    // The signature covers the Host header: it is passed on as it came.
    const outgoing = request({ host: '127.0.0.1', port: this.#target, method, path: url, headers, agent: false });
    outgoing.on('response', (response) => {
      answer.writeHead(tell(response.statusCode!), response.headers);
      if (fault === 'cut short') response.once('data', (bytes) => answer.write(bytes, () => answer.destroy()));
      else response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }
}
