import { describe, expect, it } from 'vitest';
import { describe as call } from './errors.ts';
import { BytesIO, type BytesLike, b, isMemioError } from './index.ts';

/** A stream on `content` with its cursor at `position`. */
function at(position: number, content: BytesLike = b`one\ntwo\nthree`): BytesIO {
  const io = new BytesIO(content);
  io.seek(position);
  return io;
}

describe('new BytesIO()', () => {
  it.each<[string, BytesLike | null | undefined, Uint8Array]>([
    ['without an argument is empty', undefined, b``],
    ['with null is empty', null, b``],
    ['with no bytes is empty', b``, b``],
    ['holds the bytes it was given', b`abc`, b`abc`],
  ])('%s', (_, initial, content) => {
    const io = new BytesIO(initial);
    expect(io.getvalue()).toEqual(content);
    expect(io.size).toBe(content.length);
    expect(io.tell()).toBe(0);
    expect(io.closed).toBe(false);
  });

  it('overwrites its initial bytes, since its cursor is at 0', () => {
    const io = new BytesIO(b`abcdef`);
    io.write(b`XY`);
    expect(io.getvalue()).toEqual(b`XYcdef`);
  });
});

describe('write()', () => {
  it.each<[string, { content: BytesLike; position: number; data: BytesLike; result: Uint8Array; tell: number }]>([
    ['appends at the end', { content: b`ab`, position: 2, data: b`cd`, result: b`abcd`, tell: 4 }],
    ['overwrites at the start', { content: b`abc`, position: 0, data: b`XY`, result: b`XYc`, tell: 2 }],
    ['overwrites and grows', { content: b`abc`, position: 2, data: b`XY`, result: b`abXY`, tell: 4 }],
    ['zero-fills a gap', { content: b`a`, position: 3, data: b`b`, result: b`a\0\0b`, tell: 4 }],
    ['of nothing leaves a gap unfilled', { content: b`a`, position: 3, data: b``, result: b`a`, tell: 3 }],
    ['of nothing within changes nothing', { content: b`ab`, position: 1, data: b``, result: b`ab`, tell: 1 }],
    ['of nothing at the end changes nothing', { content: b`ab`, position: 2, data: b``, result: b`ab`, tell: 2 }],
    ['fills an empty stream', { content: b``, position: 0, data: b`ab`, result: b`ab`, tell: 2 }],
  ])('%s', (_, { content, position, data, result, tell }) => {
    const io = at(position, content);
    expect(io.write(data)).toBe(data.byteLength);
    expect(io.getvalue()).toEqual(result);
    expect(io.size).toBe(result.length);
    expect(io.tell()).toBe(tell);
  });

  it('keeps every byte of many small writes', () => {
    const io = new BytesIO();
    for (let index = 0; index < 3000; index++) io.write(Uint8Array.of(index, index >> 8));
    const content = new DataView(io.getvalue().buffer);
    expect(content.byteLength).toBe(6000);
    for (let index = 0; index < 3000; index++) expect(content.getUint16(index * 2, true)).toBe(index);
  });

  it('takes a view on its own memory while it overwrites itself', () => {
    const io = new BytesIO(b`abcdef`);
    const view = io.getbuffer();
    io.seek(2);
    io.write(view.subarray(0, 4));
    view.release();
    expect(io.getvalue()).toEqual(b`ababcd`);
  });

  it('takes a released view on its own memory while it grows', () => {
    const io = new BytesIO(b`abc`);
    const view = io.getbuffer();
    view.release();
    io.seek(0, 2);
    io.write(view);
    expect(io.getvalue()).toEqual(b`abcabc`);
  });
});

