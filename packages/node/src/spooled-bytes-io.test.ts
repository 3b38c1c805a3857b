import { fstatSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BytesIO, type BytesLike, b } from '@memio/core';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { CAN_LIST, openFiles, openSpools } from '../test/open-spools.ts';
import { SpooledBytesIO, type SpooledBytesIOOptions } from './spooled-bytes-io.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'memio-node-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const bytesOf = (length: number, first = 0) => new Uint8Array(length).map((_, index) => index * 31 + first);
const spooled = (initialBytes?: Uint8Array, options: SpooledBytesIOOptions = {}) =>
  new SpooledBytesIO(initialBytes, { maxSize: 8, dir, ...options });
/** A stream in its file, as long as a test that must close it lasts. */
const ten = () => spooled(b`0123456789`);

const unsupported = (message: string) =>
  expect.objectContaining({ name: 'UnsupportedOperation', code: 'ERR_MEMIO_UNSUPPORTED', message });
const isInUse = (action: string) =>
  expect.objectContaining({
    name: 'BufferError',
    code: 'ERR_MEMIO_BUFFER',
    message: expect.stringMatching(`^Cannot ${action} while .*stream\\(\\) holds? the content: .*cancel it`),
  });

describe('a SpooledBytesIO', () => {
  it('is a BytesIO', () => {
    expect(new SpooledBytesIO()).toBeInstanceOf(BytesIO);
    expectTypeOf<SpooledBytesIO>().toExtend<BytesIO>();
  });

  it('stays in memory up to maxSize and moves to a file with one byte more', () => {
    using io = spooled();
    io.write(b`12345678`);
    expect([io.rolled, openSpools(dir)]).toEqual([false, 0]);
    io.write(b`9`);
    expect([io.rolled, io.size, io.tell(), io.getvalue()]).toEqual([true, 9, 9, b`123456789`]);
    expect(openSpools(dir)).toBe(1);
  });

  it('keeps 16 MiB in memory by default', () => {
    using io = new SpooledBytesIO(undefined, { dir });
    io.write(new Uint8Array(16 * 1024 * 1024));
    expect(io.rolled).toBe(false);
    io.write(b`1`);
    expect(io.rolled).toBe(true);
  });

  it('never moves with a maxSize of Infinity, and with the first byte with one of 0', () => {
    using never = spooled(new Uint8Array(100_000), { maxSize: Number.POSITIVE_INFINITY });
    using first = spooled(undefined, { maxSize: 0 });
    expect([never.rolled, first.rolled]).toEqual([false, false]);
    first.write(b`1`);
    expect(first.rolled).toBe(true);
  });

  it('moves at once with initial bytes that are too many, its cursor at 0', () => {
    using io = spooled(b`123456789`);
    expect([io.rolled, io.tell(), io.read()]).toEqual([true, 0, b`123456789`]);
  });

  it('does not move back when it is cut', () => {
    using io = ten();
    io.truncate(0);
    io.seek(0);
    io.write(b`1`);
    expect([io.rolled, io.getvalue()]).toEqual([true, b`1`]);
  });

  it('moves on rollover(), whatever its size, with its cursor where it was', () => {
    using io = spooled(b`abc`);
    io.seek(2);
    io.rollover();
    io.rollover();
    expect([io.rolled, io.tell(), io.read()]).toEqual([true, 2, b`c`]);
  });

  it('goes on with an iterator that was made before it moved', () => {
    using io = spooled(b`a\nb\n`);
    const lines = io[Symbol.iterator]();
    expect(lines.next().value).toEqual(b`a\n`);
    io.rollover();
    expect([...lines]).toEqual([b`b\n`]);
  });

  it.skipIf(!CAN_LIST)('has a file without a name, with permissions 0600', () => {
    using _io = ten();
    const [file, ...more] = openFiles().filter(({ path }) => path.startsWith(dir));
    expect([file?.path, more]).toEqual([expect.stringMatching(/\/memio-\w{6}\/spool \(deleted\)$/), []]);
    expect(fstatSync(file!.fd)).toMatchObject({ mode: 0o100600, nlink: 0 });
    expect(readdirSync(dir)).toEqual([]);
  });

  it.each<[string, (io: SpooledBytesIO) => void]>([
    ['close()', (io) => io.close()],
    [
      'the end of a `using` block',
      (io) => {
        using _io = io;
      },
    ],
  ])('removes its file on %s, and is closed', (_, end) => {
    const io = ten();
    end(io);
    expect([io.closed, openSpools(dir), readdirSync(dir)]).toEqual([true, 0, []]);
    io.close();
    for (const use of [() => io.read(), () => io.write(b`1`), () => io.size, () => io.rollover(), () => io.stream()])
      expect(use).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });

  it.each<[string, unknown, SpooledBytesIOOptions, object]>([
    ['text', 'text', {}, { code: 'ERR_MEMIO_TYPE' }],
    [
      'a negative maxSize',
      undefined,
      { maxSize: -1 },
      { code: 'ERR_MEMIO_RANGE', message: 'Cannot keep in memory -1: maxSize must be >= 0' },
    ],
    [
      'a maxSize that is no integer',
      undefined,
      { maxSize: Number.NaN },
      { code: 'ERR_MEMIO_TYPE', message: 'Cannot keep in memory NaN: maxSize must be an integer' },
    ],
    [
      'a negative maxBytes',
      undefined,
      { maxBytes: -1 },
      { code: 'ERR_MEMIO_RANGE', message: 'Cannot limit a stream to -1: maxBytes must be >= 0' },
    ],
    [
      'a dir that is no string',
      undefined,
      { dir: 5 as never },
      { code: 'ERR_MEMIO_TYPE', message: 'Cannot make a temporary file in 5: dir must be a string' },
    ],
  ])('refuses %s', (_, initialBytes, options, error) => {
    expect(() => new SpooledBytesIO(initialBytes as never, options)).toThrow(expect.objectContaining(error));
  });

  it.each([
    ['in memory', 8],
    ['in its file', 0],
  ])('holds no more than maxBytes %s, and is as it was', (_, maxSize) => {
    const limit = {
      code: 'ERR_MEMIO_LIMIT',
      limit: 'maxBytes',
      allowed: 4,
      message: 'Cannot hold 5 bytes: maxBytes is 4',
    };
    using io = spooled(b`123`, { maxSize, maxBytes: 4 });
    io.seek(0, 2);
    expect(() => io.write(b`45`)).toThrow(expect.objectContaining(limit));
    expect([io.getvalue(), io.tell()]).toEqual([b`123`, 3]);
    io.write(b`4`);
    expect(() => spooled(b`12345`, { maxSize, maxBytes: 4 })).toThrow(expect.objectContaining(limit));
    expect(openSpools(dir)).toBe(io.rolled ? 1 : 0);
  });

  it('tells the real limit when the move is what would break it', () => {
    using io = spooled(b`12345678`, { maxBytes: 9 });
    io.seek(0, 2);
    expect(() => io.write(b`90`)).toThrow('Cannot hold 10 bytes: maxBytes is 9');
    expect([io.rolled, io.size]).toEqual([false, 8]);
  });

  it('refuses to move while a view is out, makes no file, and moves once it is released', () => {
    using io = spooled(b`1234`);
    io.seek(0, 2);
    const view = io.getbuffer();
    const error = expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' });
    expect(() => io.write(b`56789`)).toThrow(error);
    expect(() => io.write(b`56789`)).toThrow(
      /^Cannot grow to 9 bytes while .*getbuffer\(\) holds the content: .*release\(\)/,
    );
    expect(() => io.rollover()).toThrow(error);
    expect([io.rolled, io.tell(), view.slice(), openSpools(dir)]).toEqual([false, 4, b`1234`, 0]);
    view.release();
    io.write(b`56789`);
    expect([io.rolled, io.getvalue()]).toEqual([true, b`123456789`]);
  });

  it('has no view and no memory to give once it has moved, and says what to call instead', () => {
    using io = ten();
    const why =
      'the content is larger than maxSize and in a temporary file; getvalue() copies it into memory, stream() and createReadStream(io) read it piece by piece';
    expect(() => io.getbuffer()).toThrow(unsupported(`Cannot get the buffer: ${why}`));
    expect(() => io.transfer()).toThrow(unsupported(`Cannot transfer: ${why}`));
    expect(() => io.fileno()).toThrow(
      unsupported('Cannot give a descriptor: saveTo(io, path) writes the content to a file'),
    );
  });

  it.each<[string, () => Uint8Array]>([
    ['a SharedArrayBuffer', () => new Uint8Array(new SharedArrayBuffer(200_000)).fill(7)],
    ['a Buffer', () => Buffer.alloc(200_000, 7)],
  ])('takes and fills %s that is larger than a page', (_, make) => {
    using io = spooled();
    io.write(make());
    io.seek(0);
    const target = make().fill(0);
    expect(io.readinto(target)).toBe(200_000);
    expect(target.every((byte) => byte === 7)).toBe(true);
  });

  it('copies what it is given', () => {
    using io = ten();
    const bytes = b`abc`;
    io.write(bytes);
    bytes.fill(0);
    expect(io.getvalue()).toEqual(b`abc3456789`);
  });

  it('writes pages, large pieces and gaps into one content', () => {
    using io = spooled();
    const model = new BytesIO();
    for (const [at, length] of [
      [0, 10],
      [5, 70_000],
      [200_000, 3],
      [199_990, 20],
      [64_000, 4000],
      [0, 250_000],
      [300_000, 1],
      [299_000, 65_536],
    ] as const) {
      for (const stream of [io, model]) {
        stream.seek(at);
        stream.write(bytesOf(length, at));
        stream.seek(at + 1);
        stream.readline(7);
      }
      expect([io.size, io.tell()]).toEqual([model.size, model.tell()]);
      expect(Buffer.compare(io.getvalue(), model.getvalue())).toBe(0);
    }
    io.flush();
    expect(Buffer.compare(io.getvalue(), model.getvalue())).toBe(0);
  });

  it('refuses to read more into memory than the engine can hold, and stays as it was', () => {
    using io = ten();
    io.seek(2 ** 43);
    io.write(b`x`);
    io.seek(3);
    const error = expect.objectContaining({ name: 'RangeError', code: 'ERR_MEMIO_RANGE' });
    expect(() => io.getvalue()).toThrow(error);
    expect(() => io.read()).toThrow('Cannot read 8796093022206 bytes: the engine cannot allocate that much');
    expect([io.tell(), io.read(2)]).toEqual([3, b`34`]);
    io.seek(-1, 2);
    expect(io.read()).toEqual(b`x`);
  });

  it('reads lines that are longer than a page', () => {
    using io = spooled();
    const line = new Uint8Array(150_000).fill(97);
    line[149_999] = 10;
    io.writelines([line, line, b`end`]);
    io.seek(0);
    expect([...io].map(({ length }) => length)).toEqual([150_000, 150_000, 3]);
    io.seek(0);
    expect(io.readline(140_000)).toHaveLength(140_000);
    expect(io.readlines(20_000).map(({ length }) => length)).toEqual([10_000, 150_000]);
  });
});

