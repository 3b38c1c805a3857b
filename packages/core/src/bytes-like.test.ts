import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { bytesOf, isPlainBuffer, requireBytes, trueLength } from './bytes-like.ts';
import { describe as call } from './errors.ts';
import { BytesIO, type BytesLike, b } from './index.ts';

const memory = b`..abcdefgh..`.buffer;

describe('bytesOf()', () => {
  it.each<[string, ArrayBufferLike | ArrayBufferView, string]>([
    ['a Uint8Array', new Uint8Array(memory, 2, 3), 'abc'],
    ['a Buffer', Buffer.from(memory, 2, 3), 'abc'],
    ['a Uint8ClampedArray', new Uint8ClampedArray(memory, 2, 3), 'abc'],
    ['an Int16Array', new Int16Array(memory, 2, 2), 'abcd'],
    ['a BigInt64Array', new BigInt64Array(memory.slice(2, 10)), 'abcdefgh'],
    ['a DataView', new DataView(memory, 3, 4), 'bcde'],
    ['an ArrayBuffer', memory, '..abcdefgh..'],
    ['a SharedArrayBuffer', new SharedArrayBuffer(2), '\0\0'],
    ['a view on a SharedArrayBuffer', new DataView(new SharedArrayBuffer(4), 1, 2), '\0\0'],
    ['nothing', new Uint8Array(), ''],
  ])('gives what %s covers, without a copy', (_, value, text) => {
    const bytes = bytesOf(value)!;
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(Buffer.from(bytes).toString('latin1')).toBe(text);
    expect(bytes.buffer).toBe(ArrayBuffer.isView(value) ? value.buffer : value);
  });

  it.each([
    ['an ArrayBuffer', 'new Uint8Array([1, 2]).buffer'],
    ['a SharedArrayBuffer', 'const s = new SharedArrayBuffer(2); new Uint8Array(s).set([1, 2]); s'],
    ['a Uint8Array', 'new Uint8Array([1, 2])'],
    ['a DataView', 'new DataView(new Uint8Array([0, 1, 2]).buffer, 1)'],
  ])('takes %s of another realm', (_, code) => {
    expect([...bytesOf(runInNewContext(code))!]).toEqual([1, 2]);
  });

  it.each<[string, unknown]>([
    ['a string', 'abc'],
    ['an array of numbers', [1, 2]],
    ['an object like an array', { length: 1, 0: 1 }],
    ['a number', 1],
    ['null', null],
    ['undefined', undefined],
    ['a Blob', new Blob(['abc'])],
    ['an object that has a buffer', { buffer: memory, byteOffset: 0, byteLength: 3 }],
  ])('gives undefined for %s', (_, value) => {
    expect(bytesOf(value)).toBeUndefined();
  });
});

describe('requireBytes()', () => {
  it('gives what bytesOf() gives', () => {
    expect(requireBytes(new DataView(memory, 2, 3), 'use')).toEqual(b`abc`);
  });

  it.each([['abc'], [''], [null], [[1]], [1n]])('names the action, the value and the ways out for %s', (value) => {
    const attempt = () => requireBytes(value, 'use');
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE' }));
    expect(attempt).toThrow(`Cannot use ${call(value)}: expected an ArrayBuffer or a view of one`);
    if (typeof value === 'string') expect(attempt).toThrow(/; encode text with new TextEncoder\(\)/);
  });
});

describe('isPlainBuffer()', () => {
  it.each<[string, unknown, boolean]>([
    ['an ArrayBuffer', new ArrayBuffer(1), true],
    ['an ArrayBuffer of another realm', runInNewContext('new ArrayBuffer(1)'), true],
    ['an ArrayBuffer without a prototype', Object.setPrototypeOf(new ArrayBuffer(1), null), true],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1), false],
    ['a typed array', new Uint8Array(1), false],
    ['what inherits from an ArrayBuffer', Object.create(ArrayBuffer.prototype), false],
    ['null', null, false],
  ])('tells for %s', (_, value, is) => {
    expect(isPlainBuffer(value)).toBe(is);
  });
});

describe('trueLength()', () => {
  it('is that of the memory, not that of a property', () => {
    expect(trueLength(Object.defineProperty(new Uint8Array(3), 'length', { value: 99 }))).toBe(3);
  });

  it('refuses what only inherits from a typed array', () => {
    expect(() => trueLength(Object.create(Uint8Array.prototype))).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_TYPE' }),
    );
  });
});

type ResizableBuffer = ArrayBuffer & { resize(size: number): void };
const resizable = (size: number) =>
  new (ArrayBuffer as new (size: number, options: object) => ResizableBuffer)(size, { maxByteLength: 64 });
