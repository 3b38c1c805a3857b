import { afterEach, describe, expect, it, vi } from 'vitest';
import { describe as call } from './errors.ts';
import { BytesIO, type BytesLike, b } from './index.ts';

const MARK = 0xa7;
const KiB = 1024;
const MiB = 1024 * KiB;

function marked(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).fill(MARK);
}

/** Leaves memory full of `MARK` behind, in every size that streams may have kept for the next one. */
function litter(): void {
  const streams = [100, 256, 300, 1000, 4 * KiB, 5000, 64 * KiB, 65 * KiB, MiB, 2 * MiB].flatMap((length) =>
    Array.from({ length: 3 }, () => {
      const io = new BytesIO();
      for (let left = length; left > 0; left -= 50_000) io.write(marked(Math.min(left, 50_000)));
      return io;
    }),
  );
  for (const io of streams) io.close();
}

/** Every byte that `array` makes reachable, its own and those around it. */
const reachable = (array: Uint8Array): Uint8Array => new Uint8Array(array.buffer);

/** Exactly a `Uint8Array` on a plain `ArrayBuffer` that holds nothing else. */
function expectExclusive(array: Uint8Array): void {
  expect(Object.getPrototypeOf(array)).toBe(Uint8Array.prototype);
  expect(Object.prototype.toString.call(array.buffer)).toBe('[object ArrayBuffer]');
  expect(array.buffer.byteLength).toBe(array.length);
  expect((array.buffer as { resizable?: boolean }).resizable ?? false).toBe(false);
}

describe('what a stream returns', () => {
  const results: [string, (io: BytesIO) => Uint8Array | undefined][] = [
    ['read()', (io) => io.read()],
    ['read() of some', (io) => io.read(3)],
    ['read() of nothing', (io) => io.read(0)],
    ['read1()', (io) => io.read1()],
    ['peek()', (io) => io.peek()],
    ['peek() of some', (io) => io.peek(2)],
    ['readline()', (io) => io.readline()],
    ['readlines()', (io) => io.readlines()[0]],
    ['an iterator', (io) => [...io][0]],
    ['getvalue()', (io) => io.getvalue()],
  ];

  it.each(results)('from %s is a Uint8Array that holds nothing else', (_, use) => {
    expectExclusive(use(new BytesIO(b`one\ntwo`))!);
    expectExclusive(use(new BytesIO(Buffer.from('one\ntwo')))!);
  });

  it.each(results)('from %s can be changed without changing the stream', (_, use) => {
    const io = new BytesIO(b`one\ntwo`);
    use(io)!.fill(MARK);
    expect(io.getvalue()).toEqual(b`one\ntwo`);
  });

  it.each(results)('from %s does not follow the stream', (_, use) => {
    const io = new BytesIO(b`one\ntwo`);
    const result = use(io)!;
    const before = [...result];
    io.seek(0);
    io.write(marked(1000));
    io.close();
    litter();
    expect([...result]).toEqual(before);
  });

  it.each(results)('from %s can be transferred away', (_, use) => {
    const io = new BytesIO(b`one\ntwo`);
    const { buffer } = use(io)!;
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect(io.getvalue()).toEqual(b`one\ntwo`);
  });

  it.each<[string, (io: BytesIO) => Uint8Array]>([
    ['getbuffer()', (io) => io.getbuffer()],
    ['transfer()', (io) => io.transfer()],
  ])('from %s lies in a plain, fixed-size ArrayBuffer of its own', (_, use) => {
    const array = use(new BytesIO(b`one\ntwo`));
    expect(Object.prototype.toString.call(array.buffer)).toBe('[object ArrayBuffer]');
    expect((array.buffer as { resizable?: boolean }).resizable ?? false).toBe(false);
    expect(array.buffer.byteLength).toBe(7);
    expect(array).not.toBeInstanceOf(Buffer);
  });

  it('from transfer() is exactly a Uint8Array', () => {
    expectExclusive(new BytesIO(b`abc`).transfer());
    expectExclusive(new BytesIO().transfer());
    expectExclusive(BytesIO.adopt(Buffer.from('abc')).transfer());
    expectExclusive(BytesIO.adopt(Buffer.alloc(10_000)).transfer());
  });

  it('from transfer() after getbuffer() can be detached, with what the view showed', () => {
    const io = new BytesIO(b`abc`);
    const view = io.getbuffer();
    view.release();
    const { buffer } = io.transfer();
    structuredClone(buffer, { transfer: [buffer] });
    io.write(b`next`);
    expect(io.getvalue()).toEqual(b`next`);
  });
});

