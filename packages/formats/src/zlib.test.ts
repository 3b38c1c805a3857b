import { deflateSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { adler32, Deflater, inflateZlib } from './index.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * at) >> 7);

async function inflated(pieces: Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of inflateZlib(pieces, 'the test')) chunks.push(chunk.slice());
  return Uint8Array.from(Buffer.concat(chunks));
}

describe('inflateZlib()', () => {
  it.each([1, 7, 16_384, 40_000, 1_000_000])('takes pieces of %s bytes', async (size) => {
    const deflated = Uint8Array.from(deflateSync(bytes));
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let at = 0; at < deflated.length; at += size) pieces.push(deflated.subarray(at, at + size));
    expect(Buffer.compare(await inflated(pieces), bytes)).toBe(0);
  });

  it.each<[what: string, data: Uint8Array]>([
    ['damaged', Uint8Array.of(1, 2, 3)],
    ['incomplete', deflateSync(bytes).subarray(0, -10)],
    ['empty', new Uint8Array(0)],
  ])('rejects a stream that is %s', async (_, data) => {
    await expect(inflated([Uint8Array.from(data)])).rejects.toMatchObject({
      code: 'ERR_MEMIO_DATA',
      message: 'the test cannot be inflated',
    });
  });

  it('stops when nobody reads on: a bomb is not inflated', async () => {
    const bomb = Uint8Array.from(deflateSync(new Uint8Array(50_000_000)));
    let length = 0;
    for await (const chunk of inflateZlib([bomb], 'the bomb')) {
      length += chunk.length;
      if (length > 100_000) break;
    }
    expect(length).toBeLessThan(10_000_000);
  });
});

describe('Deflater', () => {
  it('makes a zlib stream of everything that is written', async () => {
    const deflater = new Deflater();
    for (let at = 0; at < bytes.length; at += 70_000) await deflater.write(bytes.subarray(at, at + 70_000));
    const made = Buffer.concat(await deflater.finish());
    expect(Buffer.compare(inflateSync(made), bytes)).toBe(0);
  });
});

it('adler32() is the checksum at the end of a zlib stream, also when it is computed in parts', () => {
  for (const length of [0, 1, 5, 3800, 3801, 100_000]) {
    const part = bytes.subarray(0, length);
    const expected = deflateSync(part).readUInt32BE(deflateSync(part).length - 4);
    expect(adler32(part)).toBe(expected);
    expect(adler32(part.subarray(length >> 1), adler32(part.subarray(0, length >> 1)))).toBe(expected);
  }
});