const growable = (size: number) =>
  new (SharedArrayBuffer as new (size: number, options: object) => SharedArrayBuffer & { grow(size: number): void })(
    size,
    { maxByteLength: 64 },
  );

/** A value whose bytes are 1, 2 and so on, up to `length`. */
function counting<Memory extends ArrayBufferLike>(buffer: Memory): Memory {
  const bytes = new Uint8Array(buffer);
  bytes.set(bytes.map((_, index) => index + 1));
  return buffer;
}

function detach<Value extends ArrayBuffer | ArrayBufferView<ArrayBuffer>>(value: Value): Value {
  const buffer = ArrayBuffer.isView(value) ? value.buffer : value;
  structuredClone(buffer, { transfer: [buffer] });
  return value;
}

/** Every way in for bytes, each with what came in. */
const entries: [string, (value: BytesLike) => Uint8Array | Promise<Uint8Array>][] = [
  [
    'write()',
    (value) => {
      const io = new BytesIO();
      expect(io.write(value)).toBe(io.size);
      return io.getvalue();
    },
  ],
  [
    'writelines()',
    (value) => {
      const io = new BytesIO();
      io.writelines([value]);
      return io.getvalue();
    },
  ],
  ['new BytesIO()', (value) => new BytesIO(value).getvalue()],
  ['BytesIO.from()', async (value) => (await BytesIO.from(value)).getvalue()],
  ['BytesIO.from() in a list', async (value) => (await BytesIO.from([value])).getvalue()],
  [
    'BytesIO.from() in a stream',
    async (value) => {
      const stream = new ReadableStream<BytesLike>({
        start(controller) {
          controller.enqueue(value);
          controller.close();
        },
      });
      return (await BytesIO.from(stream)).getvalue();
    },
  ],
  [
    'writeFrom()',
    async (value) => {
      const io = new BytesIO();
      await io.writeFrom([value]);
      return io.getvalue();
    },
  ],
  [
    'sink()',
    async (value) => {
      const io = new BytesIO();
      const writer = io.sink().getWriter();
      writer.closed.catch(() => {});
      await writer.write(value);
      return io.getvalue();
    },
  ],
  ['b', (value) => b`${value}`],
];

const each = <Case extends unknown[]>(cases: Case[]) =>
  entries.flatMap(([way, take]) => cases.map((item) => [way, ...item, take] as const));

