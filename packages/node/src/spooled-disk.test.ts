import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BytesIO, b } from '@memio/core';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSpools } from '../test/open-spools.ts';
import { mountSmallDisk } from '../test/small-disk.ts';
import { saveTo } from './save-to.ts';
import { SpooledBytesIO } from './spooled-bytes-io.ts';

const disk = mountSmallDisk('a full disk is only tested with a limit on the size of files');
afterAll(() => disk?.remove());

const KIB = 1024;
const bytesOf = (length: number, first: number) =>
  new Uint8Array(length).map((_, index) => index * 7 + first + (index >> 8));
async function* halves(bytes: Uint8Array) {
  yield bytes.subarray(0, bytes.length >> 1);
  yield bytes.subarray(bytes.length >> 1);
}
const isFull = expect.objectContaining({
  code: 'ERR_MEMIO_SPOOL',
  message: expect.stringMatching(
    /^Cannot write to the temporary file .*spool: ENOSPC: no space left on device, write$/,
  ),
  cause: expect.objectContaining({ code: 'ENOSPC' }),
});

describe.skipIf(!disk)('on a disk that is full', () => {
  let dir: string;
  beforeEach(() => {
    dir = join(disk!.path, 'spools');
    mkdirSync(dir);
  });
  afterEach(() => {
    expect([readdirSync(dir), openSpools(dir)]).toEqual([[], 0]);
    rmSync(dir, { recursive: true });
  });

  /** Writes pieces of `length` bytes until the disk is full; gives all that was accepted. */
  function fill(io: BytesIO, length: number): Uint8Array {
    const accepted: Uint8Array[] = [];
    for (;;) {
      const piece = bytesOf(length, accepted.length);
      const before = [io.tell(), io.size];
      try {
        io.write(piece);
      } catch (error) {
        expect(error).toEqual(isFull);
        expect([io.tell(), io.size]).toEqual(before);
        return Buffer.concat(accepted);
      }
      accepted.push(piece);
    }
  }

  it.each([100, 5000, 65_535, 65_536, 100_000, 400_000])(
    'a stream keeps all that was written, in pieces of %i bytes',
    (length) => {
      using io = new SpooledBytesIO(undefined, { maxSize: 1000, dir });
      const accepted = fill(io, length);
      expect(accepted.length).toBeGreaterThan(500 * KIB);
      expect(io.size).toBe(accepted.length);
      expect(Buffer.compare(io.getvalue(), accepted)).toBe(0);
      io.seek(0);
      expect(Buffer.compare(io.read(70_000), accepted.subarray(0, 70_000))).toBe(0);
      expect(Buffer.compare(io.read(10), accepted.subarray(70_000, 70_010))).toBe(0);
      expect(Buffer.compare(io.readline(), new BytesIO(accepted.subarray(70_010)).readline())).toBe(0);
      io.truncate(100);
      io.seek(0, 2);
      io.write(bytesOf(length, 3));
      expect(Buffer.compare(io.getvalue(), Buffer.concat([accepted.subarray(0, 100), bytesOf(length, 3)]))).toBe(0);
    },
  );

  it('a stream that cannot move to its file stays in memory', () => {
    const content = bytesOf(1200 * KIB, 1);
    using io = new SpooledBytesIO(content, { maxSize: content.length, dir });
    io.seek(7);
    expect(() => io.rollover()).toThrow(isFull);
    expect([io.rolled, io.tell(), Buffer.compare(io.getvalue(), content)]).toEqual([false, 7, 0]);
  });

  it('bytes that were to be written over a gap leave it as it was', () => {
    using io = new SpooledBytesIO(b`head`, { maxSize: 0, dir });
    io.seek(3000 * KIB);
    io.write(b`tail`);
    io.seek(2);
    const before = io.getvalue();
    expect(() => io.write(bytesOf(2000 * KIB, 1))).toThrow(isFull);
    expect([io.tell(), Buffer.compare(io.getvalue(), before)]).toEqual([2, 0]);
  });

  it.each([
    ['at the end', 500 * KIB],
    ['in the middle', 10 * KIB],
    ['behind the end', 501 * KIB],
  ])('writeFrom() changes nothing: %s', async (_, cursor) => {
    const content = bytesOf(500 * KIB, 1);
    using io = new SpooledBytesIO(content, { maxSize: 100, dir });
    io.seek(cursor);
    for (const length of [400 * KIB, 700 * KIB]) {
      const source = [bytesOf(length / 2, 2), bytesOf(length / 2, 3), bytesOf(200 * KIB, 4)];
      await expect(io.writeFrom(source)).rejects.toEqual(isFull);
      expect([io.tell(), Buffer.compare(io.getvalue(), content)]).toEqual([cursor, 0]);
      expect(openSpools(dir)).toBe(1);
    }
  });

  it.each<[string, (io: SpooledBytesIO) => unknown]>([
    ['write()', (io) => io.write(bytesOf(1200 * KIB, 2))],
    ['writelines()', (io) => io.writelines([bytesOf(1200 * KIB, 2)])],
    ['a write behind a gap', (io) => io.seek(900 * KIB) && io.write(bytesOf(400 * KIB, 2))],
    ['rollover()', (io) => io.rollover()],
    ['writeFrom() of what fits into memory', (io) => io.writeFrom([bytesOf(600 * KIB, 2)])],
    ['writeFrom() of what has a file of its own', (io) => io.writeFrom([bytesOf(900 * KIB, 2)])],
    ['writeFrom() of what has no file', (io) => io.writeFrom([bytesOf(1200 * KIB, 2)])],
  ])('a stream that %s could not move is still in memory, and can be written to', async (_, use) => {
    const content = bytesOf(500 * KIB, 1);
    // Another stream has most of the disk.
    using other = new SpooledBytesIO(bytesOf(600 * KIB, 5), { maxSize: 0, dir });
    using io = new SpooledBytesIO(content, { maxSize: 800 * KIB, dir });
    io.seek(300 * KIB);
    const cursor = () => (_.includes('gap') ? 900 : 300) * KIB;
    await expect(Promise.resolve().then(() => use(io))).rejects.toEqual(isFull);
    expect([io.rolled, io.tell(), Buffer.compare(io.getvalue(), content)]).toEqual([false, cursor(), 0]);
    expect(openSpools(dir)).toBe(1);
    io.seek(0);
    io.write(b`after`);
    expect([io.rolled, io.size, io.text().slice(0, 5)]).toEqual([false, 500 * KIB, 'after']);
    other.close();
    io.rollover();
    expect([io.rolled, io.size, io.getvalue().subarray(0, 5)]).toEqual([true, 500 * KIB, b`after`]);
  });

  it('any sequence of operations, of which many fail, does what it does in memory, or nothing', async () => {
    const lengths = fc.constantFrom(1, 100, 5000, 65_535, 65_536, 200_000, 500_000, 900_000);
    const step = fc.oneof(
      fc.record({ name: fc.constant('write' as const), length: lengths, byte: fc.integer({ min: 1, max: 255 }) }),
      fc.record({ name: fc.constant('writeFrom' as const), length: lengths, byte: fc.integer({ min: 1, max: 255 }) }),
      fc.record({
        name: fc.constantFrom('seek' as const, 'truncate' as const),
        part: fc.double({ min: 0, max: 1.1, noNaN: true }),
      }),
    );
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(200_000), fc.array(step, { minLength: 10, maxLength: 30 }), async (maxSize, steps) => {
        using io = new SpooledBytesIO(undefined, { maxSize, dir });
        const model = new BytesIO();
        for (const each of steps) {
          const { rolled } = io;
          if ('part' in each) {
            const to = Math.floor(each.part * model.size);
            for (const stream of [io, model]) stream[each.name](to);
          } else {
            const bytes = new Uint8Array(each.length).fill(each.byte);
            const use = async (stream: BytesIO) =>
              each.name === 'write' ? stream.write(bytes) : stream.writeFrom(halves(bytes));
            try {
              await use(io);
              await use(model);
            } catch (error) {
              expect(error).toEqual(isFull);
              expect(io.rolled).toBe(rolled);
              failures += 1;
            }
          }
          expect([io.tell(), io.size]).toEqual([model.tell(), model.size]);
          expect(Buffer.compare(io.getvalue(), model.getvalue())).toBe(0);
        }
      }),
      { numRuns: 25 },
    );
    expect(failures).toBeGreaterThan(20);
  });

  it('saveTo() leaves the old file and nothing else, and names the path', async () => {
    const path = join(dir, 'report.bin');
    writeFileSync(path, 'old');
    await expect(saveTo(new BytesIO(bytesOf(1200 * KIB, 1)), path)).rejects.toMatchObject({
      code: 'ENOSPC',
      message: `Cannot save to ${path}: ENOSPC: no space left on device, write`,
      path,
    });
    expect([readdirSync(dir), readFileSync(path, 'utf8')]).toEqual([['report.bin'], 'old']);
    rmSync(path);
  });
});

