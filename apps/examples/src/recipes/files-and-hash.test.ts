import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { BytesIO, b } from '@memio/core';
import { SpooledBytesIO } from '@memio/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import main, { editFile, gzip, sha256, sha256InPieces } from './files-and-hash.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'memio-files-'));
  path = join(folder, 'a.txt');
  await writeFile(path, 'old content');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

const CONTENT = Uint8Array.from({ length: 300_007 }, (_, index) => (index * 7 + (index >> 8)) & 255);

describe('the hash', () => {
  it('is that of node:crypto, whatever the cursor, and leaves nothing held', async () => {
    for (const content of [CONTENT, new Uint8Array()]) {
      const io = new BytesIO(content);
      io.seek(5);
      const expected = createHash('sha256').update(content).digest('hex');
      expect([sha256(io), await sha256InPieces(io)]).toEqual([expected, expected]);
      expect(io.tell()).toBe(5);
      io.close();
      expect(io.closed).toBe(true);
    }
  });

  it('of what has moved to a file is made piece by piece', async () => {
    using io = new SpooledBytesIO(CONTENT, { maxSize: 1000 });
    expect(await sha256InPieces(io)).toBe(createHash('sha256').update(CONTENT).digest('hex'));
    expect(() => sha256(io)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_UNSUPPORTED' }));
  });

  it('knows its test vector', () => {
    expect(sha256(new BytesIO(b`abc`))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('editFile', () => {
  it('replaces the file by what the edit made of it, longer or shorter', async () => {
    await editFile(path, (io) => {
      io.seek(0, 2);
      io.write(b` and new`);
    });
    expect(await readFile(path, 'utf8')).toBe('old content and new');
    await editFile(path, (io) => io.truncate(3));
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('waits for an edit that takes time', async () => {
    const slow = async function* () {
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield b`slow`;
    };
    await editFile(path, (io) => io.writeFrom(slow()));
    expect(await readFile(path, 'utf8')).toBe('slowcontent');
  });

  it('keeps the permissions', async () => {
    await chmod(path, 0o640);
    await editFile(path, (io) => io.write(b`new`));
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('leaves the file as it was when the edit fails', async () => {
    const failing = editFile(path, (io) => {
      io.write(b`half`);
      throw new Error('the other half is missing');
    });
    await expect(failing).rejects.toThrow('the other half is missing');
    expect(await readFile(path, 'utf8')).toBe('old content');
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('says which file is not there, and makes none', async () => {
    const missing = join(folder, 'missing.txt');
    await expect(editFile(missing, () => {})).rejects.toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining(missing),
    });
    expect(await readdir(folder)).toEqual(['a.txt']);
  });

  it('never shows a reader anything but one of the versions', async () => {
    const versions = ['A', 'B'].map((letter) => letter.repeat(2_000_000));
    await writeFile(path, versions[0]!);
    let done = false;
    const seen = new Set<string>();
    const reading = (async () => {
      while (!done) {
        const text = await readFile(path, 'utf8');
        seen.add(text === versions[0] ? 'A' : text === versions[1] ? 'B' : 'torn');
      }
    })();
    for (let round = 0; round < 6; round++) await editFile(path, (io) => io.write(b`${versions[(round + 1) % 2]!}`));
    done = true;
    await reading;
    expect(seen).not.toContain('torn');
    expect(seen.size).toBeGreaterThan(0);
  });
});

describe('gzip', () => {
  it('is unpacked by node:zlib, and ready to read', async () => {
    const packed = await gzip(new BytesIO(CONTENT));
    expect(gunzipSync(packed.read()).equals(CONTENT)).toBe(true);
    expect(gunzipSync((await gzip(new BytesIO())).read())).toHaveLength(0);
  });
});

describe('main', () => {
  it('makes a ledger and its gzip, says their hashes, and leaves no folder', async () => {
    const folders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('files-and-hash-'));
    const before = await folders();
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const { 'ledger.csv': ledger, 'ledger.csv.gz': packed } = await main();
    expect(ledger!.text()).toBe('date,amount\n2026-03-01,79.00\n2026-03-02,12.50\n');
    expect(gunzipSync(packed!.getvalue()).toString()).toBe(ledger!.text());
    const hash = (io: BytesIO) => createHash('sha256').update(io.getvalue()).digest('hex');
    expect(log.mock.calls.flat()).toEqual([`ledger.csv     ${hash(ledger!)}`, `ledger.csv.gz  ${hash(packed!)}`]);
    expect(await folders()).toEqual(before);
  });
});