describe('memory that lies about itself', () => {
  /** A stream whose memory the pool gives to the next one: what leaks from it shows. */
  const litter = () => {
    const io = new BytesIO();
    io.write(new Uint8Array(200).fill(0xee));
    io.close();
  };
  const spoofed = (properties: object) =>
    Object.defineProperties(
      Uint8Array.of(1, 2, 3),
      Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, { value }])),
    );

  const liars: [string, () => unknown, number[]][] = [
    ['an own length', () => spoofed({ length: 180 }), [1, 2, 3]],
    ['an own length of 0', () => spoofed({ length: 0 }), [1, 2, 3]],
    ['an own byteLength and byteOffset', () => spoofed({ byteLength: 180, byteOffset: 2 }), [1, 2, 3]],
    ['an own buffer', () => spoofed({ buffer: new ArrayBuffer(180) }), [1, 2, 3]],
    ['an own constructor', () => spoofed({ constructor: Array }), [1, 2, 3]],
    ['no prototype', () => Object.setPrototypeOf(Uint8Array.of(1, 2, 3), null), [1, 2, 3]],
    ['the prototype of a DataView', () => Object.setPrototypeOf(Uint8Array.of(1, 2), DataView.prototype), [1, 2]],
    [
      'an own length on another realm’s array',
      () => runInNewContext('Object.defineProperty(new Uint8Array([1, 2]), "length", { value: 99 })'),
      [1, 2],
    ],
  ];

  it.each(each(liars))('by %s is taken as it is: %s', async (_, __, make, bytes, take) => {
    litter();
    expect([...(await take(make() as BytesLike))]).toEqual(bytes);
  });

  const fakes: [string, () => unknown][] = [
    ['a typed array', () => Object.create(Uint8Array.prototype)],
    ['a typed array with a length', () => ({ __proto__: Uint8Array.prototype, length: 180 })],
    ['a DataView', () => Object.create(DataView.prototype)],
    ['an ArrayBuffer', () => Object.create(ArrayBuffer.prototype)],
    ['an ArrayBuffer by its tag', () => ({ [Symbol.toStringTag]: 'ArrayBuffer', byteLength: 3, length: 2 ** 40 })],
    [
      'a SharedArrayBuffer by its tag',
      () => Object.assign([1, 2], { [Symbol.toStringTag]: 'SharedArrayBuffer', [Symbol.iterator]: undefined }),
    ],
    [
      'an ArrayBuffer of another realm by its tag',
      () => runInNewContext('({ [Symbol.toStringTag]: "ArrayBuffer", length: 9 })'),
    ],
    ['a typed array, as a Proxy of one', () => new Proxy(new Uint8Array(3), {})],
    ['an ArrayBuffer, as a Proxy of one', () => new Proxy(new ArrayBuffer(3), {})],
  ];

  it.each(each(fakes))('is refused by %s: it only looks like %s', async (way, what, make, take) => {
    const error = await (async () => take(make() as BytesLike))().catch((error: unknown) => error);
    // What inherits the iterator of arrays is asked for it, which is what fails.
    const code = way === 'BytesIO.from()' && what.startsWith('a typed array') ? 'ERR_MEMIO_SOURCE' : 'ERR_MEMIO_TYPE';
    expect(error).toMatchObject({ code });
  });

  it.each<[string, (io: BytesIO, value: Uint8Array) => unknown]>([
    ['write()', (io, value) => io.write(value)],
    ['writelines()', (io, value) => io.writelines([value])],
    ['readinto()', (io, value) => io.readinto(value)],
    ['readinto1()', (io, value) => io.readinto1(value)],
  ])('closes the stream while %s looks at it, and nothing is written to the memory of another', (_, use) => {
    const make: ((close: () => void) => Uint8Array<ArrayBuffer>)[] = [
      (close) =>
        new Proxy(new Uint8Array(3), {
          get(target, name) {
            close();
            return Reflect.get(target, name, target);
          },
          getPrototypeOf(target) {
            close();
            return Object.getPrototypeOf(target);
          },
        }),
      (close) =>
        Object.setPrototypeOf(
          new Uint8Array(3),
          new Proxy(Uint8Array.prototype, {
            getPrototypeOf(target) {
              close();
              return Object.getPrototypeOf(target);
            },
            get(target, name, receiver) {
              close();
              return Reflect.get(target, name, receiver);
            },
          }),
        ),
      (close) =>
        Object.defineProperty(new Uint8Array(3), 'length', {
          get() {
            close();
            return 180;
          },
        }),
    ];
    for (const one of make) {
      const io = new BytesIO(new Uint8Array(6).fill(0x61));
      let other: BytesIO | undefined;
      const value = one(() => {
        io.close();
        other ??= new BytesIO(new Uint8Array(6).fill(0x62));
      });
      try {
        use(io, value);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_MEMIO_(TYPE|CLOSED)$/) });
      }
      if (other) expect(other.getvalue()).toEqual(new Uint8Array(6).fill(0x62));
      else expect(io.closed).toBe(false);
    }
  });

  it.each<[string, () => Uint8Array<ArrayBuffer>, string]>([
    ['that inherits from one', () => Object.create(Uint8Array.prototype), 'expected a Uint8Array'],
    ['that is a Proxy of one', () => new Proxy(new Uint8Array(3), {}), 'expected a Uint8Array'],
    [
      'of another type with its prototype',
      () => Object.setPrototypeOf(new Uint16Array(3), Uint8Array.prototype),
      'expected a Uint8Array',
    ],
    ['on shared memory', () => new Uint8Array(new SharedArrayBuffer(3)) as never, 'shared or resizable'],
    ['on resizable memory', () => new Uint8Array(resizable(3)), 'shared or resizable'],
    ['whose memory was detached', () => detach(new Uint8Array(3)), 'detached'],
  ])('adopt() refuses an array %s', (_, make, message) => {
    expect(() => BytesIO.adopt(make())).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_TYPE', message: expect.stringContaining(message) }),
    );
  });

  it('adopt() takes what is there, whatever an own length says, and an array of another realm', () => {
    expect(BytesIO.adopt(spoofed({ length: 180 })).getvalue()).toEqual(b`\x01\x02\x03`);
    const foreign = runInNewContext('new Uint8Array([1, 2, 3])');
    const io = BytesIO.adopt(foreign);
    io.write(b`\x09`);
    expect([...foreign]).toEqual([9, 2, 3]);
  });

  it('readinto() fills what is there, whatever an own length says', () => {
    const target = Object.defineProperty(new Uint8Array(2), 'length', { value: 180 });
    expect(new BytesIO(b`abcdef`).readinto(target)).toBe(2);
    expect([...new Uint8Array(target.buffer)]).toEqual([...b`ab`]);
    const none = Object.defineProperty(new Uint8Array(0), 'length', { value: 180 });
    expect(new BytesIO(b`abcdef`).readinto(none)).toBe(0);
  });
});