describe('what a stream is given', () => {
  function filled(fill: (io: BytesIO) => void): BytesIO {
    const io = new BytesIO();
    fill(io);
    return io;
  }
  const source = b`..abcdefgh..`;
  const inputs: [string, () => BytesLike, Uint8Array][] = [
    ['a Uint8Array', () => b`abc`, b`abc`],
    ['a Uint8Array with an offset', () => source.slice().subarray(2, 5), b`abc`],
    ['an Int16Array, by its bytes', () => new Int16Array(source.slice().buffer, 2, 4), b`abcdefgh`],
    ['a Float64Array, by its bytes', () => new Float64Array(source.slice(2, 10).buffer), b`abcdefgh`],
    ['a BigUint64Array, by its bytes', () => new BigUint64Array(source.slice(2, 10).buffer), b`abcdefgh`],
    ['a Uint8ClampedArray', () => Uint8ClampedArray.from(b`abc`), b`abc`],
    ['an Int8Array of negative numbers', () => Int8Array.of(-1, -128), b`\xff\x80`],
    ['a DataView with an offset', () => new DataView(source.slice().buffer, 3, 4), b`bcde`],
    ['an ArrayBuffer', () => source.slice().buffer, source],
    ['a Buffer', () => Buffer.from('abc'), b`abc`],
    ['a slice of a Buffer', () => Buffer.from('..abc..').subarray(2, 5), b`abc`],
    [
      'a SharedArrayBuffer',
      () => {
        const shared = new SharedArrayBuffer(3);
        new Uint8Array(shared).set(b`abc`);
        return shared;
      },
      b`abc`,
    ],
    [
      'a view on a SharedArrayBuffer',
      () => {
        const shared = new Uint8Array(new SharedArrayBuffer(8));
        shared.set(b`abc`, 2);
        return new DataView(shared.buffer, 2, 3);
      },
      b`abc`,
    ],
  ];
  const ways: [string, (bytes: BytesLike) => BytesIO][] = [
    ['new BytesIO()', (bytes) => new BytesIO(bytes)],
    ['write()', (bytes) => filled((io) => io.write(bytes))],
    ['writelines()', (bytes) => filled((io) => io.writelines([bytes]))],
    ['writelines() from a set', (bytes) => filled((io) => io.writelines(new Set([bytes])))],
  ];

  it.each(ways.flatMap(([way, give]) => inputs.map(([kind, make, content]) => ({ way, give, kind, make, content }))))(
    '$way copies $kind',
    ({ give, make, content }) => {
      const bytes = make();
      const io = give(bytes);
      expect(io.getvalue()).toEqual(content);
      const memory = ArrayBuffer.isView(bytes)
        ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
        : new Uint8Array(bytes);
      memory.fill(MARK);
      expect(io.getvalue()).toEqual(content);
      io.seek(0);
      io.write(b`!`);
      expect([...memory]).toEqual(Array(content.length).fill(MARK));
    },
  );

  it.each(inputs)('BytesIO.from() takes %s', async (_, make, content) => {
    expect((await BytesIO.from(make())).getvalue()).toEqual(content);
  });
});

