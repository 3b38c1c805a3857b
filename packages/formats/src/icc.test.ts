import { describe, expect, it } from 'vitest';
import { iccProfile } from './index.ts';

/** The smallest profile that is one: a header, and one tag. */
function profile(change: (view: DataView) => void = () => {}): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(160);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  view.setUint32(0, 160);
  view.setUint8(8, 4);
  text(12, 'mntr');
  text(16, 'RGB ');
  text(20, 'XYZ ');
  text(36, 'acsp');
  view.setUint32(128, 1);
  view.setUint32(136, 144);
  view.setUint32(140, 16);
  change(view);
  return bytes;
}

describe('iccProfile()', () => {
  it.each([
    ['GRAY', 1],
    ['RGB ', 3],
    ['CMYK', 4],
  ] as const)('knows a profile of %s by its components', (space, components) => {
    const bytes = profile((view) => new Uint8Array(view.buffer).set(new TextEncoder().encode(space), 16));
    expect(iccProfile(bytes)).toEqual({ components, bytes });
  });

  it('leaves out what follows the profile', () => {
    const followed = new Uint8Array([...profile(), 1, 2, 3]);
    expect(iccProfile(followed)?.bytes).toEqual(profile());
  });

  it.each<[what: string, bytes: Uint8Array<ArrayBuffer>]>([
    ['no bytes', new Uint8Array(0)],
    ['a size of more bytes than there are', profile((view) => view.setUint32(0, 161))],
    ['a size of less than a header', profile((view) => view.setUint32(0, 100))],
    ['version 5', profile((view) => view.setUint8(8, 5))],
    ['a device link', profile((view) => view.setUint32(12, 0x6c696e6b))],
    ['a colour space that PDF has not', profile((view) => view.setUint32(16, 0x4c616220))],
    ['another connection space', profile((view) => view.setUint32(20, 0))],
    ['no signature', profile((view) => view.setUint32(36, 0))],
    ['no tags', profile((view) => view.setUint32(128, 0))],
    ['more tags than there is room for', profile((view) => view.setUint32(128, 2 ** 31))],
    ['a tag behind the end', profile((view) => view.setUint32(140, 17))],
  ])('is undefined for %s', (_, bytes) => {
    expect(iccProfile(bytes)).toBeUndefined();
  });
});