describe('memory whose size changes', () => {
  const changed: [string, () => BytesLike, number[]][] = [
    ['an array on a resizable buffer', () => new Uint8Array(counting(resizable(4)), 1, 2), [2, 3]],
    ['a resizable buffer', () => counting(resizable(3)), [1, 2, 3]],
    [
      'an array that tracks a buffer that grew',
      () => {
        const buffer = resizable(1);
        const array = new Uint8Array(buffer);
        buffer.resize(3);
        counting(buffer);
        return array;
      },
      [1, 2, 3],
    ],
    [
      'an array that tracks a buffer that shrank',
      () => {
        const buffer = counting(resizable(9));
        const array = new Uint8Array(buffer, 1);
        buffer.resize(3);
        return array;
      },
      [2, 3],
    ],
    [
      'an array that tracks a buffer that shrank to its start',
      () => {
        const buffer = counting(resizable(9));
        const array = new Uint8Array(buffer, 2);
        buffer.resize(2);
        return array;
      },
      [],
    ],
    [
      'a DataView that tracks a buffer that shrank',
      () => {
        const buffer = counting(resizable(9));
        const view = new DataView(buffer, 1);
        buffer.resize(3);
        return view;
      },
      [2, 3],
    ],
    ['a shared buffer', () => counting(new SharedArrayBuffer(3)), [1, 2, 3]],
    [
      'an array that tracks a shared buffer that grew',
      () => {
        const buffer = growable(1);
        const array = new Uint8Array(buffer);
        buffer.grow(3);
        counting(buffer);
        return array;
      },
      [1, 2, 3],
    ],
    [
      'an Int16Array of another realm',
      () => runInNewContext('new Int16Array(new Uint8Array([1, 2, 3, 4]).buffer)'),
      [1, 2, 3, 4],
    ],
    ['a DataView of another realm', () => runInNewContext('new DataView(new Uint8Array([0, 1, 2]).buffer, 1)'), [1, 2]],
    ['an ArrayBuffer of another realm', () => runInNewContext('new Uint8Array([1, 2]).buffer'), [1, 2]],
  ];

  it.each(each(changed))('is taken by %s as it is now: %s', async (_, __, make, bytes, take) => {
    expect([...(await take(make()))]).toEqual(bytes);
  });

  const shrunk = (make: (buffer: ResizableBuffer) => ArrayBufferView) => {
    const buffer = resizable(8);
    const view = make(buffer);
    buffer.resize(5);
    return view as BytesLike;
  };
  const gone: [string, () => BytesLike][] = [
    ['an array whose memory was detached', () => detach(new Uint8Array(3))],
    ['an empty array whose memory was detached', () => detach(new Uint8Array(0))],
    ['a Float64Array whose memory was detached', () => detach(new Float64Array(3))],
    ['a DataView whose memory was detached', () => detach(new DataView(new ArrayBuffer(3)))],
    ['a detached ArrayBuffer', () => detach(new ArrayBuffer(3))],
    ['an array behind the end of its memory', () => shrunk((buffer) => new Uint8Array(buffer, 6))],
    ['an array across the end of its memory', () => shrunk((buffer) => new Uint8Array(buffer, 4, 2))],
    ['a DataView across the end of its memory', () => shrunk((buffer) => new DataView(buffer, 4, 2))],
  ];

  it.each(each(gone))('is refused by %s: %s', async (_, __, make, take) => {
    const error = await (async () => take(make()))().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message: expect.stringMatching(/its memory was detached \(transferred away\) or has shrunk$/),
    });
  });

  it.each(gone)('is refused by readinto(), which would seem to be at the end: %s', (_, make) => {
    const io = new BytesIO(b`abc`);
    expect(() => io.readinto(make())).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE' }));
    expect(io.tell()).toBe(0);
  });

  it.each<[string, () => BytesLike]>([
    ['an array on a resizable buffer', () => new Uint8Array(resizable(2))],
    ['a growable shared buffer', () => growable(2)],
    ['an array of another realm', () => runInNewContext('new Uint8Array(2)')],
    ['a DataView', () => new DataView(new ArrayBuffer(2))],
  ])('is filled by readinto(): %s', (_, make) => {
    const target = make();
    expect(new BytesIO(b`abc`).readinto(target)).toBe(2);
    expect([...bytesOf(target)!]).toEqual([...b`ab`]);
  });
});