describe('BytesIO.adopt()', () => {
  it('takes the array without a copy, with the cursor at 0', () => {
    const bytes = b`abc`;
    const io = BytesIO.adopt(bytes);
    expect(io.tell()).toBe(0);
    bytes[0] = 0x21;
    expect(io.getvalue()).toEqual(b`!bc`);
    io.write(b`XY`);
    expect(bytes).toEqual(b`XYc`);
  });

  it('lends and hands over the very memory that it took', () => {
    const bytes = b`abc`;
    const io = BytesIO.adopt(bytes);
    const view = io.getbuffer();
    expect(view.buffer).toBe(bytes.buffer);
    view.release();
    expect(io.transfer().buffer).toBe(bytes.buffer);
  });

  it('takes a part of a larger buffer and does not write around it', () => {
    const whole = b`..abc..`;
    const io = BytesIO.adopt(whole.subarray(2, 5));
    expect(io.getvalue()).toEqual(b`abc`);
    expect(new Uint8Array(io.getbuffer())).toEqual(b`abc`);
    expect(io.size).toBe(3);
    const same = BytesIO.adopt(whole.subarray(2, 5));
    same.write(b`XY`);
    expect(whole).toEqual(b`..XYc..`);
    same.write(b`Z!`);
    expect(same.getvalue()).toEqual(b`XYZ!`);
    expect(whole).toEqual(b`..XYc..`);
  });

  it('grows beyond the array into memory of its own', () => {
    const bytes = b`abc`;
    const io = BytesIO.adopt(bytes);
    io.seek(0, 2);
    io.write(b`def`);
    expect(io.getvalue()).toEqual(b`abcdef`);
    io.seek(0);
    io.write(b`XYZ`);
    expect(bytes).toEqual(b`abc`);
  });

  it('never lets another stream have the array, not even after close()', () => {
    for (const length of [256, 512, 4 * KiB, 64 * KiB, MiB]) {
      const bytes = new Uint8Array(length).fill(0x2e);
      const io = BytesIO.adopt(bytes);
      io.close();
      litter();
      expect(bytes.indexOf(MARK)).toBe(-1);
    }
  });

  it('can be truncated and written again', () => {
    const io = BytesIO.adopt(b`abcdef`);
    io.truncate(2);
    expect(io.getvalue()).toEqual(b`ab`);
    io.seek(4);
    io.write(b`!`);
    expect(io.getvalue()).toEqual(b`ab\0\0!`);
    expect(io.transfer()).toEqual(b`ab\0\0!`);
  });

  it('takes an empty array', () => {
    const io = BytesIO.adopt(new Uint8Array());
    expect(io.size).toBe(0);
    io.write(b`abc`);
    expect(io.getvalue()).toEqual(b`abc`);
  });

  it('copies a slice of a Buffer, whose memory is not the caller’s to give', () => {
    const buffer = Buffer.from(new ArrayBuffer(8), 2, 3);
    buffer.write('abc');
    const io = BytesIO.adopt(buffer as Uint8Array<ArrayBuffer>, { maxBytes: 4 });
    io.write(b`XYZ`);
    expect(buffer.toString()).toBe('abc');
    expectExclusive(io.transfer());
    expect(() => io.write(b`12345`)).toThrow('maxBytes is 4');
  });

  it('takes a Buffer that has its memory for itself without a copy', () => {
    const buffer = Buffer.from(b`abc`.buffer);
    const io = BytesIO.adopt(buffer);
    io.write(b`X`);
    expect(buffer.toString()).toBe('Xbc');
    expect(Object.getPrototypeOf(io.transfer())).toBe(Uint8Array.prototype);
  });

  it.each<[string, ArrayBufferLike]>([
    ['shared', new SharedArrayBuffer(3)],
    ['resizable', new ArrayBuffer(3, { maxByteLength: 10 } as object)],
  ])('refuses %s memory', (_, memory) => {
    const attempt = () => BytesIO.adopt(new Uint8Array(memory) as never);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'ERR_MEMIO_TYPE',
        message: expect.stringMatching(/^Cannot adopt shared or resizable memory: .*constructor.* cop/),
      }),
    );
  });

  it.each([['abc'], [undefined], [null], [new ArrayBuffer(3)], [new Uint16Array(3)], [[1, 2]]])(
    'refuses %o',
    (value) => {
      const attempt = () => BytesIO.adopt(value as never);
      expect(attempt).toThrow(TypeError);
      expect(attempt).toThrow(
        expect.objectContaining({
          code: 'ERR_MEMIO_TYPE',
          message: `Cannot adopt ${call(value)}: expected a Uint8Array`,
        }),
      );
    },
  );
});

