import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { BytesIO, type SourceError } from '@memio/core';
import { SpooledBytesIO } from '@memio/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Fault, ObjectStorage } from '../../test/object-storage.ts';
import { runMain, temporaryFolder } from '../../test/run.ts';
import main, { download, upload } from './object-storage.ts';

const MIB = 2 ** 20;
const Bucket = 'memio';
const folder = temporaryFolder();
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const words = new Uint8Array(Uint32Array.from({ length: 3.25 * MIB }, (_, index) => index * 2_654_435_761).buffer);
/** `size` bytes of which no two parts are alike, with the cursor at the end. */
function filled(size: number): BytesIO {
  const io = new BytesIO();
  io.write(words.subarray(0, size));
  return io;
}

let storage: ObjectStorage;
let client: S3Client;
beforeAll(async () => {
  // The SDK would say on stderr that it will not run on Node.js 20 for ever.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  storage = await ObjectStorage.start(folder, Bucket);
  const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  client = new S3Client({ endpoint: storage.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
});
beforeEach(() => {
  storage.seen.length = 0;
  storage.fault = () => undefined;
});
afterAll(async () => {
  client.destroy();
  await storage.stop();
});

/** What the server has on its disk. */
const stored = (Key: string) => readFileSync(join(folder, Bucket, `${Key}._S3rver_object`));
/** What was answered to each attempt to send `part`. */
const attempts = (part: number) => storage.seen.filter((seen) => seen.part === part).map(({ status }) => status);

describe('object-storage', () => {
  it('sends 12 MiB in three parts, whatever the cursor, and gets the same bytes back', async () => {
    const io = filled(12 * MIB + 7);
    const progress: number[] = [];
    await upload(client, { Bucket, Key: 'whole' }, io, (sent) => progress.push(sent));
    expect([1, 2, 3, 4].map(attempts)).toEqual([[200], [200], [200], []]);
    expect(sha256(stored('whole'))).toBe(sha256(io.getvalue()));
    const copy = await download(client, { Bucket, Key: 'whole' }, 16 * MIB);
    expect(sha256(copy.getvalue())).toBe(sha256(io.getvalue()));
    expect(copy.tell()).toBe(0);
    expect(progress.at(-1)).toBe(io.size);
    io.close();
  });

  it.each<[Fault, (number | undefined)[]]>([
    ['answer 500', [500, 200]],
    ['reset', [undefined, 200]],
  ])('sends a part again whose first attempt meets: %s', async (fault, answers) => {
    storage.fault = (part, before) => (part === 2 && before === 0 ? fault : undefined);
    const Key = fault.replaceAll(' ', '-');
    const io = filled(12 * MIB);
    await upload(client, { Bucket, Key }, io);
    expect([1, 2, 3].map(attempts)).toEqual([[200], answers, [200]]);
    expect(sha256(stored(Key))).toBe(sha256(io.getvalue()));
    const copy = await download(client, { Bucket, Key }, 16 * MIB);
    expect(sha256(copy.getvalue())).toBe(sha256(io.getvalue()));
  });

  // This server refuses AbortMultipartUpload, which it does not know: what the SDK then rejects with is that refusal.
  it('gives up when a part keeps failing: the upload is called off, and the stream is free again', async () => {
    storage.fault = (part) => (part === 2 ? 'answer 500' : undefined);
    const io = filled(12 * MIB);
    await expect(upload(client, { Bucket, Key: 'never' }, io)).rejects.toThrow();
    expect(attempts(2)).toEqual([500, 500, 500]);
    expect(storage.seen.at(-1)).toMatchObject({ method: 'DELETE' });
    expect(() => stored('never')).toThrow('ENOENT');
    io.close();
  });

  it('sends and gets back what is in a file, not in memory', async () => {
    using io = new SpooledBytesIO(words.subarray(0, 12 * MIB), { maxSize: MIB });
    expect(io.rolled).toBe(true);
    await upload(client, { Bucket, Key: 'spooled' }, io);
    expect([1, 2, 3, 4].map(attempts)).toEqual([[200], [200], [200], []]);
    expect(sha256(stored('spooled'))).toBe(sha256(words.subarray(0, 12 * MIB)));
    io.truncate(0);
  });

  it.each([0, 1, 5 * MIB])('sends %i bytes with one request', async (size) => {
    const io = filled(size);
    await upload(client, { Bucket, Key: 'small' }, io);
    expect(storage.seen).toEqual([{ method: 'PUT', part: undefined, status: 200 }]);
    const copy = await download(client, { Bucket, Key: 'small' }, size);
    expect(sha256(copy.getvalue())).toBe(sha256(io.getvalue()));
  });

  it('refuses an object that is larger than it may be', async () => {
    await upload(client, { Bucket, Key: 'large' }, filled(MIB));
    await expect(download(client, { Bucket, Key: 'large' }, MIB - 1)).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
    });
  });

  it('refuses an object of which only a part arrives', async () => {
    const io = filled(MIB);
    await upload(client, { Bucket, Key: 'torn' }, io);
    storage.fault = () => 'cut short';
    const error = await download(client, { Bucket, Key: 'torn' }, MIB).catch((error: SourceError) => error);
    expect(error).toMatchObject({ code: 'ERR_MEMIO_SOURCE', expected: MIB });
    const { partial } = error as SourceError;
    expect(partial.length).toBeLessThan(MIB);
    expect(Buffer.compare(partial, io.getvalue().subarray(0, partial.length))).toBe(0);
  });

  it('refuses an object that is not there', async () => {
    await expect(download(client, { Bucket, Key: 'nothing' }, MIB)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
});

describe('the example of object-storage', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'S3RVER');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'S3RVER');
    vi.stubEnv('AWS_ENDPOINT_URL_S3', storage.endpoint);
  });
  afterEach(() => vi.unstubAllEnvs());

  it('uploads, downloads and compares', async () => {
    const { made, log } = await runMain(() => main(Bucket, 'readings'));
    const { length } = stored('readings');
    expect(log.at(-1)).toBe(`${length} bytes are in memio/readings, SHA-256 ${sha256(stored('readings'))}`);
    expect(log.at(-2)).toBe(`${length} of ${length} bytes sent`);
    expect(sha256(made['readings.txt']!.read())).toBe(sha256(stored('readings')));
    expect([1, 2, 3, 4].map(attempts)).toEqual([[200], [200], [200], []]);
    made['readings.txt']!.close();
  });

  it('says what it needs when told no bucket', async () => {
    await expect(main()).rejects.toThrow('Name a bucket, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  });

  it('fails for a bucket that is not there', async () => {
    await expect(main('no-such-bucket')).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
