/** What the platform has: the same in every runtime, or in Node.js. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { MessageChannel } from 'node:worker_threads';
import { bodyOf, received } from './loopback.ts';
import { bytesOf, type Consumer } from './matrix.ts';

const POST = { method: 'POST', duplex: 'half' } as const;

export const PLATFORM: Consumer[] = [
  { name: '', code: 'new Response(x)', deliver: async (x) => bytesOf(new Response(x as BodyInit)) },
  {
    name: '',
    code: 'new Request(url, { body: x })',
    deliver: async (x) => bytesOf(new Request('http://127.0.0.1/', { ...POST, body: x as BodyInit })),
  },
  {
    name: '',
    code: 'fetch(url, { body: x })',
    deliver: (x) => received((url) => fetch(url, { ...POST, body: x as BodyInit })),
  },
  { name: '', code: 'new Blob([x])', deliver: async (x) => bytesOf(new Blob([x as BlobPart])) },
  { name: '', code: "new File([x], 'a')", deliver: async (x) => bytesOf(new File([x as BlobPart], 'a')) },
  {
    name: '',
    code: "data.append('a', x)",
    deliver: async (x) => {
      const data = new FormData();
      data.append('a', x as Blob);
      const sent = (await new Response(data).formData()).get('a')!;
      return typeof sent === 'string' ? new TextEncoder().encode(sent) : bytesOf(sent);
    },
  },
  {
    name: '',
    code: 'fs.promises.writeFile(path, x)',
    deliver: async (x) => {
      const folder = await mkdtemp(join(tmpdir(), 'memio-interop-'));
      try {
        await writeFile(join(folder, 'a'), x as Uint8Array);
        return await readFile(join(folder, 'a'));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  },
  {
    name: '',
    code: 'pipeline(x, writable)',
    deliver: async (x) => {
      const chunks: Uint8Array[] = [];
      const write = (chunk: Uint8Array, _: string, done: () => void) => {
        chunks.push(chunk);
        done();
      };
      await pipeline(x as AsyncIterable<Uint8Array>, new Writable({ write }));
      return Buffer.concat(chunks);
    },
  },
  { name: '', code: 'Readable.from(x)', deliver: (x) => bodyOf(Readable.from(x as Iterable<Uint8Array>)) },
  { name: '', code: 'structuredClone(x)', deliver: async (x) => plain(structuredClone(x)) },
  {
    name: '',
    code: 'port.postMessage(x)',
    deliver: async (x) => {
      const { port1, port2 } = new MessageChannel();
      try {
        const message = once(port2, 'message');
        port1.postMessage(x);
        return await plain((await message)[0]);
      } finally {
        port1.close();
      }
    },
  },
  { name: '', code: 'new Uint8Array(x)', deliver: async (x) => new Uint8Array(x as Uint8Array) },
];

const plain = async (x: unknown): Promise<unknown> => (x instanceof Blob ? bytesOf(x) : x);