describe('memory that is used again', () => {
  const sizes = [1, 100, 255, 256, 257, 1000, 4 * KiB, 64 * KiB - 1, 64 * KiB + 1, MiB, 1.5 * MiB, 2 * MiB, 3 * MiB];

  it.each(sizes)('never shows the bytes of an earlier stream: %i bytes', (size) => {
    const streams: ((bytes: Uint8Array) => BytesIO)[] = [
      (bytes) => new BytesIO(bytes),
      (bytes) => {
        const io = new BytesIO();
        for (let start = 0; start < bytes.length; start += 30_000) io.write(bytes.subarray(start, start + 30_000));
        return io;
      },
      (bytes) => {
        const io = new BytesIO();
        io.write(bytes);
        io.write(bytes);
        io.truncate(bytes.length);
        return io;
      },
    ];
    const uses: ((io: BytesIO) => Uint8Array)[] = [
      (io) => io.getbuffer(),
      (io) => io.transfer(),
      (io) => io.getvalue(),
      (io) => io.read(),
    ];
    for (const make of streams) {
      for (const use of uses) {
        litter();
        const io = make(new Uint8Array(size).fill(0x2e));
        io.seek(0);
        const array = use(io);
        expect(array.length).toBe(size);
        expect(reachable(array).includes(MARK)).toBe(false);
      }
    }
  });

  it.each([256, 64 * KiB, MiB, 2 * MiB])('never shows the bytes of an earlier stream that had %i', async (size) => {
    vi.resetModules();
    const { BytesIO } = await import('./index.ts');
    for (const use of [(io: BytesIO) => io.getbuffer(), (io: BytesIO) => io.transfer()]) {
      const earlier = new BytesIO(marked(size));
      earlier.close();
      const io = new BytesIO(new Uint8Array(0.75 * size));
      expect(reachable(use(io)).includes(MARK)).toBe(false);
    }
  });

  it.each(sizes)('is zero in a gap of %i bytes', (size) => {
    litter();
    const io = new BytesIO(b`a`);
    io.seek(size + 1);
    io.write(b`b`);
    const content = io.getvalue();
    expect(content.length).toBe(size + 2);
    expect(content[0]).toBe(0x61);
    expect(content[size + 1]).toBe(0x62);
    expect(content.subarray(1, size + 1).every((byte) => byte === 0)).toBe(true);
  });

  it.each(sizes)('is zero where a stream of %i bytes was cut and grows again', (size) => {
    litter();
    const io = new BytesIO(marked(size));
    io.truncate(1);
    io.seek(size);
    io.write(b`b`);
    const content = io.getvalue();
    expect(content[0]).toBe(MARK);
    expect(content.subarray(1, size).every((byte) => byte === 0)).toBe(true);
  });

  it.each([100, 256, 4 * KiB, 64 * KiB, MiB])('is never memory that a caller has seen: %i bytes', (size) => {
    const seen: Uint8Array[] = [];
    for (const see of [
      (io: BytesIO) => {
        const view = io.getbuffer();
        view.release();
        return view;
      },
      (io: BytesIO) => io.transfer(),
      (io: BytesIO) => {
        const view = io.getbuffer();
        view.release();
        io.seek(0, 2);
        io.write(b`more`);
        return view;
      },
    ]) {
      const io = new BytesIO(new Uint8Array(size).fill(0x2e));
      seen.push(see(io));
      io.close();
    }
    litter();
    for (const array of seen) {
      expect(array.length).toBe(size);
      expect(reachable(array).every((byte) => byte === 0x2e)).toBe(true);
    }
  });

  it('is zeroed behind what transfer() hands over', () => {
    const io = new BytesIO(marked(3 * MiB));
    io.truncate(2.5 * MiB);
    const bytes = io.transfer();
    expect(bytes.length).toBe(2.5 * MiB);
    expect(new Uint8Array(bytes.buffer, bytes.length).includes(MARK)).toBe(false);
  });
});

