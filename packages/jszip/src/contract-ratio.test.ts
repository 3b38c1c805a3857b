import { deflateRawSync } from 'node:zlib';
import { describeReader } from '@memio/conformance';
import type { BytesIO } from '@memio/core';
import { crc32 } from '@memio/formats';
import { expect } from 'vitest';
import { readZip } from './index.ts';
import { type RawEntry, rawZip } from './oracle/raw-zip.ts';

/** The smallest file that may not have any ratio. */
const LARGE = 4 * 1024 * 1024 + 1;

const blank = (name: string, size: number): RawEntry => {
  const content = new Uint8Array(size);
  return { name, data: deflateRawSync(content), method: 8, size, crc: crc32(content) };
};
/** Too large for any ratio; it inflates to a hundred times its compressed size. */
const hundredfold = (): RawEntry => {
  const content = new Uint8Array(LARGE);
  for (let at = 0, state = 1; at < 40_000; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    content[at] = state >>> 16;
  }
  return { name: 'blank', data: deflateRawSync(content), method: 8, size: LARGE, crc: crc32(content) };
};

describeReader<Map<string, BytesIO>>({
  adapter: '@memio/jszip',
  operation: 'readZip',
  read: readZip,
  valid: rawZip([hundredfold()]),
  verify: (files) => expect([...files].map(([name, file]) => [name, file.size])).toEqual([['blank', LARGE]]),
  memory: (files) => [...files.values()],
  plainArrays: true,
  damaged: {},
  trailing: 'taken',
  budgets: {
    maxRatio: {
      enough: 120,
      tooLittle: 80,
      hostile: rawZip([blank('blank', 10 * 1024 * 1024)]),
      lifted: 'result',
    },
  },
});