describe('where files may not be larger than 64 KiB', () => {
  /** Runs `script` in a process under `ulimit -f`; it has `io` with 8 bytes in memory at the most, and `kinds`. */
  function run(script: string): unknown {
    const dir = mkdtempSync(join(tmpdir(), 'memio-limit-'));
    const program = `
      import { SpooledBytesIO } from '@memio/node';
      const io = new SpooledBytesIO(undefined, { maxSize: 8, dir: ${JSON.stringify(dir)} });
      const attempt = (call) => { try { return call(); } catch (error) { return [error.name, error.code, error.cause?.code, error.message]; } };
      console.log(JSON.stringify(await (async () => { ${script} })()));`;
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    try {
      const node = ['-c', 'ulimit -f 128 && exec "$0" "$@"', process.execPath, '--input-type=module', '-e', program];
      const told = JSON.parse(execFileSync('sh', node, { cwd, encoding: 'utf8' }));
      expect(readdirSync(dir)).toEqual([]);
      return told;
    } finally {
      if (existsSync(dir)) rmSync(dir, { recursive: true });
    }
  }
  const isTooLarge = (size: number) => [
    'RangeError',
    'ERR_MEMIO_RANGE',
    'EFBIG',
    `Cannot hold ${size} bytes: the file system refuses a file of that size`,
  ];

  it('a large write is refused and keeps what was there', () => {
    const told = run(`
      io.write(new Uint8Array(60_000).fill(1));
      const refused = attempt(() => io.write(new Uint8Array(100_000)));
      return [refused, io.size, io.tell(), io.getvalue().every((byte) => byte === 1)];`);
    expect(told).toEqual([isTooLarge(160_000), 60_000, 60_000, true]);
  });

  it('a write behind a gap is refused before anything is taken', () => {
    const told = run(`
      io.write(new Uint8Array(10));
      io.seek(1_000_000);
      const refused = attempt(() => io.write(new Uint8Array(1)));
      return [refused, io.size, io.tell()];`);
    expect(told).toEqual([isTooLarge(1_000_001), 10, 1_000_000]);
  });
});