describe('more than the engine can hold', () => {
  it.each<[string, number]>([
    ['2 ** 52', 2 ** 52],
    ['2 ** 40 and a byte', 2 ** 40],
    ['Number.MAX_SAFE_INTEGER - 1', Number.MAX_SAFE_INTEGER - 1],
    ['Number.MAX_SAFE_INTEGER', Number.MAX_SAFE_INTEGER],
  ])('is a RangeError that leaves the stream as it was: a byte at %s', (_, position) => {
    const io = new BytesIO(b`abc`);
    io.seek(position);
    for (const attempt of [() => io.write(b`x`), () => io.writelines([b``, b`x`])]) {
      expect(attempt).toThrow(RangeError);
      expect(attempt).toThrow(
        expect.objectContaining({
          code: 'ERR_MEMIO_RANGE',
          message: `Cannot hold ${position + 1} bytes: the engine cannot allocate that much`,
          cause: expect.any(RangeError),
        }),
      );
      expect(io.tell()).toBe(position);
      expect(io.getvalue()).toEqual(b`abc`);
    }
    io.seek(0, 2);
    expect(io.write(b`def`)).toBe(3);
    expect(io.getvalue()).toEqual(b`abcdef`);
  });

  describe('and gives less than it was asked for', () => {
    const LIMIT = 40 * MiB;
    afterEach(() => {
      vi.unstubAllGlobals();
    });

    /** An engine whose largest array has `LIMIT` bytes. */
    function beStingy(): void {
      vi.stubGlobal(
        'Uint8Array',
        new Proxy(Uint8Array, {
          construct(target, args: [number]) {
            if (args[0] > LIMIT) throw new RangeError('Array buffer allocation failed');
            return Reflect.construct(target, args);
          },
        }),
      );
    }

    it('is taken as long as it is enough', () => {
      beStingy();
      const io = new BytesIO();
      const chunk = marked(MiB);
      for (let size = 0; size < LIMIT; size += MiB) expect(io.write(chunk)).toBe(MiB);
      expect(io.size).toBe(LIMIT);
      expect(() => io.write(b`x`)).toThrow(
        expect.objectContaining({
          code: 'ERR_MEMIO_RANGE',
          message: `Cannot hold ${LIMIT + 1} bytes: the engine cannot allocate that much`,
        }),
      );
      expect(io.size).toBe(LIMIT);
      expect(io.tell()).toBe(LIMIT);
      const content = io.transfer();
      expect(content.length).toBe(LIMIT);
      expect(content.every((byte) => byte === MARK)).toBe(true);
    });
  });

  it('is a LimitError where the limit is lower', () => {
    const io = new BytesIO(b`abc`, { maxBytes: 2 ** 40 });
    io.seek(2 ** 52);
    expect(() => io.write(b`x`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_LIMIT' }));
  });

  it('is not asked for by reads, by seek() or by a write of nothing', () => {
    const io = new BytesIO(b`abc`);
    expect(io.seek(2 ** 52)).toBe(2 ** 52);
    expect(io.read(2 ** 52)).toEqual(b``);
    expect(io.write(b``)).toBe(0);
    expect(io.truncate()).toBe(2 ** 52);
    io.seek(0);
    expect(io.read(Number.MAX_SAFE_INTEGER)).toEqual(b`abc`);
  });
});
