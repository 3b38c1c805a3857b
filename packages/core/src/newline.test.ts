import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as core from './index.ts';

/** A copy of the package that is loaded where there is, or is not, Node's `Buffer`. */
async function load(buffer: typeof Buffer | undefined): Promise<typeof core> {
  vi.resetModules();
  vi.stubGlobal('Buffer', buffer);
  return await import('./index.ts');
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each([
  { where: 'in Node', buffer: Buffer },
  { where: 'in a browser', buffer: undefined },
])('readline() $where', ({ buffer }) => {
  it('finds a newline at every distance, in front of others and behind bytes that are like it', async () => {
    const { BytesIO } = await load(buffer);
    for (const other of [0x00, 0x0b, 0x8a, 0xf5]) {
      for (let length = 0; length < 150; length++) {
        const content = new Uint8Array(length + 5).fill(other);
        content.set([0x0a, other, 0x0a], length);
        const io = new BytesIO(content);
        io.seek(length >> 1);
        expect(io.readline().length).toBe(length - (length >> 1) + 1);
        expect(io.readline().length).toBe(2);
        expect(io.readline().length).toBe(2);
        expect(io.readline().length).toBe(0);
      }
    }
  });

  it('finds none behind the size that was asked for, and none in the slack behind the end', async () => {
    const { BytesIO } = await load(buffer);
    for (let length = 0; length < 100; length++) {
      const io = new BytesIO(new Uint8Array(length));
      io.seek(length);
      io.write(Uint8Array.of(0x0a, 0x0a));
      io.seek(0);
      expect(io.readline(length).length).toBe(length);
      io.truncate(length);
      io.seek(0);
      expect(io.readline().length).toBe(length);
    }
  });
});
