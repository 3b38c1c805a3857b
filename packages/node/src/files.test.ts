import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BytesIO, b } from '@memio/core';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { load } from './load.ts';
import { saveTo } from './save-to.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memio-node-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytesOf = (length: number) => new Uint8Array(length).map((_, index) => index * 31);
const permissions = (path: string) => statSync(path).mode & 0o777;
const openDescriptors = () => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);

describe('saveTo()', () => {
  it.each<[string, (content: Uint8Array) => BytesIO]>([
    ['BytesIO', (content) => new BytesIO(content)],
    ['SpooledBytesIO in its file', (content) => new SpooledBytesIO(content, { maxSize: 0 })],
  ])('saves the whole content of a %s, whatever the cursor, which stays', async (_, make) => {
    for (const length of [0, 1, 1_500_000]) {
      for (const options of [{}, { atomic: false }, { fsync: true }, { atomic: false, fsync: true }]) {
        using io = make(bytesOf(length));
        io.seek(length >> 1);
        const path = join(folder, 'a.bin');
        await saveTo(io, path, options);
        expect(Buffer.compare(readFileSync(path), bytesOf(length))).toBe(0);
        expect([io.tell(), readdirSync(folder)]).toEqual([length >> 1, ['a.bin']]);
        io.truncate(0);
      }
    }
  });

  it('writes from the memory of the stream, which cannot change its size meanwhile', async () => {
    const io = new BytesIO(new Uint8Array(64 * 1024 * 1024));
    io.getbuffer().release();
    const before = process.memoryUsage().arrayBuffers;
    const saving = saveTo(io, join(folder, 'a.bin'));
    expect(() => io.truncate(1)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    await saving;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
    io.truncate(1);
  });

  it('takes a URL', async () => {
    await saveTo(new BytesIO(b`abc`), pathToFileURL(join(folder, 'a b.bin')));
    expect(readFileSync(join(folder, 'a b.bin'), 'utf8')).toBe('abc');
  });

  it.each([undefined, 0o666, 0o640, 0o600])('gives a new file the mode %s, less the umask', async (mode) => {
    for (const atomic of [true, false]) {
      const path = join(folder, `${atomic}`);
      await saveTo(new BytesIO(b`abc`), path, { mode, atomic });
      expect(permissions(path)).toBe((mode ?? 0o666) & ~process.umask());
    }
  });

  it('keeps the permissions of the file that it replaces, unless there is a mode', async () => {
    const path = join(folder, 'a.bin');
    writeFileSync(path, 'old');
    chmodSync(path, 0o666);
    await saveTo(new BytesIO(b`new`), path);
    expect([permissions(path), readFileSync(path, 'utf8')]).toEqual([0o666, 'new']);
    await saveTo(new BytesIO(b`new`), path, { mode: 0o600 });
    expect(permissions(path)).toBe(0o600);
  });

  it('replaces the file behind a symbolic link, not the link', async () => {
    writeFileSync(join(folder, 'real'), 'old');
    symlinkSync('real', join(folder, 'link'));
    await saveTo(new BytesIO(b`new`), join(folder, 'link'));
    expect([readlinkSync(join(folder, 'link')), readFileSync(join(folder, 'real'), 'utf8')]).toEqual(['real', 'new']);
  });

  it('writes directly to what is not a regular file', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const cat = spawn('cat', [pipe]);
    const said: Buffer[] = [];
    cat.stdout.on('data', (chunk) => said.push(chunk));
    const ended = new Promise((resolve) => cat.on('close', resolve));
    await saveTo(new BytesIO(bytesOf(200_000)), pipe);
    await ended;
    expect(Buffer.compare(Buffer.concat(said), bytesOf(200_000))).toBe(0);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  it('is the old file or the new one for whoever reads meanwhile', async () => {
    const path = join(folder, 'a.bin');
    const contents = [bytesOf(4_000_000), bytesOf(4_000_000).reverse()] as const;
    writeFileSync(path, contents[0]);
    const saving = saveTo(new BytesIO(contents[1]), path).then(() => true);
    let reads = 0;
    for (let done = false; !done; reads++) {
      const seen = readFileSync(path);
      expect(contents.some((content) => Buffer.compare(seen, content) === 0)).toBe(true);
      done = await Promise.race([saving, new Promise<false>((resolve) => setImmediate(resolve, false))]);
    }
    expect(reads).toBeGreaterThan(1);
  });

  it('saves side by side to one path', async () => {
    const path = join(folder, 'a.bin');
    await Promise.all([b`one`, b`two`, b`six`].map((content) => saveTo(new BytesIO(content), path)));
    expect(readFileSync(path, 'utf8')).toMatch(/^(one|two|six)$/);
    expect(readdirSync(folder)).toEqual(['a.bin']);
  });

  it.each<[string, () => string, string]>([
    ['a folder that is missing', () => join(folder, 'missing', 'a.bin'), 'ENOENT'],
    [
      'a path below a file',
      () => {
        writeFileSync(join(folder, 'file'), '');
        return join(folder, 'file', 'a.bin');
      },
      'ENOTDIR',
    ],
    [
      'a folder',
      () => {
        mkdirSync(join(folder, 'sub'));
        return join(folder, 'sub');
      },
      'EISDIR',
    ],
  ])('to %s is an error that names the path, and leaves nothing', async (_, make, code) => {
    const path = make();
    const left = readdirSync(folder);
    const io = new BytesIO(b`abc`);
    for (const atomic of [true, false]) {
      const error = await saveTo(io, path, { atomic }).catch((caught: NodeJS.ErrnoException) => caught);
      expect(error).toMatchObject({ name: 'Error', code, path, cause: { code } });
      expect((error as Error).message).toMatch(`Cannot save to ${path}: ${code}: `);
    }
    expect(readdirSync(folder)).toEqual(left);
    io.close();
  });

  it.skipIf(!existsSync('/dev/full'))('to a device that is full is an error that names it', async () => {
    await expect(saveTo(new BytesIO(b`abc`), '/dev/full')).rejects.toMatchObject({
      code: 'ENOSPC',
      message: 'Cannot save to /dev/full: ENOSPC: no space left on device, write',
    });
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true);
  });

  it('refuses wrong arguments, and a closed stream', async () => {
    const io = new BytesIO();
    const path = join(folder, 'a.bin');
    await expect(saveTo(5 as never, path)).rejects.toThrow('Cannot save 5: expected a BytesIO');
    await expect(saveTo(io, 5 as never)).rejects.toThrow('Cannot save to 5: path must be a string or a URL');
    for (const [mode, name] of [
      [-1, 'RangeError'],
      [0o10000, 'RangeError'],
      ['644', 'TypeError'],
    ])
      await expect(saveTo(io, path, { mode: mode as never })).rejects.toMatchObject({ name });
    io.close();
    await expect(saveTo(io, path)).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('load()', () => {
  const save = (content: Uint8Array | string, name = 'a.bin') => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it.each([0, 1, 65_536, 65_537, 9_000_000])('reads all of a file of %i bytes, the cursor at 0', async (length) => {
    const io = await load(save(bytesOf(length)));
    expectTypeOf(io).toEqualTypeOf<BytesIO>();
    expect([io.tell(), io.size]).toEqual([0, length]);
    expect(Buffer.compare(io.getvalue(), bytesOf(length))).toBe(0);
  });

  it('has the bytes in memory once', async () => {
    const path = save(new Uint8Array(64 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    const io = await load(path);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(72 * 1024 * 1024);
    expect(io.size).toBe(64 * 1024 * 1024);
  });

  it('gives a stream that grows like any other', async () => {
    const io = await load(pathToFileURL(save('abc')));
    io.seek(0, 2);
    io.write(b`def`);
    expect(io.getvalue()).toEqual(b`abcdef`);
  });

  it.skipIf(!existsSync('/proc/self/status'))('reads a file that does not tell its size', async () => {
    expect(statSync('/proc/self/status').size).toBe(0);
    expect((await load('/proc/self/status')).text()).toMatch(/^Name:/);
    await expect(load('/proc/self/status', { maxBytes: 10 })).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
  });

  it.skipIf(!existsSync('/dev/zero'))('reads no more than maxBytes of what never ends', async () => {
    await expect(load('/dev/zero', { maxBytes: 1_000_000 })).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
      limit: 'maxBytes',
      allowed: 1_000_000,
    });
  });

  it('reads what has become of a file that grows or shrinks meanwhile', async () => {
    const path = save(bytesOf(9_000_000));
    const loading = load(path);
    writeFileSync(path, 'abc');
    const size = (await loading).size;
    expect(size).toBeLessThanOrEqual(9_000_000);
    const growing = load(path);
    writeFileSync(path, 'abcdef');
    expect((await growing).text()).toBe('abcdef');
  });

  it.each([
    [3, undefined],
    [2, 'ERR_MEMIO_LIMIT'],
    [0, 'ERR_MEMIO_LIMIT'],
    [Number.POSITIVE_INFINITY, undefined],
  ])('takes at most maxBytes %d of 3 bytes', async (maxBytes, code) => {
    const path = save('abc');
    if (!code) return expect((await load(path, { maxBytes })).size).toBe(3);
    const message = `Cannot load 3 bytes of ${path}: maxBytes is ${maxBytes}`;
    return expect(load(path, { maxBytes })).rejects.toMatchObject({
      code,
      message,
      limit: 'maxBytes',
      allowed: maxBytes,
    });
  });

  it.each<[string, () => string, string]>([
    ['a file that is missing', () => join(folder, 'missing'), 'ENOENT'],
    ['a folder', () => folder, 'EISDIR'],
  ])('of %s is an error that names the path', async (_, make, code) => {
    const path = make();
    const error = await load(path).catch((caught: NodeJS.ErrnoException) => caught);
    expect(error).toMatchObject({ name: 'Error', code, path, cause: { code } });
    expect((error as Error).message).toMatch(`Cannot load ${path}: ${code}: `);
  });

  it('is stopped by its signal, with the reason', async () => {
    const path = save(new Uint8Array(50_000_000));
    const reason = new Error('enough');
    await expect(load(path, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const loading = load(path, { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(loading).rejects.toBe(reason);
  });

  it('leaves no descriptor open', async () => {
    const path = save('abc');
    const before = openDescriptors();
    await load(path);
    await load(path, { maxBytes: 1 }).catch(() => {});
    await load(folder).catch(() => {});
    await saveTo(new BytesIO(b`abc`), path);
    await saveTo(new BytesIO(b`abc`), folder).catch(() => {});
    expect(openDescriptors()).toBe(before);
  });

  it('refuses wrong arguments', async () => {
    await expect(load(5 as never)).rejects.toThrow('Cannot load 5: path must be a string or a URL');
    await expect(load('a', { maxBytes: -1 })).rejects.toThrow('Cannot load at most -1: maxBytes must be >= 0');
    await expect(load('a', { signal: 'no' as never })).rejects.toMatchObject({ code: 'ERR_MEMIO_TYPE' });
  });
});