describe('writelines()', () => {
  const lines = [b`one\n`, b``, b`two`];
  it.each<[string, () => Iterable<BytesLike>]>([
    ['an array', () => lines],
    ['a set', () => new Set(lines)],
    [
      'a generator',
      function* () {
        yield* lines;
      },
    ],
    ['another stream, by its lines', () => new BytesIO(b`one\ntwo`)],
  ])('writes %s without adding line ends', (_, make) => {
    const io = new BytesIO(b`> ..........`);
    io.seek(2);
    expect(io.writelines(make())).toBeUndefined();
    expect(io.getvalue()).toEqual(b`> one\ntwo...`);
    expect(io.tell()).toBe(9);
  });

  it.each<[string, Iterable<BytesLike>]>([
    ['nothing', []],
    ['only empty lines', [b``, b``]],
  ])('with %s leaves a gap unfilled', (_, nothing) => {
    const io = at(5, b`a`);
    io.writelines(nothing);
    expect(io.getvalue()).toEqual(b`a`);
    expect(io.tell()).toBe(5);
  });

  it('zero-fills a gap before the first line', () => {
    const io = at(3, b`a`);
    io.writelines([b`b`, b`c`]);
    expect(io.getvalue()).toEqual(b`a\0\0bc`);
  });

  it.each<[string, () => Iterable<BytesLike>]>([
    ['an array', () => [b`ab`, 'text' as never, b`cd`]],
    [
      'a generator',
      function* () {
        yield b`ab`;
        yield 'text' as never;
      },
    ],
  ])('keeps what it wrote before %s yielded something wrong', (_, make) => {
    const io = new BytesIO();
    expect(() => io.writelines(make())).toThrow(TypeError);
    expect(io.getvalue()).toEqual(b`ab`);
    expect(io.tell()).toBe(2);
  });

  it('lets through what a generator throws', () => {
    const io = new BytesIO();
    const failing = function* () {
      yield b`ab`;
      throw new Error('no more');
    };
    expect(() => io.writelines(failing())).toThrow('no more');
    expect(io.getvalue()).toEqual(b`ab`);
  });

  it('does not call a write() that a subclass overrides, as CPython does not', () => {
    class Shouting extends BytesIO {
      override write(data: BytesLike): number {
        super.write(b`!`);
        return super.write(data);
      }
    }
    const io = new Shouting();
    io.writelines([b`a`, b`b`]);
    expect(io.getvalue()).toEqual(b`ab`);
  });
});

describe.each(['read', 'read1'] as const)('%s()', (name) => {
  it.each<[string, number, number | null | undefined, Uint8Array, number]>([
    ['without a size reads to the end', 4, undefined, b`two\nthree`, 13],
    ['with null reads to the end', 4, null, b`two\nthree`, 13],
    ['with -1 reads to the end', 4, -1, b`two\nthree`, 13],
    ['with any negative size reads to the end', 4, -7, b`two\nthree`, 13],
    ['reads as many bytes as it is asked for', 4, 3, b`two`, 7],
    ['reads exactly to the end', 8, 5, b`three`, 13],
    ['reads what is left when asked for more', 8, 6, b`three`, 13],
    ['reads what is left when asked for the largest size', 8, Number.MAX_SAFE_INTEGER, b`three`, 13],
    ['with 0 reads nothing', 4, 0, b``, 4],
    ['with -0 reads nothing', 4, -0, b``, 4],
    ['reads nothing at the end', 13, undefined, b``, 13],
    ['reads nothing at the end when asked for some', 13, 1, b``, 13],
    ['reads nothing behind the end, and stays there', 20, undefined, b``, 20],
    ['reads nothing behind the end when asked for some', 20, 5, b``, 20],
  ])('%s', (_, position, size, bytes, tell) => {
    const io = at(position);
    expect(io[name](size)).toEqual(bytes);
    expect(io.tell()).toBe(tell);
  });
});

describe('peek()', () => {
  it.each<[string, number, number | undefined, Uint8Array]>([
    ['gives everything that is left', 4, undefined, b`two\nthree`],
    ['with 0 gives everything that is left', 4, 0, b`two\nthree`],
    ['with a negative size gives everything that is left', 4, -1, b`two\nthree`],
    ['with 1 gives one byte', 4, 1, b`t`],
    ['gives as many bytes as it is asked for', 4, 3, b`two`],
    ['gives what is left when asked for more', 8, 99, b`three`],
    ['gives nothing at the end', 13, 3, b``],
    ['gives nothing behind the end', 20, undefined, b``],
  ])('%s and does not move the cursor', (_, position, size, bytes) => {
    const io = at(position);
    expect(io.peek(size)).toEqual(bytes);
    expect(io.tell()).toBe(position);
  });
});

