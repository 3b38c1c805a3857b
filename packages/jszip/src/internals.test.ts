import { BytesIO, b } from '@memio/core';
import { unzipSync } from 'fflate';
import type JSZip from 'jszip';
import { beforeEach, describe, expect, it, vi } from 'vitest';

/** What a later JSZip may be like: it names its internals otherwise. */
const { default: Real } = await vi.importActual<{ default: typeof JSZip }>('jszip');
/** It finds its entries without asking the method that is documented for it. */
class Other extends Real {
  override generateInternalStream(...args: [never]) {
    Object.defineProperty(this, 'forEach', { value: Real.prototype.forEach });
    return (super.generateInternalStream as (...args: [never]) => never)(...args);
  }
}

const CHANGES: [change: string, load: (opened: JSZip) => void, base?: typeof Real][] = [
  ['as it is', () => {}],
  ['that finds its entries in another way', () => {}, Other as unknown as typeof Real],
  [
    'which keeps no packed entries',
    (opened) => {
      for (const file of Object.values(opened.files)) Object.assign(file, { _data: {} });
    },
  ],
  [
    'whose packed entries are something else',
    (opened) => {
      for (const file of Object.values(opened.files))
        Object.assign(file, { _data: { getCompressedWorker: () => ({}), compressedContent: b`` } });
    },
  ],
];

describe.each(CHANGES)('With a JSZip %s, writeZip()', (_, change, base = Real) => {
  beforeEach(() => {
    vi.resetModules();
    vi.doMock('jszip', () => ({
      default: Object.assign(class extends base {}, {
        loadAsync: async (...args: Parameters<typeof Real.loadAsync>) => {
          const opened = await Real.loadAsync(...args);
          change(opened);
          return opened;
        },
      }),
    }));
  });

  it('writes an archive that others read', async () => {
    const { writeZip } = await import('./index.ts');
    const text = b`${'the same again '.repeat(1000)}`;
    const files = {
      memory: text,
      text: 'Hello',
      stream: new BytesIO(text),
      read: [text, text],
      '2': 'two',
      '1': 'one',
    };
    for (const streamFiles of [false, true]) {
      const zip = await writeZip(Object.entries(files), { compression: 'DEFLATE', streamFiles });
      expect(zip.size).toBeLessThan(2000);
      expect(unzipSync(zip.getvalue())).toEqual({
        memory: text,
        text: b`Hello`,
        stream: text,
        read: b`${text}${text}`,
        '2': b`two`,
        '1': b`one`,
      });
    }
  });
});
