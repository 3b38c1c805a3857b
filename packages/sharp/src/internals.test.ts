import { BytesIO } from '@memio/core';
import sharp, { type Sharp } from 'sharp';
import { expect, it } from 'vitest';
import { writeImage } from './index.ts';
import { toldOf } from './internals.ts';

const transparent = { create: { width: 4, height: 4, channels: 4, background: '#00000080' } } as const;
const opaque = { create: { width: 4, height: 4, channels: 3, background: '#000' } } as const;

/** The image, without what sharp does not document. */
const withoutOptions = (image: Sharp): Sharp =>
  new Proxy(image, {
    get(target, name) {
      if (name === 'options') return undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });

it('tells what a sharp image was told', () => {
  const told = { pagesChosen: false, mayBecomeTransparent: false, losesAlpha: false };
  expect(toldOf(sharp(opaque))).toEqual(told);
  expect(toldOf(sharp(transparent).flatten())).toEqual({ ...told, losesAlpha: true });
  expect(toldOf(sharp(Buffer.alloc(1), { animated: true }))).toEqual({ ...told, pagesChosen: true });
  expect(toldOf(sharp(Buffer.alloc(1), { page: 0 }))).toEqual({ ...told, pagesChosen: true });
  expect(toldOf(sharp(opaque).ensureAlpha())).toEqual({ ...told, mayBecomeTransparent: true });
  expect(toldOf(sharp(opaque).extend({ top: 1, background: '#0000' }))).toMatchObject({ mayBecomeTransparent: true });
});

it.each([undefined, null, {}, { input: {} }])('expects the worst where the options are %j', (options) => {
  const told = { pagesChosen: false, mayBecomeTransparent: true, losesAlpha: false };
  expect(toldOf({ options } as unknown as Sharp)).toEqual(told);
});

it('is not needed: what would be lost is found by rendering, and pages that may have been chosen are refused', async () => {
  const write = (image: Sharp) => writeImage(withoutOptions(image), { format: 'jpeg' });
  expect(await write(sharp(opaque))).toBeInstanceOf(BytesIO);
  expect(await write(sharp(transparent).flatten())).toBeInstanceOf(BytesIO);
  await expect(write(sharp(transparent))).rejects.toMatchObject({ code: 'ERR_MEMIO_RANGE' });
  const pages = { width: 1, height: 2, pageHeight: 1, data: new Uint8Array(6).fill(255, 3) };
  const gif = (await writeImage(pages, { format: 'gif' })).getvalue();
  await expect(write(sharp(gif, { page: 0 }))).rejects.toMatchObject({ code: 'ERR_MEMIO_DATA' });
});