describe('the content of a SpooledBytesIO in its file', () => {
  const large = bytesOf(200_000);

  it('is given out by stream(), 64 KiB at a time, whatever the cursor', async () => {
    using io = spooled(large);
    io.seek(5);
    const sizes: number[] = [];
    const chunks: Uint8Array[] = [];
    for await (const chunk of io.stream()) {
      sizes.push(chunk.length);
      chunks.push(chunk);
    }
    expect(sizes).toEqual([65_536, 65_536, 65_536, 3392]);
    expect([Buffer.concat(chunks).equals(large), io.tell()]).toEqual([true, 5]);
  });

  it('fills the buffers of a BYOB reader', async () => {
    using io = spooled(b`0123456789`);
    const reader = io.stream().getReader({ mode: 'byob' });
    const read: string[] = [];
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(4));
      if (done) break;
      read.push(new TextDecoder().decode(value));
    }
    expect(read).toEqual(['0123', '4567', '89']);
  });

  it('ends at once as a stream of nothing', async () => {
    using io = spooled();
    io.rollover();
    expect(await new Response(io.stream()).text()).toBe('');
    expect(await io.stream().getReader({ mode: 'byob' }).read(new Uint8Array(4))).toMatchObject({ done: true });
  });

  it('cannot change its size, nor be closed, while stream() is read; it can be overwritten', async () => {
    using io = spooled(large);
    const reader = io.stream().getReader();
    await reader.read();
    expect(() => io.close()).toThrow(isInUse('close'));
    expect(() => io.truncate(1)).toThrow(isInUse('truncate to 1'));
    io.seek(0, 2);
    expect(() => io.write(b`1`)).toThrow(isInUse('grow to 200001 bytes'));
    io.seek(199_999);
    io.write(b`1`);
    const second = io.stream();
    expect(() => io.close()).toThrow(isInUse('close'));
    await second.cancel();
    await reader.cancel();
    io.write(b`2`);
    expect(io.size).toBe(200_001);
  });

  it('is free again once stream() was read to its end', async () => {
    using io = spooled(b`0123456789`);
    expect(await new Response(io.stream()).text()).toBe('0123456789');
    io.truncate(0);
    expect(io.size).toBe(0);
  });

  it('is written by sink() at the cursor', async () => {
    using io = ten();
    io.seek(8);
    await new Blob(['abcd']).stream().pipeTo(io.sink());
    expect(io.getvalue()).toEqual(b`01234567abcd`);
  });

  it('is a Blob by blob(), with its type', async () => {
    using io = spooled(bytesOf(5_000_000));
    const blob = io.blob('image/png');
    expect([blob.type, blob.size]).toEqual(['image/png', 5_000_000]);
    expect(Buffer.from(await blob.arrayBuffer()).equals(bytesOf(5_000_000))).toBe(true);
  });

  it.each<[string, Uint8Array, string]>([
    ['utf-8', Buffer.from('é☃😀'), 'é☃😀'],
    ['utf-16le', Buffer.from('é☃😀', 'utf16le'), 'é☃😀'],
    ['shift_jis', b`\x82\xa0\x8a\xbf\xb1`, 'あ漢ｱ'],
    ['windows-1252', b`\x80\xe9`, '€é'],
  ])('is text by text(), also where a piece ends within a character: %s', (encoding, word, expected) => {
    const count = Math.ceil(500_000 / word.length);
    // In front, single bytes move the characters over the ends of the pieces.
    for (const front of encoding === 'utf-16le' ? [0, 2] : [0, 1, 2, 3]) {
      const content = Buffer.concat([Buffer.alloc(front), ...Array.from({ length: count }, () => word)]);
      using io = spooled(content);
      io.seek(5);
      const before = encoding === 'utf-16le' ? front / 2 : front;
      expect(io.text(encoding) === '\0'.repeat(before) + expected.repeat(count)).toBe(true);
      expect(io.tell()).toBe(5);
    }
  });

  it('is text without a byte order mark, and with U+FFFD for a character that is cut off', () => {
    using io = spooled(Buffer.concat([Buffer.from('\ufeff'), Buffer.from('x'.repeat(200_000)), b`\xe2\x98`]));
    expect(io.text() === `${'x'.repeat(200_000)}\ufffd`).toBe(true);
  });

  it('refuses an encoding that nobody knows', () => {
    using io = ten();
    expect(() => io.text('klingon')).toThrow(RangeError);
  });
});