describe.each(['readinto', 'readinto1'] as const)('%s()', (name) => {
  it.each<[string, number, number, number, Uint8Array]>([
    ['fills its target', 4, 3, 3, b`two`],
    ['stops at the end and leaves the rest of the target alone', 10, 5, 3, b`ree..`],
    ['fills a target that ends with the stream', 8, 5, 5, b`three`],
    ['reads nothing into an empty target', 4, 0, 0, b``],
    ['reads nothing at the end', 13, 2, 0, b`..`],
    ['reads nothing behind the end', 20, 2, 0, b`..`],
  ])('%s', (_, position, length, count, result) => {
    const io = at(position);
    const target = new Uint8Array(length).fill(0x2e);
    expect(io[name](target)).toBe(count);
    expect(target).toEqual(result);
    expect(io.tell()).toBe(position + count);
  });

  it('reads into the bytes of any view, and only into those', () => {
    const memory = b`........`;
    expect(at(0)[name](new Int16Array(memory.buffer, 2, 2))).toBe(4);
    expect(memory).toEqual(b`..one\n..`);
  });

  it.each<[string, (length: number) => ArrayBufferLike]>([
    ['an ArrayBuffer', (length) => new ArrayBuffer(length)],
    ['a SharedArrayBuffer', (length) => new SharedArrayBuffer(length)],
  ])('reads into %s', (_, make) => {
    const memory = make(3);
    expect(at(0)[name](memory)).toBe(3);
    expect([...new Uint8Array(memory)]).toEqual([...b`one`]);
  });

  it.each<[string, number, number, Uint8Array]>([
    ['before', 4, 0, b`two\ntho\nthree`],
    ['behind', 0, 2, b`onone\ntwthree`],
  ])('reads into its own view, %s what it reads', (_, from, to, result) => {
    const io = at(from);
    using view = io.getbuffer();
    expect(io[name](view.subarray(to, to + 6))).toBe(6);
    expect(io.getvalue()).toEqual(result);
  });

  it('reads into its own released view, which may overlap with what it reads', () => {
    const io = new BytesIO(Uint8Array.from({ length: 100 }, (_, index) => index));
    const view = io.getbuffer();
    view.release();
    expect(io[name](view.subarray(1))).toBe(99);
    expect(io.getvalue()).toEqual(Uint8Array.from({ length: 100 }, (_, index) => Math.max(0, index - 1)));
  });
});

describe('readline()', () => {
  it.each<[string, number, number | null | undefined, Uint8Array, number]>([
    ['reads up to and including the newline', 0, undefined, b`one\n`, 4],
    ['reads from within a line', 5, undefined, b`wo\n`, 8],
    ['reads a newline alone', 3, undefined, b`\n`, 4],
    ['reads to the end when there is no newline', 8, undefined, b`three`, 13],
    ['with null reads the whole line', 0, null, b`one\n`, 4],
    ['with a negative size reads the whole line', 0, -1, b`one\n`, 4],
    ['stops at its size', 0, 2, b`on`, 2],
    ['stops before the newline when its size ends there', 0, 3, b`one`, 3],
    ['takes the newline when its size just reaches it', 0, 4, b`one\n`, 4],
    ['stops at the newline when its size is larger', 0, 5, b`one\n`, 4],
    ['with 0 reads nothing', 0, 0, b``, 0],
    ['reads nothing at the end', 13, undefined, b``, 13],
    ['reads nothing behind the end', 20, undefined, b``, 20],
    ['reads nothing behind the end when asked for some', 20, 4, b``, 20],
  ])('%s', (_, position, size, line, tell) => {
    const io = at(position);
    expect(io.readline(size)).toEqual(line);
    expect(io.tell()).toBe(tell);
  });

  it('ends a line at \\n alone, not at \\r', () => {
    const io = new BytesIO(b`a\rb\r\nc`);
    expect(io.readline()).toEqual(b`a\rb\r\n`);
    expect(io.readline()).toEqual(b`c`);
  });

  it('finds a newline at every distance', () => {
    for (let length = 0; length < 300; length++) {
      const io = new BytesIO(new Uint8Array(length + 3).fill(0x0a, length));
      expect(io.readline().length).toBe(length + 1);
      expect(io.tell()).toBe(length + 1);
    }
  });

  it('does not take for a newline what differs from it in one bit', () => {
    const others = Uint8Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => byte !== 0x0a);
    for (const byte of others) {
      const io = new BytesIO(new Uint8Array(100).fill(byte));
      expect(io.readline().length).toBe(100);
    }
  });
});

describe('readlines()', () => {
  const all = [b`one\n`, b`two\n`, b`three`];
  it.each<[string, number, number | null | undefined, Uint8Array[]]>([
    ['reads every line', 0, undefined, all],
    ['with null reads every line', 0, null, all],
    ['with 0 reads every line', 0, 0, all],
    ['with a negative hint reads every line', 0, -1, all],
    ['with a hint of 1 reads one line', 0, 1, all.slice(0, 1)],
    ['stops when the lines have as many bytes as the hint', 0, 4, all.slice(0, 1)],
    ['reads one line more when they have one byte less', 0, 5, all.slice(0, 2)],
    ['reads every line when the hint is as large as the stream', 0, 13, all],
    ['reads from within a line', 6, undefined, [b`o\n`, b`three`]],
    ['reads nothing at the end', 13, undefined, []],
    ['reads nothing behind the end', 20, 5, []],
  ])('%s', (_, position, hint, lines) => {
    const io = at(position);
    expect(io.readlines(hint)).toEqual(lines);
    expect(io.tell()).toBe(position + lines.reduce((total, line) => total + line.length, 0));
  });
});

