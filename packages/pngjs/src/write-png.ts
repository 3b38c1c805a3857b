import type { BytesIO } from '@memio/core';
import {
  describe,
  type Operation,
  rangeError,
  requireOptions,
  typeError,
  type WriteOptions,
  writeChunks,
} from '@memio/core/adapter';
import { PNG } from 'pngjs';
import { pack, packingOptions } from './internals.ts';
import { resolutionChunk } from './png-file.ts';
import type { PngImage, PngResolution } from './png-image.ts';

/** pngjs's own options for packing, and a choice of the best of them. */
export interface WritePngOptions extends WriteOptions {
  /**
   * What the image shows, and so how it is compressed: `photo` is twice as fast as pngjs's defaults and smaller; `drawing`,
   * for charts, screenshots and text, makes files that are a quarter to a half smaller: see the README for figures. It
   * chooses `filterType`, `deflateLevel` and `deflateStrategy`, which cannot be given beside it. Default: pngjs's defaults.
   */
  content?: 'photo' | 'drawing' | undefined;
  /** 0 grey, 2 colour, 4 grey with alpha, 6 colour with alpha (pngjs's default). */
  colorType?: 0 | 2 | 4 | 6 | undefined;
  /** What `data` holds, in the same terms. pngjs's default: 6. */
  inputColorType?: 0 | 2 | 4 | 6 | undefined;
  /** `false` when `data` has 3 values per pixel although `inputColorType` is 6. */
  inputHasAlpha?: boolean | undefined;
  /** Bits per sample, of `data` and of the file. Default: 16 for a `Uint16Array`, otherwise 8. */
  bitDepth?: 8 | 16 | undefined;
  /** What shows through where alpha is dropped. pngjs's default: white. */
  bgColor?: { red: number; green: number; blue: number } | undefined;
  /** One for all rows, 0 to 4, or -1: the best for each row (pngjs's default). */
  filterType?: number | undefined;
  /** In bytes, from 64 on. pngjs's default: 32 KiB. */
  deflateChunkSize?: number | undefined;
  /** -1 to 9. pngjs's default: 9. */
  deflateLevel?: number | undefined;
  /** 0 to 4, as in zlib. pngjs's default: 3, run lengths alone. */
  deflateStrategy?: number | undefined;
  deflateFactory?: ((options?: object) => unknown) | undefined;
}

const OF: Operation = { adapter: '@memio/pngjs', operation: 'writePng' };
const OPTIONS: Record<keyof WritePngOptions, true> = {
  content: true,
  colorType: true,
  inputColorType: true,
  inputHasAlpha: true,
  bitDepth: true,
  bgColor: true,
  filterType: true,
  deflateChunkSize: true,
  deflateLevel: true,
  deflateStrategy: true,
  deflateFactory: true,
  into: true,
  onProgress: true,
  signal: true,
};
const CHANNELS = { 0: 1, 2: 3, 4: 2, 6: 4 } as const;
const CONTENTS = {
  photo: { filterType: 2, deflateLevel: 1, deflateStrategy: 0 },
  drawing: { filterType: 2, deflateLevel: 7, deflateStrategy: 0 },
} as const;
/** The signature and IHDR. */
const HEADER = 33;

type Packable = Omit<WritePngOptions, keyof WriteOptions | 'content'>;

/**
 * Encodes an image as PNG. The image may be written any number of times, and its `data` is not kept.
 *
 * The PNG is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was. Without
 * `into` a new stream is returned, its cursor at 0, ready to read. The same pixels and options make the same bytes.
 *
 * pngjs filters in the thread that calls: the event loop waits for 70 ms per megapixel, a fifth of that with `content` or
 * one `filterType`. Compression is done in the background.
 *
 * @param source a pngjs `PNG`, whose own packing options hold where `options` has none, or `{ width, height, data }`
 * @throws {TypeError} when `source` is not an image, or an option is unknown or has no effect beside the others
 * @throws {RangeError} when a size is not a positive integer, `data` has not the length that the sizes ask for, or
 *   an option is out of its range
 * @throws {AdapterError} when pngjs or the compressor fails
 *
 * @example
 * ```ts
 * const red = Uint8Array.of(255, 0, 0, 255);
 * const png = await writePng({ width: 1, height: 1, data: red });
 * png.read(4); //=> b`\x89PNG`
 * ```
 */
export async function writePng(source: PngImage, options: WritePngOptions = {}): Promise<BytesIO> {
  if (typeof source !== 'object' || source === null || !('data' in source)) {
    throw typeError(`Cannot write a PNG of ${describe(source)}: expected a PNG or { width, height, data }`);
  }
  requireOptions(options, 'write a PNG', Object.keys(OPTIONS));
  const { into, signal, onProgress, content, ...given } = options;
  const { width, height, gamma = 0, resolution } = source;
  const bitDepth = source.data instanceof Uint16Array ? 16 : 8;
  const own = packingOptions(source);
  const packing = packable(
    { bitDepth, ...own, ...(bitDepth === 16 && { bitDepth }), ...chosen(content, given), ...defined(given) },
    gamma,
  );
  const data = pixels(source, packing);
  if (resolution !== undefined) requireResolution(resolution);
  return writeChunks(OF, { into, signal, onProgress }, (sink) => {
    const png = new PNG(packing as ConstructorParameters<typeof PNG>[0]);
    // pngjs loses what a float has too little of: 0.29 becomes 28,999.
    const exact = gamma && (Math.round(gamma * 100_000) + 0.25) / 100_000;
    const push = resolution ? insertAt(HEADER, resolutionChunk(resolution), sink.push) : sink.push;
    return pack(png, { data, width, height, gamma: exact }, { data: push, end: sink.end, fail: sink.fail });
  });
}

