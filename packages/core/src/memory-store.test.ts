import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesIO, type BytesView, b } from './index.ts';
import { MemoryStore } from './memory-store.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

type Step =
  | { do: 'write'; position: number; length: number; byte: number }
  | { do: 'truncate'; size: number }
  | { do: 'lend' }
  | { do: 'release'; which: number }
  | { do: 'copy'; position: number; length: number }
  | { do: 'transfer' }
  | { do: 'reopen' };

/** Positions, lengths and sizes at `boundaries` and within three bytes of them, and small ones. */
function steps(boundaries: number[]): fc.Arbitrary<Step> {
  const near = fc
    .tuple(fc.constantFrom(0, ...boundaries), fc.integer({ min: -3, max: 3 }))
    .map(([at, by]) => Math.max(0, at + by));
  const little = fc.integer({ min: 0, max: 20 });
  const size = fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: little });
  const byte = fc.integer({ min: 1, max: 255 });
  const step = <Kind extends Step['do']>(kind: Kind) => fc.constant(kind);
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: step('write'), position: size, length: little, byte }) },
    { weight: 4, arbitrary: fc.record({ do: step('write'), position: little, length: size, byte }) },
    { weight: 2, arbitrary: fc.record({ do: step('truncate'), size }) },
    { weight: 1, arbitrary: fc.record({ do: step('lend') }) },
    { weight: 1, arbitrary: fc.record({ do: step('release'), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: step('copy'), position: size, length: size }) },
    { weight: 1, arbitrary: fc.record({ do: step('transfer') }) },
    { weight: 1, arbitrary: fc.record({ do: step('reopen') }) },
  );
}

const same = (left: Uint8Array, right: Uint8Array) => Buffer.compare(left, right) === 0;