describe('iteration', () => {
  it('yields the lines from the cursor on', () => {
    expect([...at(4)]).toEqual([b`two\n`, b`three`]);
  });

  it('moves the cursor with every step, and sees what seek() does in between', () => {
    const io = at(0);
    const lines = io[Symbol.iterator]();
    expect(lines.next()).toEqual({ done: false, value: b`one\n` });
    expect(io.tell()).toBe(4);
    io.seek(8);
    expect(lines.next()).toEqual({ done: false, value: b`three` });
    expect(lines.next()).toEqual({ done: true, value: undefined });
    io.seek(0);
    expect(lines.next().value).toEqual(b`one\n`);
  });

  it('leaves the cursor behind the last line it gave when it is left early', () => {
    const io = at(0);
    for (const line of io) {
      expect(line).toEqual(b`one\n`);
      break;
    }
    expect(io.read()).toEqual(b`two\nthree`);
  });

  it('has one cursor for all iterators', () => {
    const io = at(0);
    const [first, second] = [io[Symbol.iterator](), io[Symbol.iterator]()];
    expect(first.next().value).toEqual(b`one\n`);
    expect([...second]).toEqual([b`two\n`, b`three`]);
    expect([...first]).toEqual([]);
  });
});

describe('seek()', () => {
  it.each<[string, number, number, 0 | 1 | 2 | undefined, number]>([
    ['counts from the start', 5, 3, undefined, 3],
    ['counts from the start with whence 0', 5, 3, 0, 3],
    ['counts from the cursor with whence 1', 5, 3, 1, 8],
    ['counts back from the cursor', 5, -3, 1, 2],
    ['counts from the end with whence 2', 5, -3, 2, 10],
    ['may go behind the end', 5, 99, 0, 99],
    ['may go behind the end from there', 5, 2, 2, 15],
    ['clamps an offset from the cursor before the start to 0', 5, -6, 1, 0],
    ['clamps an offset from the end before the start to 0', 5, -14, 2, 0],
    ['gives 0 for -0', 5, -0, 0, 0],
    ['gives 0 for -0 from the start with whence 1', 0, -0, 1, 0],
    ['reaches the largest safe integer', 5, Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER],
    ['reaches the largest safe integer from the cursor', 5, Number.MAX_SAFE_INTEGER - 5, 1, Number.MAX_SAFE_INTEGER],
    ['reaches the largest safe integer from the end', 5, Number.MAX_SAFE_INTEGER - 13, 2, Number.MAX_SAFE_INTEGER],
    ['clamps the smallest safe integer from the cursor', 5, Number.MIN_SAFE_INTEGER, 1, 0],
  ])('%s', (_, position, offset, whence, result) => {
    const io = at(position);
    expect(io.seek(offset, whence)).toBe(result);
    expect(io.tell()).toBe(result);
    expect(io.size).toBe(13);
  });

  it.each<[string, number, 0 | 1 | 2, string]>([
    ['before the start', -1, 0, 'Cannot seek to -1: position must be >= 0'],
    [
      'beyond the largest safe integer from the cursor',
      Number.MAX_SAFE_INTEGER,
      1,
      'Cannot seek to 9007199254740996: position must be < 2 ** 53',
    ],
    [
      'one beyond the largest safe integer from the end',
      Number.MAX_SAFE_INTEGER - 12,
      2,
      'Cannot seek to 9007199254740992: position must be < 2 ** 53',
    ],
    ['with a whence of 3', 0, 3 as 2, 'Cannot seek with whence 3: expected 0, 1 or 2'],
    ['with a whence of -1', 0, -1 as 0, 'Cannot seek with whence -1: expected 0, 1 or 2'],
  ])('%s throws and does not move the cursor', (_, offset, whence, message) => {
    const io = at(5);
    const attempt = () => io.seek(offset, whence);
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_RANGE', message }));
    expect(io.tell()).toBe(5);
  });
});

