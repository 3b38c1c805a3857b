import assert from 'node:assert/strict';
import { Readable } from 'node:stream';

/** The chunks of one payload: random bytes, each chunk stamped with its number, so that none is like another. */
export interface Chunks {
  count: number;
  total: number;
  chunk(index: number): Buffer;
  /** The same chunks for those that only take streams. */
  readable(): Readable;
  /** Throws unless `bytes` is what the chunks make together. */
  check(bytes: Uint8Array): void;
}

/**
 * - `fresh`: made when they are asked for, in memory of their own, as a file or socket hands them over; each is new.
 * - `ready`: all of them made beforehand.
 * - `cycled`: 64 of them made beforehand, given out again and again.
 */
export type Making = 'fresh' | 'ready' | 'cycled';

const CYCLE = 64;

/** @param size at least 4, the length of the stamp */
export function chunksOf(size: number, count: number, making: Making): Chunks {
  const template = Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 2654435761) >>> 13));
  const make = (index: number): Buffer => {
    const bytes = Buffer.allocUnsafeSlow(size);
    bytes.set(template);
    bytes.writeUInt32LE(index);
    return bytes;
  };
  const made = making === 'fresh' ? [] : Array.from({ length: making === 'cycled' ? CYCLE : count }, (_, i) => make(i));
  const chunk = {
    fresh: make,
    ready: (index: number) => made[index]!,
    cycled: (index: number) => made[index & (CYCLE - 1)]!,
  }[making];
  return {
    count,
    total: size * count,
    chunk,
    readable() {
      let next = 0;
      return new Readable({
        read() {
          while (next < count) if (!this.push(chunk(next++))) return;
          this.push(null);
        },
      });
    },
    check(bytes) {
      assert.equal(bytes.length, size * count);
      const expected = Buffer.from(template);
      for (let index = 0; index < count; index++) {
        expected.writeUInt32LE(making === 'cycled' ? index % CYCLE : index);
        const at = index * size;
        assert(expected.equals(bytes.subarray(at, at + size)), `chunk ${index} is not what was written`);
      }
    },
  };
}
