import { BytesIO, b } from '@memio/core';
import { expect } from 'vitest';
import type { Reader } from '../../src/reader.ts';
import type { Writer } from '../../src/writer.ts';
import { type FramesSource, readFrames, writeFrames } from './adapter.ts';
import { Frames } from './frames.ts';

const TEXT = [new Uint8Array(120).fill(0x61), b`in a stream`];
const frames = () => TEXT.reduce((made, frame) => made.add(frame), new Frames());
const stopped = (error?: Error) => () => {
  const made = frames();
  made.once('data', () => made.destroy(error));
  return made;
};

/** The file, taken apart without the adapter: what lies behind the date. */
const body = b`\x00\x00\x00\x78${TEXT[0]!}\x00\x00\x00\x0b${TEXT[1]!}\xff\xff\xff\xff`;

export const writer: Writer<FramesSource> = {
  adapter: '@memio/conformance',
  operation: 'writeFrames',
  write: writeFrames,
  sample: () => [TEXT[0]!.slice(), new BytesIO(TEXT[1])],
  verify: (bytes) => {
    expect(bytes.subarray(0, 4)).toEqual(b`FRM1`);
    expect(bytes.subarray(8)).toEqual(body);
  },
  memory: (source) => (source instanceof Frames ? source.list : source),
  faults: {
    errorMidway: stopped(new Error('out of frames')),
    closesEarly: stopped(),
    destroyed: () => frames().destroy(),
    consumed: async () => {
      const made = frames();
      await writeFrames(made);
      return made;
    },
    neverEnds: () => Object.assign(frames(), { end() {} }),
    'a frame is no bytes': {
      source: () => [b`first`, 'second' as never],
      error: { name: 'TypeError', code: 'ERR_MEMIO_TYPE' },
    },
  },
  completes: {
    'frames that nobody ended': frames,
    'frames that were ended': () => frames().end(),
  },
  wrong: [{}, 'frames'],
  outOfRange: { 'an empty frame': () => [b`first`, b``] },
  deterministic: true,
};

const valid = b`FRM1\x00\x00\x00\x00${body}`;

export const reader: Reader<Uint8Array[]> = {
  adapter: '@memio/conformance',
  operation: 'readFrames',
  read: readFrames,
  valid,
  verify: (result) => expect(result).toEqual(TEXT),
  memory: (result) => result,
  plainArrays: true,
  damaged: {
    'the first bytes are wrong': valid.with(0, 0),
    'a length is wrong': valid.with(10, 9),
  },
  trailing: 'left',
  budgets: {
    maxBytes: {
      enough: 131,
      tooLittle: 130,
      hostile: b`FRM1\x00\x00\x00\x00\x20\x00\x00\x00tiny`,
      lifted: { name: 'DataError', code: 'ERR_MEMIO_DATA' },
    },
  },
};
