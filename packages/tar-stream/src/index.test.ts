import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { catchStrays } from '@memio/conformance';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import * as fc from 'fast-check';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTar, streamTar, type TarEntry, writeTar } from './index.ts';

catchStrays(() => writeTar({}), 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memio-tar-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DATE = new Date('2024-02-29T12:00:00Z');
const LONG = `${'a'.repeat(120)}/${'b'.repeat(150)}.txt`;
/** What no header of the old format holds. */
const HARD: Record<string, TarEntry> = {
  'run.sh': { content: '#!/bin/sh\n', mode: 0o755, mtime: DATE, uid: 1000, gid: 100, uname: 'ada', gname: 'users' },
  'folder/': { mode: 0o700, mtime: DATE },
  'Größe ☃.txt': { content: 'snow', mtime: new Date('1969-07-20T20:17:40Z') },
  [LONG]: { content: 'long', mtime: new Date('2200-01-01T00:00:00Z') },
  'many.txt': { content: 'ids', uid: 5_000_000, gid: 3_000_000, uname: 'Zoë', gname: 'g'.repeat(60), mtime: DATE },
  soft: { type: 'symlink', linkname: `../${'t'.repeat(140)}/ü`, mtime: DATE },
  hard: { type: 'link', linkname: 'run.sh', mtime: DATE },
  empty: { content: b``, mtime: DATE },
};

const LIST = `
import io, json, sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    print(json.dumps([[m.name, m.type.decode(), m.mode, m.mtime, m.uid, m.gid, m.uname, m.gname, m.linkname,
        tar.extractfile(m).read().decode() if m.isreg() or m.islnk() else None] for m in tar.getmembers()]))
`;

describe('what writeTar wrote', () => {
  it.each([{ gzip: false }, { gzip: true }])('is read back as it was: %o', async (options) => {
    const files = await readTar(await writeTar(HARD, options));
    expect([...files.keys()]).toEqual(['run.sh', 'Größe ☃.txt', LONG, 'many.txt', 'hard', 'empty']);
    expect(files.get('hard')?.text()).toBe('#!/bin/sh\n');
    for (const [name, { content: _, ...given }] of Object.entries(HARD))
      expect(files.info.get(name)).toMatchObject(given);
    expect(await readTar(await writeTar(files))).toEqual(files);
  });

  it('is written back with what was changed', async () => {
    const files = await readTar(await writeTar({ 'a.txt': { content: 'a', mode: 0o600 }, 'b.txt': 'b' }));
    files.set('a.txt', new BytesIO(b`changed`)).set('c.txt', new BytesIO(b`c`)).delete('b.txt');
    const again = await readTar(await writeTar(files));
    expect([...again].map(([name, file]) => [name, file.text()])).toEqual([
      ['a.txt', 'changed'],
      ['c.txt', 'c'],
    ]);
    expect(again.info.get('a.txt')?.mode).toBe(0o600);
  });
});

describeWith('python3', 'archives are not compared with tarfile')('tarfile of Python', () => {
  it.each([{ gzip: false }, { gzip: true }])('reads what writeTar wrote: %o', async (options) => {
    const path = join(folder, 'a.tar');
    writeFileSync(path, (await writeTar(HARD, options)).getvalue());
    const listed = JSON.parse(execFileSync('python3', ['-c', LIST, path], { encoding: 'utf8' })) as unknown[][];
    const seconds = (date: Date | undefined) => Math.floor((date ?? DATE).getTime() / 1000);
    expect(listed.map(([name, , , mtime]) => [name, mtime])).toEqual(
      Object.entries(HARD).map(([name, { mtime }]) => [name.replace(/\/$/, ''), seconds(mtime)]),
    );
    const [first] = listed;
    expect(first).toEqual(['run.sh', '0', 0o755, seconds(DATE), 1000, 100, 'ada', 'users', '', '#!/bin/sh\n']);
    const many = listed.find(([name]) => name === 'many.txt')!;
    expect(many.slice(4, 8)).toEqual([5_000_000, 3_000_000, 'Zoë', 'g'.repeat(60)]);
    expect(listed.find(([name]) => name === 'soft')?.[8]).toBe(HARD['soft']!.linkname);
    expect(listed.find(([name]) => name === 'hard')?.[9]).toBe('#!/bin/sh\n');
  });

  it.each(['GNU_FORMAT', 'PAX_FORMAT', 'USTAR_FORMAT'])('writes what readTar reads: %s', async (format) => {
    const path = join(folder, 'a.tar');
    const name = format === 'USTAR_FORMAT' ? 'a.txt' : 'é'.repeat(200);
    const program = `
import io, sys, tarfile
with tarfile.open(sys.argv[1], 'w', format=tarfile.${format}) as tar:
    m = tarfile.TarInfo(sys.argv[2]); m.size = 5; m.mtime = 1709208000; m.uid = 7; m.uname = 'ada'
    tar.addfile(m, io.BytesIO(b'Hello'))
    d = tarfile.TarInfo('folder'); d.type = tarfile.DIRTYPE; d.mode = 0o750; tar.addfile(d)
`;
    execFileSync('python3', ['-c', program, path, name]);
    const files = await readTar(readFileSync(path));
    expect([...files].map(([found, file]) => [found, file.text()])).toEqual([[name, 'Hello']]);
    expect(files.info.get(name)).toMatchObject({ mtime: DATE, uid: 7, uname: 'ada', type: 'file' });
    expect(files.info.get('folder/')).toMatchObject({ type: 'directory', mode: 0o750 });
  });
});

describeWith('tar', 'archives are not compared with GNU tar')('GNU tar', () => {
  it('unpacks what writeTar wrote', async () => {
    const path = join(folder, 'a.tar.gz');
    writeFileSync(path, (await writeTar(HARD, { gzip: true })).getvalue());
    execFileSync('tar', ['-xzf', path, '--no-same-owner', '-C', folder]);
    expect(readFileSync(join(folder, 'hard'), 'utf8')).toBe('#!/bin/sh\n');
    expect(statSync(join(folder, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, LONG)).mtime).toEqual(HARD[LONG]!.mtime);
    expect(readFileSync(join(folder, 'Größe ☃.txt'), 'utf8')).toBe('snow');
  });

  it.each(['gnu', 'pax', 'ustar', 'v7'])('packs what readTar reads: %s', async (format) => {
    writeFileSync(join(folder, 'a.txt'), 'Hello');
    const args = ['-cf', '-', `--format=${format}`, '-C', folder, 'a.txt'];
    const files = await readTar(execFileSync('tar', args));
    expect(files.get('a.txt')?.text()).toBe('Hello');
  });

  it.each(['gnu', 'pax'])('a sparse file is refused: %s', async (format) => {
    execFileSync('truncate', ['-s', '1M', join(folder, 'holes')]);
    writeFileSync(join(folder, 'holes'), 'x', { flag: 'a' });
    const tar = execFileSync('tar', ['-cSf', '-', `--format=${format}`, '-C', folder, 'holes']);
    await expect(readTar(tar)).rejects.toMatchObject({
      code: 'ERR_MEMIO_DATA',
      message: expect.stringContaining('sparse'),
    });
  });
});

async function chunksOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe('readTar', () => {
  const archive = async (...entries: [name: string, content: string, header?: object][]): Promise<Uint8Array> => {
    const tar = pack();
    for (const [name, content, header] of entries) tar.entry({ name, ...header }, content);
    tar.finalize();
    return Buffer.concat(await chunksOf(tar as AsyncIterable<Uint8Array>));
  };

  it.each([
    ['../../etc/passwd', 'etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['C:\\a\\..\\b', 'a/b'],
    ['./a//b', 'a/b'],
  ])('makes the name %s safe: %s', async (name, safe) => {
    expect([...(await readTar(await archive([name, 'x']))).keys()]).toEqual([safe]);
  });

  it('gives a link the name of what it leads to, made safe', async () => {
    const files = await readTar(await archive(['/a', 'x'], ['b', '', { type: 'link', linkname: '/../a' }]));
    expect([files.get('b')?.text(), files.info.get('b')?.linkname]).toEqual(['x', 'a']);
  });

  it('counts what links repeat', async () => {
    const links = Array.from({ length: 9 }, (_, at): [string, string, object] => [
      `b${at}`,
      '',
      { type: 'link', linkname: 'a' },
    ]);
    const bytes = await archive(['a', 'x'.repeat(100)], ...links);
    await expect(readTar(bytes, { maxBytes: 999 })).rejects.toMatchObject({ limit: 'maxBytes' });
    expect((await readTar(bytes, { maxBytes: 1000 })).size).toBe(10);
  });

  it('refuses a small file that inflates beyond maxBytes', async () => {
    const bytes = gzipSync(await archive(['a', '\0'.repeat(1_000_000)]));
    await expect(readTar(bytes, { maxBytes: 500_000 })).rejects.toMatchObject({
      code: 'ERR_MEMIO_LIMIT',
      limit: 'maxBytes',
    });
  });

  it('lets the last of two entries with one name count', async () => {
    const files = await readTar(await archive(['a', 'old'], ['a', 'new']));
    expect([...files].map(([name, file]) => [name, file.text()])).toEqual([['a', 'new']]);
  });

  it.each([
    ['within a header', 300],
    ['within a content', 515],
    ['between two entries', 1024],
    ['behind the first block of zeros', 2048 + 512],
  ])('refuses an archive that is cut off %s', async (_, length) => {
    const bytes = await archive(['a', 'x'], ['b', 'y']);
    await expect(readTar(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'ERR_MEMIO_DATA' });
  });

  it('reads archives one after the other from one stream', async () => {
    const io = new BytesIO(b`${await archive(['a', '1'])}${await archive(['b', '2'])}`);
    expect([[...(await readTar(io)).keys()], [...(await readTar(io)).keys()]]).toEqual([['a'], ['b']]);
  });

  it('gives a result or a DataError, whatever is damaged', async () => {
    const bytes = (await writeTar(HARD, { deterministic: true })).getvalue();
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, byte) => {
        const error = await readTar(bytes.with(at, byte)).then(
          () => undefined,
          (thrown) => thrown,
        );
        expect(error?.code ?? 'ERR_MEMIO_DATA').toBe('ERR_MEMIO_DATA');
      }),
      { numRuns: 300 },
    );
  });
});