/** Puts `inserted` at an offset into what is pushed, however that is cut into chunks. */
function insertAt(offset: number, inserted: Uint8Array, push: (chunk: unknown) => void): (chunk: unknown) => void {
  let left = offset;
  return (chunk) => {
    if (left === 0 || !(chunk instanceof Uint8Array) || chunk.length < left) {
      if (left > 0 && chunk instanceof Uint8Array) left -= chunk.length;
      push(chunk);
      return;
    }
    push(chunk.subarray(0, left));
    push(inserted);
    if (chunk.length > left) push(chunk.subarray(left));
    left = 0;
  };
}

/** pngjs takes an option that is `undefined` for one that is given. */
const defined = (options: object): Packable =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

function chosen(content: WritePngOptions['content'], given: Packable): Packable {
  if (content === undefined) return {};
  if (!Object.hasOwn(CONTENTS, content)) throw unwritable('content', content, '"photo" or "drawing"');
  for (const name of ['filterType', 'deflateLevel', 'deflateStrategy'] as const)
    if (given[name] !== undefined) throw typeError(`Cannot write a PNG with content and ${name}: content chooses it`);
  return CONTENTS[content];
}

const RANGES: { [Name in keyof Packable]: readonly [expected: string, is: (value: unknown) => boolean] } = {
  bitDepth: ['8 or 16', (value) => value === 8 || value === 16],
  colorType: ['0, 2, 4 or 6', (value) => Object.hasOwn(CHANNELS, value as number)],
  deflateChunkSize: ['64 or more', (value) => Number.isSafeInteger(value) && (value as number) >= 64],
  deflateFactory: ['a function', (value) => typeof value === 'function'],
  deflateLevel: ['-1 to 9', (value) => isWithin(value, -1, 9)],
  deflateStrategy: ['0 to 4', (value) => isWithin(value, 0, 4)],
  filterType: ['-1 or 0 to 4', (value) => isWithin(value, -1, 4)],
  inputColorType: ['0, 2, 4 or 6', (value) => Object.hasOwn(CHANNELS, value as number)],
  inputHasAlpha: ['true or false', (value) => typeof value === 'boolean'],
};

const isWithin = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

/** Checks what pngjs finds out only while it packs, in words of its own inside, and puts its one wrong default right. */
function packable(options: Packable, gamma: number): Packable {
  for (const [name, [expected, is]] of Object.entries(RANGES)) {
    const value = options[name as keyof Packable];
    if (value !== undefined && !is(value)) throw unwritable(name, value, expected);
  }
  if (!(gamma >= 0 && gamma <= 42_949)) throw unwritable('gamma', gamma, '0 to 42,949');
  const { bgColor, deflateFactory, inputColorType = 6, inputHasAlpha = true } = options;
  // Colour without alpha is colour type 2: as 6 it would be read with 4 values a pixel where the output has alpha.
  const withoutAlpha = inputColorType === 6 && !inputHasAlpha;
  return {
    ...options,
    ...(withoutAlpha && { inputColorType: 2 }),
    // pngjs fills in what a background leaves out, in the object that it is given.
    ...(bgColor && { bgColor: { ...bgColor } }),
    ...(deflateFactory && { deflateFactory: (given?: object) => requireCompressor(deflateFactory(given)) }),
  };
}

/** With anything else pngjs would wait for ever. */
function requireCompressor(made: unknown): unknown {
  const methods = ['on', 'end', 'destroy'] as const;
  if (methods.every((name) => typeof (made as Record<string, unknown> | undefined)?.[name] === 'function')) return made;
  throw typeError(
    `Cannot write a PNG with ${describe(made)}, which deflateFactory returned: expected a Transform stream`,
  );
}

const unwritable = (name: string, value: unknown, expected: string) =>
  rangeError(`Cannot write a PNG with ${name} ${describe(value)}: expected ${expected}`);

function requireResolution({ x, y, unit }: PngResolution): void {
  for (const [name, value] of Object.entries({ x, y }))
    if (!isWithin(value, 0, 2 ** 32 - 1)) throw unwritable(`resolution.${name}`, value, '0 to 2 ** 32 - 1');
  if (unit !== 'metre' && unit !== 'unknown') throw unwritable('resolution.unit', unit, '"metre" or "unknown"');
}

function pixels({ width, height, data }: PngImage, { inputColorType = 6, bitDepth = 8 }: Packable): Uint8Array {
  for (const [name, size] of Object.entries({ width, height })) {
    if (!isWithin(size, 1, 2 ** 31 - 1)) throw unwritable(name, size, '1 to 2 ** 31 - 1');
  }
  if (!ArrayBuffer.isView(data))
    throw typeError(`Cannot write a PNG of ${describe(data)} as data: expected a typed array`);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const length = width * height * CHANNELS[inputColorType] * (bitDepth / 8);
  if (bytes.length !== length) {
    throw rangeError(
      `Cannot write a PNG of ${width} x ${height} pixels from ${bytes.length} bytes: expected ${length}`,
    );
  }
  // pngjs takes 16-bit samples from the start of the underlying buffer, wherever the view on it begins.
  return bitDepth === 16 ? bytes.slice() : bytes;
}
