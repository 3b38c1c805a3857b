import { b } from '@memio/core';
import { decode, encode } from 'fast-png';
import { PNG } from 'pngjs';
import { expect, it } from 'vitest';
import { isKnown, pack, packingOptions, parse } from './internals.ts';

const image = { width: 2, height: 1, data: b`\x01\x02\x03\x04\x05\x06\x07\x08` };

/** A PNG of pngjs whose stages have other names, as those of a later release may have. */
const renamed = (): PNG =>
  new Proxy(new PNG({}), {
    get(target, name) {
      if (name === '_parser' || name === '_packer') return undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

const packed = (png: PNG) =>
  new Promise<Uint8Array>((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    const data = (chunk: unknown) => chunks.push(chunk as Uint8Array);
    pack(png, { ...image, gamma: 0 }, { data, end: () => resolve(Buffer.concat(chunks)), fail: reject });
  });

it('knows the stages of this release', () => {
  expect([isKnown(new PNG({})), isKnown(renamed()), isKnown({})]).toEqual([true, false, false]);
  expect(packingOptions(new PNG({ colorType: 2 }))).toMatchObject({ colorType: 2 });
});

it('packs without them, and refuses to decode, since damage would go unseen', async () => {
  expect(packingOptions(renamed())).toEqual({});
  expect(decode(await packed(renamed()))).toMatchObject(image);
  const file = Uint8Array.from(encode(image));
  const options = { checkCRC: false, skipRescale: false };
  await expect(parse(file, options, undefined, renamed())).rejects.toThrow('this release of pngjs has other stages');
});
