import { abortable, DataError } from '@memio/core/adapter';
import { PNG } from 'pngjs';
import type { Png } from './png-image.ts';

/** What pngjs does not document: its stages, whose errors and ends it does not pass on. */
interface Internals {
  _parser: {
    _handleMetaData: unknown;
    _parser?: { _crc?: { write(data: Uint8Array): boolean } };
    _filter?: { on(event: 'error', listener: (error: unknown) => void): void };
    _inflate?: { destroy(): void };
  };
  _packer: {
    _packer: { _options: object };
    _deflate: { on(event: 'close', listener: () => void): void; destroy(): void };
    pack(data: Uint8Array, width: number, height: number, gamma: number): void;
  };
}

/** Both in one: a PNG whose stages are as expected. */
export type KnownPng = PNG & Internals;

/** Whether the stages of `png` are as expected. Where they are not, the documented ways of pngjs are used. */
export function isKnown(png: object): png is KnownPng {
  const { _packer, _parser } = png as Partial<Internals>;
  return (
    typeof _parser?._handleMetaData === 'function' &&
    typeof _packer?.pack === 'function' &&
    typeof _packer._packer?._options === 'object' &&
    typeof _packer._deflate?.destroy === 'function'
  );
}

/** The options that a PNG was made with: pngjs keeps them where it packs. None where they cannot be known. */
export function packingOptions(source: object): Record<string, unknown> {
  if (!isKnown(source)) return {};
  const { width, height, fill, ...options } = source._packer._packer._options as Record<string, unknown>;
  return options;
}

/** Pixels to pack. */
interface Packing {
  data: Uint8Array;
  width: number;
  height: number;
  gamma: number;
}

/** What is told of packing, after which nothing else is. */
interface PackingEvents {
  data(chunk: unknown): void;
  end(): void;
  fail(error: unknown): void;
}

/**
 * Packs pixels with a PNG that was not used before: packing one twice never ends.
 *
 * @returns what stops it, as far as pngjs lets it be stopped
 */
export function pack(
  png: PNG,
  { data, width, height, gamma }: Packing,
  { data: push, end, fail }: PackingEvents,
): () => void {
  png.on('data' as 'error', push);
  png.on('end' as 'error', end);
  png.on('error', fail);
  if (!isKnown(png)) {
    Object.assign(png, { data, width, height, gamma });
    png.pack();
    return () => {};
  }
  const { _deflate: deflate } = png._packer;
  deflate.on('close', () => fail(new Error('the compressor was closed before its end')));
  // What png.pack() does, but now: there an error ends the process, here it can be caught.
  png._packer.pack(data, width, height, gamma);
  return () => deflate.destroy();
}

/**
 * Decodes a PNG whose checksums were compared, or need not be.
 *
 * @throws {DataError} for what pngjs says of the bytes
 */
export async function parse(
  bytes: Uint8Array<ArrayBuffer>,
  options: { skipRescale: boolean; checkCRC: boolean },
  signal: AbortSignal | undefined,
  png: PNG = new PNG({ ...options } as object),
): Promise<Png> {
  // pngjs would copy what is not a Buffer.
  const buffer = (
    typeof Buffer === 'function' ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes
  ) as Buffer;
  // Its other ways lose errors: PNG.sync.read() gives black pixels for data that zlib cannot inflate.
  if (!isKnown(png))
    throw new Error('this release of pngjs has other stages than 6 and 7, so that damage would go unseen');
  const parsed = new Promise<Png>((resolve, rejectWith) => {
    const reject = (cause: unknown) =>
      rejectWith(new DataError(cause instanceof Error ? cause.message : String(cause), { cause }));
    // These listeners stay: pngjs may raise a second error, and one that nobody hears ends the process.
    png.on('error', reject);
    png.on('metadata', () => {
      // Errors of the filter, as of image data that is too short, are raised there alone.
      png._parser._filter?.on('error', reject);
      // The checksum of the image data is known, and pngjs computes it in JavaScript.
      const { _crc } = png._parser._parser ?? {};
      if (_crc) _crc.write = () => true;
    });
    png.on('parsed', () => resolve(png as unknown as Png));
    png.end(buffer);
  });
  try {
    return await abortable(parsed, signal);
  } finally {
    // pngjs would go on and inflate what follows the last pixel, gigabytes if need be.
    png._parser._inflate?.destroy();
  }
}