describe('truncate()', () => {
  it.each<[string, number, number | null | undefined, number, Uint8Array]>([
    ['cuts at the cursor', 4, undefined, 4, b`one\n`],
    ['with null cuts at the cursor', 4, null, 4, b`one\n`],
    ['cuts to its size', 4, 2, 2, b`on`],
    ['to 0 leaves nothing', 4, 0, 0, b``],
    ['to -0 leaves nothing', 4, -0, 0, b``],
    ['to the size changes nothing', 4, 13, 13, b`one\ntwo\nthree`],
    ['to one less cuts one', 4, 12, 12, b`one\ntwo\nthre`],
    ['to more changes nothing', 4, 99, 99, b`one\ntwo\nthree`],
    ['to the largest size changes nothing', 4, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, b`one\ntwo\nthree`],
    ['with the cursor behind the end changes nothing', 20, undefined, 20, b`one\ntwo\nthree`],
  ])('%s and leaves the cursor where it is', (_, position, size, result, content) => {
    const io = at(position);
    expect(io.truncate(size)).toBe(result);
    expect(io.getvalue()).toEqual(content);
    expect(io.size).toBe(content.length);
    expect(io.tell()).toBe(position);
  });

  it('to less than nothing throws and changes nothing', () => {
    const io = at(4);
    expect(() => io.truncate(-1)).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_RANGE', message: 'Cannot truncate to -1: size must be >= 0' }),
    );
    expect(() => io.truncate(-1)).toThrow(RangeError);
    expect(io.size).toBe(13);
  });

  it('leaves zeros, not the bytes that were cut, in a gap that is written over later', () => {
    const io = new BytesIO(b`abcdef`);
    io.truncate(2);
    io.seek(5);
    io.write(b`!`);
    expect(io.getvalue()).toEqual(b`ab\0\0\0!`);
  });
});

describe('getvalue()', () => {
  it.each([0, 5, 13, 20])('gives the whole content with the cursor at %i', (position) => {
    const io = at(position);
    expect(io.getvalue()).toEqual(b`one\ntwo\nthree`);
    expect(io.tell()).toBe(position);
  });
});

