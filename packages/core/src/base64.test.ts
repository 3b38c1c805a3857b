import { execFileSync } from 'node:child_process';
import { describeWith } from '@memio/testkit';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type * as core from './index.ts';

/** A copy of the package that is loaded where there is, or is not, Node's `Buffer`. */
async function load(buffer: typeof Buffer | undefined): Promise<typeof core> {
  vi.resetModules();
  vi.stubGlobal('Buffer', buffer);
  const loaded = await import('./index.ts');
  vi.unstubAllGlobals();
  return loaded;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

const pattern = (length: number) => Uint8Array.from({ length }, (_, index) => index * 7 + (index >> 8));

describe.each([
  { where: 'in Node', buffer: Buffer },
  { where: 'in a browser', buffer: undefined },
])('toBase64() $where', ({ buffer }) => {
  it('is what Buffer makes of it, for every length, alphabet and padding', async () => {
    const { BytesIO } = await load(buffer);
    const lengths = [...Array(70).keys(), 24_575, 24_576, 24_577, 49_153, 196_607, 196_608, 196_609, 1_000_003];
    for (const length of lengths) {
      const bytes = pattern(length);
      const io = new BytesIO(bytes);
      io.seek(length >> 1);
      const base64 = Buffer.from(bytes).toString('base64');
      const base64url = base64.replaceAll('+', '-').replaceAll('/', '_');
      expect(io.toBase64() === base64).toBe(true);
      expect(io.toBase64({ alphabet: 'base64', omitPadding: false }) === base64).toBe(true);
      expect(io.toBase64({ omitPadding: true }) === base64.replace(/=*$/, '')).toBe(true);
      expect(io.toBase64({ alphabet: 'base64url' }) === base64url).toBe(true);
      expect(io.toBase64({ alphabet: 'base64url', omitPadding: true })).toBe(Buffer.from(bytes).toString('base64url'));
      expect(io.tell()).toBe(length >> 1);
    }
  });

  it('can be read back', async () => {
    const { BytesIO } = await load(buffer);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect([...Buffer.from(new BytesIO(bytes).toBase64(), 'base64')]).toEqual([...bytes]);
      }),
    );
  });

  it('takes the whole content of memory that lies in a larger buffer', async () => {
    const { BytesIO } = await load(buffer);
    const io = BytesIO.adopt(pattern(10).subarray(3, 8));
    expect(io.toBase64()).toBe(Buffer.from(pattern(10).subarray(3, 8)).toString('base64'));
  });
});

describe('toBase64()', () => {
  it.each<[unknown, string, RegExp]>([
    [{ alphabet: 'base32' }, 'ERR_MEMIO_TYPE', /^Cannot encode with the string "base32": alphabet must be/],
    [{ alphabet: null }, 'ERR_MEMIO_TYPE', /alphabet must be/],
    [{ omitpadding: true }, 'ERR_MEMIO_TYPE', /unknown option "omitpadding"; did you mean omitPadding\?$/],
    [null, 'ERR_MEMIO_TYPE', /options must be an object, not null$/],
    ['base64url', 'ERR_MEMIO_TYPE', /options must be an object/],
  ])('refuses the options %j', async (options, code, message) => {
    const { BytesIO } = await load(Buffer);
    expect(() => new BytesIO().toBase64(options as never)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('of a closed stream is an error', async () => {
    const { BytesIO } = await load(Buffer);
    const io = new BytesIO();
    io.close();
    expect(() => io.toBase64()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });
});

describeWith('python3', 'base64 is not compared with CPython’s')('toBase64() and CPython', () => {
  it('are the same, in both alphabets', async () => {
    const { BytesIO } = await load(Buffer);
    const program =
      'import base64\nfor n in range(200):\n d=bytes((i*7+(i>>8))&255 for i in range(n))\n print(base64.b64encode(d).decode(), base64.urlsafe_b64encode(d).decode())';
    const lines = execFileSync('python3', ['-c', program], { encoding: 'utf8' }).split('\n');
    for (let length = 0; length < 200; length++) {
      const io = new BytesIO(pattern(length));
      expect(`${io.toBase64()} ${io.toBase64({ alphabet: 'base64url' })}`).toBe(lines[length]);
    }
  });
});