describe('adopt()', () => {
  it('makes a SpooledBytesIO that moves like any other', () => {
    using io = SpooledBytesIO.adopt(b`0123456789`, { maxSize: 8, dir });
    expectTypeOf(io).toEqualTypeOf<SpooledBytesIO>();
    expect([io.rolled, io.tell(), io.read()]).toEqual([true, 0, b`0123456789`]);
  });

  it('takes memory of up to maxSize bytes as it is', () => {
    const bytes = b`01234567`;
    using io = SpooledBytesIO.adopt(bytes, { maxSize: 8, dir });
    io.write(b`x`);
    expect([io.rolled, bytes]).toEqual([false, b`x1234567`]);
  });
});

describe('options', () => {
  const unknown = (message: string) =>
    expect.objectContaining({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message: expect.stringContaining(message) });

  it('of every way to make a stream are those of the constructor', async () => {
    const options = { maxSize: 2, maxBytes: 4, dir };
    for (const make of [
      () => new SpooledBytesIO(b`123`, options),
      () => SpooledBytesIO.adopt(b`123`, options),
      () => SpooledBytesIO.from([b`1`, b`23`], { maxSize: 2, dir }),
    ]) {
      using io = await make();
      expect([io.rolled, openSpools(dir)]).toEqual([true, 1]);
    }
    using limited = SpooledBytesIO.adopt(b`123`, options);
    expect(() => limited.seek(0, 2) && limited.write(b`45`)).toThrow('Cannot hold 5 bytes: maxBytes is 4');
  });

  it('that are unknown are refused, with the name that may be meant', async () => {
    const wrong = { maxsize: 5 } as never;
    const message = 'Cannot make a stream: unknown option "maxsize"; did you mean maxSize?';
    expect(() => new SpooledBytesIO(undefined, wrong)).toThrow(unknown(message));
    expect(() => SpooledBytesIO.adopt(b`1`, wrong)).toThrow(unknown(message));
    await expect(SpooledBytesIO.from([b`1`], wrong)).rejects.toEqual(unknown(message));
    expect(() => new SpooledBytesIO(undefined, { prefix: 'a' } as never)).toThrow(
      unknown('unknown option "prefix"; the options are maxBytes, maxSize, dir'),
    );
    expect(() => new SpooledBytesIO(undefined, 5 as never)).toThrow(unknown('options must be an object, not 5'));
    using io = ten();
    await expect(io.writeFrom([], { maxSize: 5 } as never)).rejects.toEqual(unknown('unknown option "maxSize"'));
  });
});

