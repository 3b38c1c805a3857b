import { execFileSync, spawn, spawnSync } from 'node:child_process';
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
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BytesIO, b } from '@memio/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDescriptors } from '../test/open-spools.ts';
import { type SaveOptions, saveTo } from './save-to.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memio-node-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytesOf = (length: number) => new Uint8Array(length).map((_, index) => index * 31);
const permissions = (path: string) => statSync(path).mode & 0o777;

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

  it('leaves no descriptor open', async () => {
    const path = join(folder, 'a.bin');
    await saveTo(new BytesIO(b`abc`), path);
    const before = openDescriptors();
    for (const options of [{}, { atomic: false }, { fsync: true }]) {
      await saveTo(new BytesIO(b`abc`), path, options);
      await saveTo(new BytesIO(b`abc`), folder, options).catch(() => {});
      await saveTo(new BytesIO(b`abc`), join(path, 'below'), options).catch(() => {});
    }
    expect(openDescriptors()).toBe(before);
  });
});

describe('saveTo() over symbolic links that lead to nothing', () => {
  const at = (...names: string[]) => join(folder, ...names);
  /** The content of `folder` and what is below, with where links lead. */
  const tree = (path = folder, below = ''): string[] =>
    readdirSync(path, { withFileTypes: true })
      .sort((one, other) => (one.name < other.name ? -1 : 1))
      .flatMap((entry) => {
        const name = `${below}${entry.name}`;
        if (entry.isSymbolicLink()) return [`${name} -> ${readlinkSync(join(path, entry.name))}`];
        if (entry.isDirectory()) return [`${name}/`, ...tree(join(path, entry.name), `${name}/`)];
        return [`${name}: ${readFileSync(join(path, entry.name), 'utf8')}`];
      });
  beforeEach(() => {
    mkdirSync(at('real', 'deep'), { recursive: true });
    symlinkSync('real/deep', at('folder'));
  });
  const FIXED = ['folder -> real/deep', 'real/', 'real/deep/'];

  it.each<[string, Record<string, string>, string, string]>([
    ['a relative link', { link: 'made' }, 'link', 'made: new'],
    ['an absolute link', { link: '<folder>/made' }, 'link', 'made: new'],
    ['a chain of links', { link: 'second', second: './third', third: 'real/made' }, 'link', 'real/made: new'],
    ['a link in a folder that is a link', { 'real/deep/link': '../made' }, 'folder/link', 'real/made: new'],
    ['a link over a folder that is a link', { link: 'folder/made' }, 'link', 'real/deep/made: new'],
    ['a link over the parent of a folder that is a link', { link: 'folder/../made' }, 'link', 'real/made: new'],
    ['no link, but the parent of a folder that is a link', {}, 'folder/../made', 'real/made: new'],
  ])('makes the file where open() does, and keeps the links: %s', async (_, links, path, made) => {
    for (const [name, target] of Object.entries(links)) symlinkSync(target.replace('<folder>', folder), at(name));
    const before = tree().filter((line) => line.includes(' -> '));
    const save = (options: SaveOptions) => saveTo(new BytesIO(b`new`), `${folder}/${path}`, options);
    writeFileSync(`${folder}/${path}`, 'new');
    const expected = tree();
    expect(expected).toEqual([...new Set([...FIXED, ...before, made])].sort());
    for (const options of [{}, { fsync: true }, { atomic: false }]) {
      rmSync(at(made.split(':')[0]!));
      await save(options);
      expect(tree()).toEqual(expected);
      await save(options);
      expect(tree()).toEqual(expected);
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ['a loop', { link: 'other', other: 'link' }, 'ELOOP'],
    ['a link to itself', { link: 'link' }, 'ELOOP'],
    ['a link into a folder that is missing', { link: 'missing/made' }, 'ENOENT'],
    ['a link below a file', { link: 'file/made' }, 'ENOTDIR'],
  ])('is an error that names the path, and leaves nothing: %s', async (_, links, code) => {
    writeFileSync(at('file'), '');
    for (const [name, target] of Object.entries(links)) symlinkSync(target, at(name));
    const before = tree();
    for (const atomic of [true, false]) {
      const error = await saveTo(new BytesIO(b`new`), at('link'), { atomic }).catch((caught) => caught);
      expect(error).toMatchObject({ code, path: at('link') });
      expect(error.message).toMatch(`Cannot save to ${at('link')}: ${code}: `);
    }
    expect(tree()).toEqual(before);
  });

  it('a path that is relative is relative to the working folder', () => {
    symlinkSync('made', at('link'));
    const program = `
      import { saveTo } from '@memio/node';
      import { BytesIO } from '@memio/core';
      process.chdir(${JSON.stringify(folder)});
      await saveTo(new BytesIO(Uint8Array.of(110, 101, 119)), 'link');
      await saveTo(new BytesIO(Uint8Array.of(110, 101, 119)), 'folder/plain');`;
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd });
    expect(tree()).toEqual([...FIXED, 'link -> made', 'made: new', 'real/deep/plain: new'].sort());
  });
});

describe('saveTo() in a process that is killed', () => {
  it('leaves its temporary file beside the target, by a name that says whose it is, and the old file', async () => {
    const path = join(folder, 'a.bin');
    writeFileSync(path, 'old');
    const program = `
      import { saveTo } from '@memio/node';
      import { BytesIO } from '@memio/core';
      import { readdirSync } from 'node:fs';
      const io = new BytesIO();
      io.seek(400_000_000);
      io.write(Uint8Array.of(1));
      saveTo(io, ${JSON.stringify(path)});
      for (;;) {
        await new Promise(setImmediate);
        if (readdirSync(${JSON.stringify(folder)}).length > 1) process.kill(process.pid, 'SIGKILL');
      }`;
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd, timeout: 15_000 });
    const [temporary, ...others] = readdirSync(folder).filter((name) => name !== 'a.bin');
    expect([signal, others, readFileSync(path, 'utf8')]).toEqual(['SIGKILL', [], 'old']);
    expect(temporary).toMatch(/^\.memio-[0-9a-f]{16}\.tmp$/);
  });
});
