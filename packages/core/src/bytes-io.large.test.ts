import { constants } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { BytesIO, isMemioError } from './index.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const CHUNK = 64 * MiB;

/** Ends beyond what 32 bits can count, where the engine holds that much; otherwise at the most it holds. */
const SIZE = Math.min(4 * GiB + 192 * MiB, Math.floor(constants.MAX_LENGTH / CHUNK) * CHUNK);

const chunkAt = (index: number) => new Uint8Array(CHUNK).fill(index + 1);
const gibibytes = (bytes: number) => (bytes / GiB).toFixed(2);

describe(`${gibibytes(SIZE)} GiB in one stream`, () => {
  it('is written, found again at every position, read by line and cut', { timeout: 300_000 }, () => {
    const io = new BytesIO();
    const before = process.memoryUsage().rss;
    const start = performance.now();
    for (let index = 0; index < SIZE / CHUNK; index++) io.write(chunkAt(index));
    const seconds = (performance.now() - start) / 1000;
    const rss = process.memoryUsage().rss - before;
    console.log(
      `${gibibytes(SIZE)} GiB in ${seconds.toFixed(1)} s, ${gibibytes(rss)} GiB resident, Node ${process.version}`,
    );

    expect(io.size).toBe(SIZE);
    for (const position of [0, CHUNK - 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, SIZE - 1].filter(
      (at) => at < SIZE,
    )) {
      expect(io.seek(position)).toBe(position);
      expect(io.peek(1)[0]).toBe(Math.floor(position / CHUNK) + 1);
    }

    io.seek(-3, 2);
    io.write(Uint8Array.of(0x0a, 0x61, 0x62));
    io.seek(-CHUNK, 2);
    expect(io.readline().length).toBe(CHUNK - 2);
    expect([...io.readline()]).toEqual([0x61, 0x62]);

    {
      using view = io.getbuffer();
      expect(view.length).toBe(SIZE);
      expect(view.at(-1)).toBe(0x62);
    }
    expect(io.truncate(3)).toBe(3);
    expect([...io.getvalue()]).toEqual([1, 1, 1]);
    io.close();
  });
});

describe('more than the engine holds', () => {
  it('is a RangeError that leaves the stream as it was', () => {
    const io = new BytesIO(Uint8Array.of(1, 2, 3));
    io.seek(Number.MAX_SAFE_INTEGER - 1);
    let error: unknown;
    try {
      io.write(Uint8Array.of(4));
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(RangeError);
    expect(isMemioError(error, 'ERR_MEMIO_RANGE')).toBe(true);
    expect(io.tell()).toBe(Number.MAX_SAFE_INTEGER - 1);
    expect([...io.getvalue()]).toEqual([1, 2, 3]);
  });
});
