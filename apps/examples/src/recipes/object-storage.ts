// Object storage: a stream larger than memory to S3, or a server that speaks its protocol, in parts, and back.
// npm install @aws-sdk/client-s3 @aws-sdk/lib-storage @memio/core @memio/node
// Needs a bucket, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_ENDPOINT_URL_S3 for a server of your own.
// Runs in Node.js.

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type BytesIO, b } from '@memio/core';
import { createReadStream, SpooledBytesIO } from '@memio/node';

export interface Place {
  Bucket: string;
  Key: string;
}

/** Needs memory for a few parts of 5 MiB, however large `io` is. A part that fails is sent again, three times in all. */
export async function upload(
  client: S3Client,
  place: Place,
  io: BytesIO,
  onProgress: (sent: number) => void = () => {},
): Promise<void> {
  const Body = createReadStream(io);
  const upload = new Upload({ client, params: { ...place, Body, ContentLength: io.size } });
  upload.on('httpUploadProgress', ({ loaded }) => onProgress(loaded!));
  // Until its body has ended, the stream refuses to change its size; here it ends in any case.
  await upload.done().finally(() => Body.destroy());
}

/** Rejects when the object is larger than `maxBytes`, or ends before all of it has come. */
export async function download(client: S3Client, place: Place, maxBytes: number): Promise<SpooledBytesIO> {
  const { Body, ContentLength } = await client.send(new GetObjectCommand(place));
  return await SpooledBytesIO.from(Body as Readable, { maxBytes, expectedLength: ContentLength });
}

async function sha256(io: BytesIO): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(io)) hash.update(chunk);
  return hash.digest('hex');
}

export default async function main(Bucket = '', Key = 'readings.txt'): Promise<Record<string, BytesIO>> {
  if (!Bucket) throw new Error('Name a bucket, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const { AWS_REGION = 'us-east-1', AWS_ENDPOINT_URL_S3 } = process.env;
  const client = new S3Client({ region: AWS_REGION, forcePathStyle: AWS_ENDPOINT_URL_S3 !== undefined });

  using io = new SpooledBytesIO(null, { maxSize: 2 ** 20 });
  for (let line = 0; io.size < 12 * 2 ** 20; line++) io.write(b`reading ${`${line}: ${(line * 37) % 101}`}\n`);

  await upload(client, { Bucket, Key }, io, (sent) => console.log(`${sent} of ${io.size} bytes sent`));
  const copy = await download(client, { Bucket, Key }, io.size);
  const got = await sha256(copy);
  if (got !== (await sha256(io))) throw new Error(`What came back from ${Bucket}/${Key} is not what was sent`);
  console.log(`${copy.size} bytes are in ${Bucket}/${Key}, SHA-256 ${got}`);
  return { 'readings.txt': copy };
}