describe('transfer()', () => {
  it('gives the content and leaves an empty stream with its cursor at 0', () => {
    const io = at(5);
    expect(io.transfer()).toEqual(b`one\ntwo\nthree`);
    expect(io.size).toBe(0);
    expect(io.tell()).toBe(0);
    expect(io.getvalue()).toEqual(b``);
    expect(io.closed).toBe(false);
  });

  it('leaves a stream that can be written again, apart from what was handed over', () => {
    const io = at(0);
    const first = io.transfer();
    io.write(b`new`);
    expect(first).toEqual(b`one\ntwo\nthree`);
    first.fill(0);
    expect(io.getvalue()).toEqual(b`new`);
    expect(io.transfer()).toEqual(b`new`);
  });

  it('gives nothing of an empty stream', () => {
    expect(new BytesIO().transfer()).toEqual(b``);
  });

  it('keeps maxBytes', () => {
    const io = new BytesIO(b`abc`, { maxBytes: 4 });
    io.transfer();
    expect(io.write(b`abcd`)).toBe(4);
    expect(() => io.write(b`e`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_LIMIT' }));
  });
});

describe('what has a fixed answer', () => {
  it.each<[string, (io: BytesIO) => unknown, unknown]>([
    ['flush() returns nothing', (io) => io.flush(), undefined],
    ['isatty() is false', (io) => io.isatty(), false],
    ['readable() is true', (io) => io.readable(), true],
    ['writable() is true', (io) => io.writable(), true],
    ['seekable() is true', (io) => io.seekable(), true],
  ])('%s', (_, use, answer) => {
    const io = at(5);
    expect(use(io)).toBe(answer);
    expect(io.tell()).toBe(5);
    expect(io.size).toBe(13);
  });

  it.each<[string, (io: BytesIO) => unknown, RegExp]>([
    ['fileno()', (io) => io.fileno(), /^Cannot give a descriptor: the stream is in memory$/],
    ['detach()', (io) => io.detach(), /^Cannot detach: /],
  ])('%s is not supported, open or closed', (_, use, message) => {
    const io = at(5);
    const error = expect.objectContaining({
      name: 'UnsupportedOperation',
      code: 'ERR_MEMIO_UNSUPPORTED',
      message: expect.stringMatching(message),
    });
    expect(() => use(io)).toThrow(error);
    io.close();
    expect(() => use(io)).toThrow(error);
  });
});

describe('close()', () => {
  const closed = () => {
    const io = at(5);
    io.close();
    return io;
  };

  it('closes, and closes again without harm', () => {
    const io = at(5);
    expect(io.close()).toBeUndefined();
    expect(io.closed).toBe(true);
    expect(io.close()).toBeUndefined();
    expect(io.closed).toBe(true);
  });

  it('is what `using` does', () => {
    const outer = at(5);
    {
      using io = outer;
      expect(io.closed).toBe(false);
    }
    expect(outer.closed).toBe(true);
    outer[Symbol.dispose]();
  });

  it('is not undone by a view that is released afterwards', () => {
    const io = at(5);
    const view = io.getbuffer();
    view.release();
    io.close();
    view.release();
    expect(io.closed).toBe(true);
    expect(() => io.write(b`x`)).toThrow('the stream is closed');
  });

  /** With the action where the message has to name it. */
  it.each<[string, (io: BytesIO) => unknown]>([
    ['tell the size', (io) => io.size],
    ['write', (io) => io.write(b`x`)],
    ['write', (io) => io.write(b``)],
    ['write', (io) => io.write('text' as never)],
    ['write', (io) => io.write(new DataView(new ArrayBuffer(1)))],
    ['write', (io) => io.writelines([b`x`])],
    ['write', (io) => io.writelines([])],
    ['read', (io) => io.read()],
    ['read', (io) => io.read(0)],
    ['read', (io) => io.read1(1)],
    ['peek', (io) => io.peek()],
    ['read', (io) => io.readinto(new Uint8Array(1))],
    ['read', (io) => io.readinto(new Uint8Array(0))],
    ['read', (io) => io.readinto1(new Uint8Array(1))],
    ['read a line', (io) => io.readline()],
    ['read a line', (io) => io.readline(0)],
    ['read lines', (io) => io.readlines()],
    ['read a line', (io) => [...io]],
    ['seek', (io) => io.seek(0)],
    ['seek', (io) => io.seek(-1)],
    ['seek', (io) => io.seek(0, 3 as 2)],
    ['tell the position', (io) => io.tell()],
    ['truncate', (io) => io.truncate()],
    ['truncate', (io) => io.truncate(99)],
    ['truncate', (io) => io.truncate(-1)],
    ['get the value', (io) => io.getvalue()],
    ['get the buffer', (io) => io.getbuffer()],
    ['read', (io) => io.stream()],
    ['make a blob', (io) => io.blob()],
    ['decode', (io) => io.text()],
    ['transfer', (io) => io.transfer()],
    ['', (io) => io.flush()],
    ['', (io) => io.isatty()],
    ['', (io) => io.readable()],
    ['', (io) => io.writable()],
    ['', (io) => io.seekable()],
  ])('forbids to %s: %s', (action, use) => {
    const attempt = () => use(closed());
    expect(attempt).toThrow(
      expect.objectContaining({
        name: 'ClosedError',
        code: 'ERR_MEMIO_CLOSED',
        message: action
          ? `Cannot ${action}: the stream is closed`
          : expect.stringMatching(/^Cannot .+: the stream is closed$/),
      }),
    );
  });

  it('makes it impossible to go on with an iterator', () => {
    const io = at(0);
    const lines = io[Symbol.iterator]();
    lines.next();
    io.close();
    expect(() => lines.next()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });

  it('makes it impossible to write from a source', async () => {
    await expect(closed().writeFrom(b`x`)).rejects.toMatchObject({
      code: 'ERR_MEMIO_CLOSED',
      message: 'Cannot write: the stream is closed',
    });
  });

  it('while a source is being read makes it impossible to write what came', async () => {
    const io = new BytesIO();
    const writing = io.writeFrom(b`x`);
    io.close();
    await expect(writing).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });
});

describe('maxBytes', () => {
  it('lets the stream hold exactly that many bytes', () => {
    const io = new BytesIO(undefined, { maxBytes: 300 });
    expect(io.write(new Uint8Array(299))).toBe(299);
    expect(io.write(b`x`)).toBe(1);
    expect(io.size).toBe(300);
    io.seek(299);
    expect(io.write(b`y`)).toBe(1);
  });

  it('counts the size, not what was written', () => {
    const io = new BytesIO(b`abc`, { maxBytes: 3 });
    for (let round = 0; round < 5; round++) {
      io.seek(0);
      io.write(b`xyz`);
    }
    io.truncate(0);
    io.seek(0);
    expect(io.write(b`abc`)).toBe(3);
  });

  it.each<[string, (io: BytesIO) => unknown]>([
    ['write()', (io) => io.write(b`cd`)],
    ['writelines()', (io) => io.writelines([b`c`, b`d`])],
    ['write() of one byte behind a gap', (io) => io.write(Uint8Array.of(1)) && io.seek(3) && io.write(b`d`)],
  ])('refuses a %s past it', (_, use) => {
    const io = new BytesIO(b`ab`, { maxBytes: 3 });
    io.seek(2);
    expect(() => use(io)).toThrow(
      expect.objectContaining({
        name: 'LimitError',
        code: 'ERR_MEMIO_LIMIT',
        limit: 'maxBytes',
        allowed: 3,
        partial: undefined,
        message: 'Cannot hold 4 bytes: maxBytes is 3',
      }),
    );
  });

  it('changes nothing when it refuses', () => {
    const io = new BytesIO(b`abc`, { maxBytes: 4 });
    io.seek(1);
    expect(() => io.write(b`wxyz`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_LIMIT' }));
    expect(() => io.writelines([b`wxyz`])).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_LIMIT' }));
    expect(io.tell()).toBe(1);
    expect(io.getvalue()).toEqual(b`abc`);
    expect(io.write(b`xyz`)).toBe(3);
  });

  it('stops writelines() at the first line that is too much', () => {
    const io = new BytesIO(b`abc`, { maxBytes: 4 });
    io.seek(1);
    expect(() => io.writelines([b`xy`, b`12`, b`3`])).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_LIMIT' }));
    expect(io.getvalue()).toEqual(b`axy`);
    expect(io.tell()).toBe(3);
  });

  it('of 0 refuses the first byte and takes nothing', () => {
    const io = new BytesIO(b``, { maxBytes: 0 });
    expect(io.write(b``)).toBe(0);
    expect(() => io.write(b`x`)).toThrow('Cannot hold 1 bytes: maxBytes is 0');
  });

  it('holds for the initial bytes and for adopted memory', () => {
    const error = expect.objectContaining({ code: 'ERR_MEMIO_LIMIT', message: 'Cannot hold 3 bytes: maxBytes is 2' });
    expect(() => new BytesIO(b`abc`, { maxBytes: 2 })).toThrow(error);
    expect(() => BytesIO.adopt(b`abc`, { maxBytes: 2 })).toThrow(error);
    expect(new BytesIO(b`abc`, { maxBytes: 3 }).size).toBe(3);
    expect(BytesIO.adopt(b`abc`, { maxBytes: 3 }).size).toBe(3);
  });

  it('holds for writeFrom(), which then changes nothing', async () => {
    const io = new BytesIO(b`ab`, { maxBytes: 4 });
    io.seek(1);
    await expect(io.writeFrom([b`cd`, b`ef`])).rejects.toMatchObject({ code: 'ERR_MEMIO_LIMIT' });
    expect(io.getvalue()).toEqual(b`ab`);
    expect(io.tell()).toBe(1);
    expect(await io.writeFrom([b`cd`, b`e`])).toBe(3);
    expect(io.getvalue()).toEqual(b`acde`);
  });

  it.each<[string, unknown]>([
    ['infinite', Number.POSITIVE_INFINITY],
    ['undefined', undefined],
  ])('that is %s is no limit', (_, maxBytes) => {
    expect(new BytesIO(b`abc`, { maxBytes: maxBytes as number }).write(new Uint8Array(1000))).toBe(1000);
  });

  it('below 0 is refused', () => {
    expect(() => new BytesIO(null, { maxBytes: -1 })).toThrow(
      expect.objectContaining({
        code: 'ERR_MEMIO_RANGE',
        message: 'Cannot limit a stream to -1: maxBytes must be >= 0',
      }),
    );
    expect(() => new BytesIO(null, { maxBytes: -1 })).toThrow(RangeError);
  });
});

describe('subclassing', () => {
  class Log extends BytesIO {
    readonly starts: number[] = [];

    line(text: string): this {
      this.starts.push(this.tell());
      this.write(b`${text}\n`);
      return this;
    }

    override read(size?: number | null): Uint8Array<ArrayBuffer> {
      return super.read(size).map((byte) => byte & 0xdf);
    }
  }

  it('adds and overrides methods', () => {
    const log = new Log(b`..`).line('one').line('two');
    expect(log).toBeInstanceOf(BytesIO);
    expect(log.starts).toEqual([0, 4]);
    log.seek(0);
    expect(log.read(3)).toEqual(b`ONE`);
    expect(log.getvalue()).toEqual(b`one\ntwo\n`);
  });

  it('keeps `using`', () => {
    const log = new Log();
    {
      using open = log;
      open.line('x');
    }
    expect(log.closed).toBe(true);
  });

  it('takes the options of BytesIO', () => {
    expect(() => new Log(null, { maxBytes: 2 }).line('xy')).toThrow('maxBytes is 2');
  });
});

describe('wrong arguments', () => {
  const numbers = ['1', 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1n, true, {}, [1], b`1`, Symbol('one')];
  const beyond = [2 ** 53, -(2 ** 53), 1e300];
  const takesNumber: [string, (io: BytesIO, value: never) => unknown, string, string][] = [
    ['read', (io, value) => io.read(value), 'read', 'size'],
    ['read1', (io, value) => io.read1(value), 'read', 'size'],
    ['peek', (io, value) => io.peek(value), 'peek', 'size'],
    ['readline', (io, value) => io.readline(value), 'read a line of', 'size'],
    ['readlines', (io, value) => io.readlines(value), 'read lines of', 'hint'],
    ['truncate', (io, value) => io.truncate(value), 'truncate to', 'size'],
    ['seek', (io, value) => io.seek(value), 'seek to', 'position'],
    ['seek with whence', (io, value) => io.seek(0, value), 'seek with whence', 'whence'],
    ['maxBytes', (_, value) => new BytesIO(null, { maxBytes: value }), 'limit a stream to', 'maxBytes'],
  ];

  it.each(
    takesNumber.flatMap(([name, use, action, argument]) =>
      numbers
        .filter((value) => name !== 'maxBytes' || value !== Number.POSITIVE_INFINITY)
        .map((value) => ({
          name,
          use,
          value,
          message: `Cannot ${action} ${call(value)}: ${argument} must be an integer`,
        })),
    ),
  )('$name: $message', ({ use, value, message }) => {
    const io = at(5);
    const attempt = () => use(io, value as never);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE', message }));
    expect(io.tell()).toBe(5);
    expect(io.size).toBe(13);
  });

  it.each(
    takesNumber.flatMap(([name, use, action, argument]) =>
      beyond.map((value) => ({
        name,
        use,
        value,
        message: `Cannot ${action} ${value}: ${argument} must be within ±2 ** 53`,
      })),
    ),
  )('$name: $message, an OverflowError in Python', ({ use, value, message }) => {
    const io = at(5);
    const attempt = () => use(io, value as never);
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_RANGE', message }));
    expect(io.tell()).toBe(5);
    expect(io.size).toBe(13);
  });

  it.each([
    ['seek', (io: BytesIO) => io.seek(null as never), 'Cannot seek to null: position must be an integer'],
    ['seek', (io: BytesIO) => io.seek(undefined as never), 'Cannot seek to undefined: position must be an integer'],
    ['seek', (io: BytesIO) => io.seek(0, null as never), 'Cannot seek with whence null: whence must be an integer'],
    ['peek', (io: BytesIO) => io.peek(null as never), 'Cannot peek null: size must be an integer'],
  ])('%s has no None', (_, use, message) => {
    expect(() => use(at(5))).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE', message }));
  });

  const things = ['text', '', 1, Number.NaN, 1.5, 7n, true, [1, 2], { length: 1, 0: 1 }, new Blob(), new BytesIO()];
  const takesBytes: [string, (io: BytesIO, value: never) => unknown, string][] = [
    ['new BytesIO()', (_, value) => new BytesIO(value), 'make a stream of'],
    ['write()', (io, value) => io.write(value), 'write'],
    ['writelines()', (io, value) => io.writelines([value]), 'write'],
    ['readinto()', (io, value) => io.readinto(value), 'read into'],
    ['readinto1()', (io, value) => io.readinto1(value), 'read into'],
  ];

  it.each(
    takesBytes.flatMap(([name, use, action]) =>
      things.map((value) => ({
        name,
        use,
        value,
        message: `Cannot ${action} ${call(value)}: expected an ArrayBuffer`,
      })),
    ),
  )('$name: $message', ({ use, value, message }) => {
    const io = at(5);
    const attempt = () => use(io, value as never);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_TYPE', message: expect.stringContaining(message) }),
    );
    expect(io.tell()).toBe(5);
    expect(io.getvalue()).toEqual(b`one\ntwo\nthree`);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
  ])('write(), readinto() and writelines() refuse %s', (called, value) => {
    const io = at(5);
    const cure = 'expected an ArrayBuffer or a view of one';
    expect(() => io.write(value as never)).toThrow(`Cannot write ${called}: ${cure}`);
    expect(() => io.readinto(value as never)).toThrow(`Cannot read into ${called}: ${cure}`);
    expect(() => io.writelines([value as never])).toThrow(`Cannot write ${called}: ${cure}`);
    expect(() => io.writelines(value as never)).toThrow(
      `Cannot write the lines of ${called}: expected an iterable of bytes`,
    );
  });

  it.each<[string, unknown]>([
    ['a string', 'ab'],
    ['a number', 1],
    ['an object', {}],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a function', () => []],
  ])('writelines() refuses %s', (_, value) => {
    const io = at(5);
    const attempt = () => io.writelines(value as never);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'ERR_MEMIO_TYPE',
        message: `Cannot write the lines of ${call(value)}: expected an iterable of bytes`,
      }),
    );
    expect(io.tell()).toBe(5);
  });

  it('writelines() refuses the bytes of one line', () => {
    expect(() => at(5).writelines(b`A` as never)).toThrow('Cannot write 65: expected an ArrayBuffer');
  });

  it('write() says how text is encoded', () => {
    expect(() => at(5).write('text' as never)).toThrow(
      /^Cannot write the string "text": .*; encode text with new TextEncoder\(\)/,
    );
  });

  it('are told apart from memio by their code', () => {
    try {
      new BytesIO().seek(1.5);
    } catch (error) {
      expect(isMemioError(error, 'ERR_MEMIO_TYPE')).toBe(true);
      return;
    }
    expect.unreachable();
  });
});