describe('streamTar', () => {
  it('is what writeTar writes', async () => {
    const streamed = await BytesIO.from(streamTar(HARD, { deterministic: true }));
    expect(streamed.getvalue()).toEqual((await writeTar(HARD, { deterministic: true })).getvalue());
  });

  it('begins before its last content exists, and reads contents in their turn', async () => {
    let asked = false;
    const late = (async function* () {
      asked = true;
      yield b`late`;
    })();
    const reader = streamTar({ 'a.bin': new Uint8Array(100_000), late }).getReader();
    const { value } = await reader.read();
    expect([value?.length, asked]).toEqual([512, false]);
    await reader.cancel();
  });

  it('cancels what it has not read, and gives streams back, when it is cancelled', async () => {
    let cancelled = false;
    const content = new BytesIO(b`content`);
    const source = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    const stream = streamTar({ content, source });
    await stream.cancel();
    content.write(b`more than before`);
    await expect.poll(() => cancelled).toBe(true);
  });

  it('errors with the reason of the signal', async () => {
    const stop = new AbortController();
    const reader = streamTar({ endless: new ReadableStream() }, { signal: stop.signal }).getReader();
    const read = reader.read();
    stop.abort(new Error('enough'));
    await expect(read).rejects.toBe(stop.signal.reason);
  });

  it('errors when a content fails', async () => {
    const failing = (async function* () {
      yield b`a`;
      throw new Error('gone');
    })();
    await expect(BytesIO.from(streamTar({ failing }))).rejects.toMatchObject({ code: 'ERR_MEMIO_SOURCE' });
  });
});

it.each([
  [{ a: { content: 'x', compression: 'STORE' } }, 'compression'],
  [{ a: 'x' }, 'level'],
])('refuses an option that does not exist: %o', async (source, option) => {
  const options: object = option === 'level' ? { level: 9 } : {};
  await expect(writeTar(source as never, options)).rejects.toMatchObject({
    code: 'ERR_MEMIO_TYPE',
    message: expect.stringContaining(option),
  });
});
