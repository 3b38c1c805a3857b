import { execFileSync, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BytesIO, b } from '@memio/core';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { openDescriptors } from '../test/open-spools.ts';
import { load } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memio-node-'));
});
let server: Server | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true });
});

async function listen(path: string): Promise<string> {
  server = createServer();
  await new Promise<void>((resolve) => server!.listen(path, resolve));
  return path;
}

const bytesOf = (length: number) => new Uint8Array(length).map((_, index) => index * 31);

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

  it.skipIf(!existsSync('/proc/self/maps'))(
    'reads all of a file that does not tell its size and has many pieces',
    async () => {
      const environment = { ...process.env, LARGE: 'x'.repeat(100_000) };
      const program = `
      import { load } from '@memio/node';
      import { readFileSync } from 'node:fs';
      const io = await load('/proc/self/environ');
      console.log(io.size > 100_000, Buffer.compare(io.getvalue(), readFileSync('/proc/self/environ')));`;
      const cwd = fileURLToPath(new URL('..', import.meta.url));
      const node = ['--input-type=module', '-e', program];
      expect(execFileSync(process.execPath, node, { cwd, env: environment, encoding: 'utf8' })).toBe('true 0\n');
    },
  );

  it.each<[string, () => string | Promise<string>]>([
    [
      'a FIFO that nobody writes to',
      () => {
        execFileSync('mkfifo', [join(folder, 'fifo')]);
        return join(folder, 'fifo');
      },
    ],
    ['a socket', () => listen(join(folder, 'socket'))],
    ['a device that never ends', () => '/dev/zero'],
    ['a device that is empty', () => '/dev/null'],
    [
      'a link to a device',
      () => {
        symlinkSync('/dev/zero', join(folder, 'link'));
        return join(folder, 'link');
      },
    ],
  ])('refuses %s at once, with or without a limit, and says what reads it', async (_, make) => {
    const path = await make();
    const before = openDescriptors();
    const started = performance.now();
    const error = {
      name: 'UnsupportedOperation',
      code: 'ERR_MEMIO_UNSUPPORTED',
      message: `Cannot load ${path}: it is not a regular file; read it with BytesIO.from(fs.createReadStream(path), { maxBytes, signal })`,
    };
    for (const options of [{}, { maxBytes: 10 }, { maxBytes: 0 }, { signal: AbortSignal.timeout(60_000) }])
      await expect(load(path, options)).rejects.toMatchObject(error);
    // More than there are threads for file work: none may be left waiting.
    await Promise.all(Array.from({ length: 8 }, () => load(path).catch(() => {})));
    expect((await load(save('abc'))).size).toBe(3);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(openDescriptors()).toBe(before);
  });

  it('and what the error says does read a FIFO', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'printf hello > "$0"', path]);
    const io = await BytesIO.from(createReadStream(path), { maxBytes: 10, signal: AbortSignal.timeout(10_000) });
    expect(io.text()).toBe('hello');
    await new Promise((resolve) => (writer.exitCode === null ? writer.on('exit', resolve) : resolve(0)));
  });

  it('reads all of a file that grows while it is read, up to maxBytes', async () => {
    const path = save(bytesOf(1000));
    const grown = Buffer.concat([bytesOf(1000), bytesOf(300_000)]);
    const growing = load(path);
    writeFileSync(path, grown);
    expect(Buffer.compare((await growing).getvalue(), grown)).toBe(0);
    writeFileSync(path, bytesOf(1000));
    const limited = load(path, { maxBytes: 2000 });
    writeFileSync(path, grown);
    await expect(limited).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT', limit: 'maxBytes', allowed: 2000 });
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
    ['a folder that tells no size', () => '/proc/self', 'EISDIR'],
    [
      'a loop of links',
      () => {
        symlinkSync('loop', join(folder, 'loop'));
        return join(folder, 'loop');
      },
      'ELOOP',
    ],
  ])('of %s is an error that names the path', async (_, make, code) => {
    const path = make();
    for (const options of [{}, { maxBytes: 0 }, { maxBytes: 1 }]) {
      const error = await load(path, options).catch((caught: NodeJS.ErrnoException) => caught);
      expect(error).toMatchObject({ name: 'Error', code, path, cause: { code } });
      expect((error as Error).message).toMatch(`Cannot load ${path}: ${code}: `);
    }
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

  it.each<[string, unknown]>([
    ['an error of the platform, with a number for a code', new DOMException('late', 'TimeoutError')],
    ['an error with a code', Object.assign(new Error('enough'), { code: 'ECUSTOM' })],
    ['null', null],
    ['a string', 'enough'],
  ])('rejects with the reason of its signal as it is: %s', async (_, reason) => {
    const path = save(new Uint8Array(50_000_000));
    const controller = new AbortController();
    const loading = load(path, { signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    const outcome = await loading.then(
      () => 'loaded',
      (error) => ({ error }),
    );
    expect(outcome).toEqual({ error: reason });
    expect((outcome as { error: unknown }).error).toBe(reason);
  });

  it('leaves no descriptor open', async () => {
    const path = save('abc');
    await load(path);
    const before = openDescriptors();
    await load(path);
    await load(path, { maxBytes: 1 }).catch(() => {});
    await load(folder).catch(() => {});
    await load(save(new Uint8Array(50_000_000)), { signal: AbortSignal.timeout(1) }).catch(() => {});
    expect(openDescriptors()).toBe(before);
  });

  it('refuses wrong arguments', async () => {
    await expect(load(5 as never)).rejects.toThrow('Cannot load 5: path must be a string or a URL');
    await expect(load('a', { maxBytes: -1 })).rejects.toThrow('Cannot load at most -1: maxBytes must be >= 0');
    await expect(load('a', { maxSize: 5 } as never)).rejects.toThrow(
      'Cannot load: unknown option "maxSize"; the options are maxBytes, signal',
    );
    await expect(load('a', { signal: 'no' as never })).rejects.toMatchObject({ code: 'ERR_MEMIO_TYPE' });
  });
});