/** Runs `script` on a stream and on the plainest thing that it could be: an array that is made anew by every change. */
function run(script: Step[]): void {
  let io = new BytesIO();
  let model = new Uint8Array();
  let views: BytesView[] = [];
  /** What callers were given for good, with what it held then. */
  const given: [Uint8Array, Uint8Array][] = [];

  const resize = (to: number, change: () => unknown): boolean => {
    if (to === model.length || views.length === 0) {
      change();
      return true;
    }
    expect(change).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    return false;
  };

  for (const step of script) {
    switch (step.do) {
      case 'write': {
        const bytes = new Uint8Array(step.length).fill(step.byte);
        const end = step.length === 0 ? 0 : step.position + step.length;
        io.seek(step.position);
        if (resize(Math.max(model.length, end), () => io.write(bytes)) && step.length > 0) {
          const before = model;
          model = new Uint8Array(Math.max(before.length, end));
          model.set(before);
          model.set(bytes, step.position);
        }
        break;
      }
      case 'truncate':
        if (resize(Math.min(model.length, step.size), () => io.truncate(step.size))) model = model.slice(0, step.size);
        break;
      case 'lend':
        views.push(io.getbuffer());
        break;
      case 'release':
        if (views.length > 0) views.splice(step.which % views.length, 1)[0]!.release();
        break;
      case 'copy': {
        io.seek(step.position);
        const copy = io.read(step.length);
        expect(same(copy, model.slice(step.position, step.position + step.length))).toBe(true);
        given.push([copy, copy.slice()]);
        break;
      }
      case 'transfer':
        if (views.length > 0) {
          expect(() => io.transfer()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
        } else {
          const bytes = io.transfer();
          expect(same(bytes, model)).toBe(true);
          given.push([bytes, model]);
          model = new Uint8Array();
        }
        break;
      case 'reopen':
        for (const view of views) {
          view.release();
          given.push([view, view.slice()]);
        }
        views = [];
        io.close();
        io = new BytesIO();
        model = new Uint8Array();
        break;
    }
    expect(io.size).toBe(model.length);
    for (const view of views) expect(same(view, model)).toBe(true);
    expect(same(io.getvalue(), model)).toBe(true);
  }
  for (const [bytes, before] of given) expect(same(bytes, before)).toBe(true);
}

describe('the memory of a stream', () => {
  it.each([
    { name: '256 bytes', boundaries: [255, 256, 257, 512, 1024], runs: 300, length: 40 },
    { name: '64 KiB', boundaries: [256, 32 * KiB, 64 * KiB, 128 * KiB], runs: 60, length: 25 },
    { name: '2 MiB', boundaries: [64 * KiB, MiB, 2 * MiB, 4 * MiB], runs: 12, length: 15 },
    { name: '32 MiB', boundaries: [2 * MiB, 16 * MiB, 32 * MiB, 33 * MiB], runs: 2, length: 8 },
  ])(
    'is what a plain array would be, around $name',
    ({ boundaries, runs, length }) => {
      fc.assert(fc.property(fc.array(steps(boundaries), { minLength: 2, maxLength: length }), run), {
        numRuns: runs,
        endOnFailure: runs < 20,
      });
    },
    60_000,
  );

  it.each([
    255,
    256,
    257,
    64 * KiB - 1,
    64 * KiB,
    64 * KiB + 1,
    2 * MiB - 1,
    2 * MiB,
    2 * MiB + 1,
    16 * MiB + 1,
    32 * MiB - 1,
    32 * MiB,
    32 * MiB + 1,
  ])('keeps its bytes when it grows past %i bytes', (size) => {
    const io = new BytesIO();
    const pattern = Uint8Array.from({ length: 64 * KiB }, (_, index) => index * 7 + (index >> 8));
    for (let left = size; left > 0; left -= pattern.length) io.write(pattern.subarray(0, left));
    io.write(b`end`);
    const content = io.getvalue();
    expect(content.length).toBe(size + 3);
    for (let start = 0; start < size; start += pattern.length) {
      const end = Math.min(start + pattern.length, size);
      expect(same(content.subarray(start, end), pattern.subarray(0, end - start))).toBe(true);
    }
    expect(content.subarray(size)).toEqual(b`end`);
  });

  it('is given back when a large stream is cut to little', () => {
    const io = new BytesIO(new Uint8Array(8 * MiB).fill(7));
    io.truncate(1000);
    const bytes = io.transfer();
    expect(bytes.buffer.byteLength).toBe(1000);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
  });

  it('holds what is left when half of a large stream is cut', () => {
    for (const size of [4 * MiB - 1, 4 * MiB, 4 * MiB + 1]) {
      const io = new BytesIO(new Uint8Array(8 * MiB).fill(7));
      io.truncate(size);
      expect(io.size).toBe(size);
      expect(io.getvalue().every((byte) => byte === 7)).toBe(true);
    }
  });
});

describe('MemoryStore', () => {
  const INFINITE = Number.POSITIVE_INFINITY;

  function filled(size: number, maxBytes = INFINITE): MemoryStore {
    const storage = new MemoryStore(maxBytes);
    storage.put(new Uint8Array(size).fill(7), 0);
    return storage;
  }

  it('starts empty, with nothing writable', () => {
    const storage = new MemoryStore(INFINITE);
    expect(storage).toMatchObject({ size: 0, writable: 0 });
  });

  it.each([1, 256, 300, 64 * KiB, 3 * MiB])('has its capacity writable with %i bytes in it', (size) => {
    const storage = filled(size);
    expect(storage.size).toBe(size);
    expect(storage.writable).toBeGreaterThanOrEqual(size);
    expect(storage.writable).toBe(storage.bytes.length);
  });

  it.each([1, 255, 256, 257, 1000])('has no more writable than maxBytes: %i', (maxBytes) => {
    expect(filled(1, maxBytes).writable).toBeLessThanOrEqual(maxBytes);
    expect(filled(maxBytes, maxBytes).writable).toBe(maxBytes);
  });

  it('has nothing writable without a call once a caller has seen the memory', () => {
    const storage = filled(300);
    const [first, second] = [storage.lend(), storage.lend()];
    expect(storage.writable).toBe(0);
    first.release();
    second.release();
    expect(storage.writable).toBe(0);
    storage.put(Uint8Array.of(8), 300);
    expect(storage.copy(299, 301)).toEqual(Uint8Array.of(7, 8));
  });

  it('has nothing writable when it is closed', () => {
    const storage = filled(300);
    storage.close();
    expect(storage).toMatchObject({ size: 0, writable: -1 });
    storage.close();
    expect(storage.writable).toBe(-1);
  });

  it('has room for as much as was reserved, and has not grown', () => {
    const storage = filled(10);
    storage.reserve(100_000);
    expect(storage.size).toBe(10);
    expect(storage.writable).toBeGreaterThanOrEqual(100_000);
    storage.reserve(5);
    expect(storage.size).toBe(10);
  });

  it('gives out memory that holds the content alone, up to 2 MiB', () => {
    for (const size of [0, 1, 300, 64 * KiB, 2 * MiB]) {
      expect(filled(size).lend().buffer.byteLength).toBe(size);
      expect(filled(size).handOver().buffer.byteLength).toBe(size);
    }
  });

  it.each([1, 256, 300, 64 * KiB, MiB, 2 * MiB])(
    'lets the next one have memory of %i bytes that nobody has seen',
    (size) => {
      const storage = filled(size);
      const { buffer } = storage.bytes;
      storage.close();
      const next = filled(size);
      expect(next.bytes.buffer).toBe(buffer);
      next.handOver();
      next.put(new Uint8Array(size), 0);
      const again = next.bytes.buffer;
      next.close();
      expect(filled(size).bytes.buffer).toBe(again);
    },
  );

  it('lets the next one have what it has grown out of', () => {
    const storage = filled(256);
    const { buffer } = storage.bytes;
    storage.put(new Uint8Array(1), 256);
    expect(storage.bytes.buffer).not.toBe(buffer);
    expect(filled(256).bytes.buffer).toBe(buffer);
  });

  it('moves seldom while it grows byte by byte, seen by a caller or not', () => {
    for (const seen of [false, true]) {
      const storage = new MemoryStore(INFINITE);
      if (seen) storage.lend().release();
      const buffers = new Set<ArrayBufferLike>();
      const byte = Uint8Array.of(7);
      for (let size = 0; size < 300_000; size++) {
        if (size >= storage.writable) storage.put(byte, size);
        else storage.size = size + 1;
        buffers.add(storage.bytes.buffer);
      }
      expect(buffers.size).toBeLessThan(22);
    }
  });

  it('moves once when it is told how much will come', () => {
    const storage = filled(10);
    storage.reserve(5 * MiB);
    const { buffer } = storage.bytes;
    for (let size = 10; size < 5 * MiB; size += MiB) storage.put(new Uint8Array(Math.min(MiB, 5 * MiB - size)), size);
    expect(storage.bytes.buffer).toBe(buffer);
  });

  it('moves seldom while it grows beyond 2 MiB', () => {
    const storage = new MemoryStore(INFINITE);
    const buffers = new Set<ArrayBufferLike>();
    const chunk = new Uint8Array(64 * KiB);
    for (let size = 0; size < 40 * MiB; size += chunk.length) {
      storage.put(chunk, size);
      buffers.add(storage.bytes.buffer);
    }
    expect(buffers.size).toBeLessThan(10);
  });

  it('does not copy more than 2 MiB to give it out', () => {
    const storage = filled(3 * MiB);
    const { buffer } = storage.bytes;
    expect(storage.lend().buffer).toBe(buffer);
  });

  it.each<[number, number, boolean]>([
    [1000, 10, true],
    [2 * MiB, 10, true],
    [8 * MiB, 8 * MiB - 1, true],
    [8 * MiB, 4 * MiB, true],
    [8 * MiB, 4 * MiB - 1, false],
    [8 * MiB, 10, false],
  ])('when %i bytes are cut to %i, stays where it is: %s', (before, after, stays) => {
    const storage = filled(before);
    const { buffer } = storage.bytes;
    storage.truncate(after);
    expect(storage.size).toBe(after);
    expect(storage.bytes.buffer === buffer).toBe(stays);
    expect(storage.bytes.subarray(0, after).every((byte) => byte === 7)).toBe(true);
  });

  it('does not let the next one have memory that a caller has seen', () => {
    const see = [
      (storage: MemoryStore) => {
        const view = storage.lend();
        view.release();
        return view;
      },
      (storage: MemoryStore) => storage.handOver(),
    ];
    for (const one of see) {
      const storage = filled(256);
      const seen = one(storage);
      storage.close();
      expect(filled(256).bytes.buffer).not.toBe(seen.buffer);
    }
  });

  it.each<[string, (storage: MemoryStore) => unknown, string]>([
    [
      'grow',
      (storage) => storage.put(Uint8Array.of(8), 19_999_999),
      'Cannot grow to 20000000 bytes while getbuffer() holds the content',
    ],
    [
      'reserve',
      (storage) => storage.reserve(20_000_000),
      'Cannot grow to 20000000 bytes while getbuffer() holds the content',
    ],
    ['truncate', (storage) => storage.truncate(1), 'Cannot truncate to 1 while getbuffer() holds the content'],
    ['hand over', (storage) => storage.handOver(), 'Cannot transfer while getbuffer() holds the content'],
    ['close', (storage) => storage.close(), 'Cannot close while getbuffer() holds the content'],
  ])('does not %s while a view is out, and nothing has changed then', (_, change, message) => {
    const storage = filled(10);
    const view = storage.lend();
    expect(() => change(storage)).toThrow(message);
    expect(storage).toMatchObject({ size: 10, writable: 0 });
    expect(storage.copy(0, 10)).toEqual(new Uint8Array(10).fill(7));
    view.release();
    change(storage);
  });

  it('does not grow past maxBytes or past the engine, and nothing has changed then', () => {
    const storage = filled(10, 2 ** 51);
    const { bytes, writable } = storage;
    expect(() => storage.put(Uint8Array.of(8), 2 ** 51)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_LIMIT' }));
    expect(() => storage.put(Uint8Array.of(8), 2 ** 51 - 1)).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_RANGE' }),
    );
    expect(storage.bytes).toBe(bytes);
    expect(storage).toMatchObject({ size: 10, writable });
  });
});