describe('a subclass', () => {
  class Journal extends SpooledBytesIO {
    constructor(initialBytes?: BytesLike | null, { maxSize = 8, ...options }: SpooledBytesIOOptions = {}) {
      super(initialBytes, { maxSize, dir, ...options });
    }
  }
  /** In its file from the start. */
  class OnDisk extends SpooledBytesIO {
    constructor(initialBytes?: BytesLike | null) {
      super(initialBytes, { dir });
      this.rollover();
    }
  }

  it('is what its own from() and adopt() make, with its own defaults', async () => {
    for (const make of [() => Journal.adopt(b`0123456789`), () => Journal.from([b`01234`, b`56789`])]) {
      using io = await make();
      expect(io).toBeInstanceOf(Journal);
      expect([io.rolled, io.read(), openSpools(dir)]).toEqual([true, b`0123456789`, 1]);
    }
    using large = await Journal.from([b`0123456789`], { maxSize: 10 });
    expect(large.rolled).toBe(false);
  });

  it('may be in its file before from() or adopt() fills it', async () => {
    const chunk = bytesOf(5000);
    const sources = [new Blob([chunk]), [chunk], chunk, new Response(chunk)];
    for (const io of [OnDisk.adopt(chunk), ...(await Promise.all(sources.map((source) => OnDisk.from(source))))]) {
      using _io = io;
      expect([io.rolled, io.tell(), Buffer.compare(io.getvalue(), chunk)]).toEqual([true, 0, 0]);
    }
    using written = new OnDisk();
    expect([await written.writeFrom(new Blob([chunk])), written.size, written.tell()]).toEqual([5000, 5000, 5000]);
    expect(openSpools(dir)).toBe(1);
  });
});

