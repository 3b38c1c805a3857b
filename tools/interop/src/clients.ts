/** Clients that send what they are given. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import axios from 'axios';
import FormData from 'form-data';
import got from 'got';
import { simpleParser } from 'mailparser';
import nodeFetch from 'node-fetch';
import nodemailer, { type Transporter } from 'nodemailer';
import { request } from 'undici';
import { WebSocket, WebSocketServer } from 'ws';
import { bodyOf, received } from './loopback.ts';
import { bytesOf, type Consumer } from './matrix.ts';

type Any = never;

/** What arrives when a socket sends one message. */
export async function throughWebSocket(send: (socket: WebSocket) => void): Promise<Uint8Array> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  try {
    await once(server, 'listening');
    const message = new Promise<Uint8Array>((resolve) =>
      server.on('connection', (socket) => socket.on('message', (data) => resolve(data as Buffer))),
    );
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
    await once(socket, 'open');
    send(socket);
    return await message;
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
}

/** The attachment of a mail. */
export async function throughMail(send: (transport: Transporter) => Promise<unknown>): Promise<Uint8Array> {
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true });
  const { message } = (await send(transport)) as { message: Buffer };
  return (await simpleParser(message)).attachments[0]!.content;
}

/** The object that is in the bucket `a` afterwards. */
export async function throughS3(send: (client: S3Client) => Promise<unknown>): Promise<Uint8Array> {
  const directory = await mkdtemp(join(tmpdir(), 'memio-interop-'));
  const configureBuckets = [{ name: 'a' }];
  const server = new S3rver({ address: '127.0.0.1', port: 0, silent: true, directory, configureBuckets });
  const { port } = await server.run();
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' },
  });
  try {
    await send(client);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'a', Key: 'a' }));
    return await Body!.transformToByteArray();
  } finally {
    client.destroy();
    await server.close();
    await rm(directory, { recursive: true });
  }
}

/** The file in a form that was received. */
export async function fileOf(body: Uint8Array, type: string, field = 'a'): Promise<Uint8Array> {
  const form = await new Response(Uint8Array.from(body), { headers: { 'content-type': type } }).formData();
  const file = form.get(field)!;
  return typeof file === 'string' ? new TextEncoder().encode(file) : bytesOf(file);
}

export const CLIENTS: Consumer[] = [
  {
    name: 'undici',
    code: 'request(url, { body: x })',
    deliver: (x) => received((url) => request(url, { method: 'POST', body: x as Any })),
  },
  { name: 'axios', code: 'axios.post(url, x)', deliver: (x) => received((url) => axios.post(url, x)) },
  {
    name: 'got',
    code: 'got.post(url, { body: x })',
    deliver: (x) => received((url) => got.post(url, { body: x as Any, retry: { limit: 0 } })),
  },
  {
    name: 'node-fetch',
    code: 'nodeFetch(url, { body: x })',
    deliver: (x) => received((url) => nodeFetch(url, { method: 'POST', body: x as Any })),
  },
  {
    name: 'ws',
    code: 'socket.send(x)',
    deliver: (x) => throughWebSocket((socket) => socket.send(x as Any, { binary: true })),
  },
  {
    name: 'nodemailer',
    code: 'transport.sendMail({ attachments: [{ content: x }] })',
    deliver: (x) =>
      throughMail((transport) =>
        transport.sendMail({
          from: 'a@localhost',
          to: 'b@localhost',
          attachments: [{ filename: 'a.bin', content: x as Any }],
        }),
      ),
  },
  {
    name: 'AWS SDK',
    code: "new PutObjectCommand({ Bucket: 'a', Key: 'a', Body: x })",
    deliver: (x) => throughS3((client) => client.send(new PutObjectCommand({ Bucket: 'a', Key: 'a', Body: x as Any }))),
  },
  {
    name: 'form-data',
    code: "form.append('a', x, { filename: 'a' })",
    deliver: (x) =>
      received(
        (url) => {
          const form = new FormData();
          form.append('a', x, { filename: 'a' });
          return new Promise((resolve, reject) =>
            form.submit(url, (error, response) => (error ? reject(error) : resolve(response.resume()))),
          );
        },
        async (incoming) => fileOf(await bodyOf(incoming), incoming.headers['content-type']!),
      ),
  },
];
