import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BytesIO, b } from '@memio/core';
import { readZip, streamZip, writeZip } from '@memio/jszip';
import { SpooledBytesIO } from '@memio/node';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memio-spooled-zip-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const bytesOf = (length: number) => new Uint8Array(length).map((_, index) => index * 31);
const spooled = (initialBytes?: Uint8Array) => new SpooledBytesIO(initialBytes, { maxSize: 8, dir });

describe('an adapter and a SpooledBytesIO whose content is in its file', () => {
  it('writes into it', async () => {
    using into = spooled(b`head`);
    into.seek(0, 2);
    await writeZip({ 'a.txt': 'Hello', 'b.bin': bytesOf(100_000) }, { into });
    expect([into.rolled, into.tell()]).toEqual([true, into.size]);
    const files = unzipSync(into.getvalue().subarray(4));
    expect(files).toEqual({ 'a.txt': b`Hello`, 'b.bin': bytesOf(100_000) });
  });

  it('reads it, as an archive and as an entry', async () => {
    using zip = spooled();
    using entry = spooled(b`0123456789`);
    await writeZip({ 'a.txt': entry }, { into: zip });
    zip.seek(0);
    const files = await readZip(zip);
    expect([zip.rolled, files.get('a.txt')?.read(), zip.tell()]).toEqual([true, b`0123456789`, zip.size]);
  });

  it.each([{ streamFiles: false }, { streamFiles: true }])('streams it: %o', async (options) => {
    using entry = spooled(bytesOf(100_000));
    const zip = await BytesIO.from(streamZip({ entry, text: 'Hello' }, { ...options, compression: 'DEFLATE' }));
    expect(unzipSync(zip.getvalue())).toEqual({ entry: bytesOf(100_000), text: b`Hello` });
    entry.truncate(0);
  });
});