describe('memory from elsewhere', () => {
  class Liar extends Uint8Array {
    override get length() {
      return 3;
    }
    override get byteLength() {
      return 2;
    }
    override subarray(): Uint8Array<ArrayBuffer> {
      return b`lie`;
    }
  }
  const withLength = (bytes: Uint8Array, length: number) => Object.defineProperty(bytes, 'length', { value: length });
  const liars: [string, (length: number) => Uint8Array][] = [
    ['a subclass that lies', (length) => new Liar(length)],
    ['a length that is too small', (length) => withLength(new Uint8Array(length), 1)],
    ['a length that is too large', (length) => withLength(new Uint8Array(length), 2 * length)],
  ];

  it.each(liars)('is written and filled by what it has, not by what it says: %s', (_, make) => {
    for (const length of [100, 65_535, 65_536, 70_000]) {
      for (const maxSize of [0, 50, 1_000_000]) {
        using io = spooled(b`x`, { maxSize });
        const source = make(length);
        source.fill(7);
        expect([io.write(source), io.size, io.tell()]).toEqual([length, length, length]);
        expect(io.getvalue().every((byte) => byte === 7)).toBe(true);
        io.seek(0);
        const target = make(length);
        expect([io.readinto(target), io.tell()]).toEqual([length, length]);
        expect(new Uint8Array(target.buffer).every((byte) => byte === 7)).toBe(true);
      }
    }
  });

  it('is refused where it only looks like bytes, and nothing changes', () => {
    using io = ten();
    for (const value of [new Proxy(b`abc`, {}), Object.create(b`abc`), { length: 3, 0: 1, 1: 2, 2: 3 }]) {
      expect(() => io.write(value)).toThrow(TypeError);
      expect(() => io.readinto(value)).toThrow(TypeError);
    }
    expect([io.tell(), io.getvalue()]).toEqual([0, b`0123456789`]);
  });
});

describe('where no file can be made', () => {
  let blocked: string;
  beforeEach(() => {
    blocked = join(dir, 'regular-file');
    writeFileSync(blocked, '');
  });

  it('a write that needs one is a clear error, and nothing that was written is lost', () => {
    using io = spooled(b`12345678`, { dir: join(blocked, 'below') });
    io.seek(6);
    const error = expect.objectContaining({
      code: 'ERR_MEMIO_SPOOL',
      message: expect.stringMatching(
        /^Cannot make the temporary file .*regular-file.below.memio-XXXXXX: ENOTDIR: not a directory/,
      ),
      cause: expect.objectContaining({ code: 'ENOTDIR' }),
    });
    expect(() => io.write(b`abcd`)).toThrow(error);
    expect(() => io.rollover()).toThrow(error);
    expect([io.rolled, io.tell(), io.getvalue()]).toEqual([false, 6, b`12345678`]);
    io.write(b`ab`);
    expect(io.getvalue()).toEqual(b`123456ab`);
  });

  it('a constructor, from() and writeFrom() fail alike', async () => {
    const options = { dir: blocked, maxSize: 4 };
    const error = expect.objectContaining({ code: 'ERR_MEMIO_SPOOL' });
    expect(() => new SpooledBytesIO(b`12345`, options)).toThrow(error);
    await expect(SpooledBytesIO.from([b`123`, b`45`], options)).rejects.toEqual(error);
    using io = new SpooledBytesIO(b`abc`, options);
    await expect(io.writeFrom([b`123`, b`45`])).rejects.toEqual(error);
    expect([io.getvalue(), io.tell()]).toEqual([b`abc`, 0]);
  });
});
