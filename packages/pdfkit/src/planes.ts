import type { Pacer } from '@memio/formats';
import type { ImageStream } from './picture.ts';
import { RowDeflater } from './row-deflater.ts';

/** The samples of a decoded picture, a byte each, row by row. */
export interface Planes {
  width: number;
  height: number;
  channels: number;
  colours: Uint8Array;
  /** One a pixel. */
  alpha: Uint8Array | undefined;
}

/** PNG filters (PNG, 9.2): of indices the neighbours say nothing, colours mostly resemble those above them. */
export const FILTER_NONE = 0;
export const FILTER_UP = 2;

/** Compresses the planes of a picture. An alpha plane that is opaque everywhere is left out. */
export async function compressPlanes(
  { width, channels, colours, alpha }: Planes,
  filter: typeof FILTER_NONE | typeof FILTER_UP,
  pacer: Pacer,
): Promise<{ colours: ImageStream; alpha: ImageStream | undefined }> {
  const translucent = alpha && !(await isOpaque(alpha, pacer));
  return {
    colours: await compressPlane(colours, width * channels, filter, pacer),
    alpha: translucent ? await compressPlane(alpha, width, FILTER_UP, pacer) : undefined,
  };
}

async function isOpaque(alpha: Uint8Array, pacer: Pacer): Promise<boolean> {
  for (let from = 0; from < alpha.length; from += 1 << 20) {
    const pause = pacer.pause();
    if (pause) await pause;
    if (alpha.subarray(from, from + (1 << 20)).some((value) => value !== 255)) return false;
  }
  return true;
}

async function compressPlane(plane: Uint8Array, length: number, filter: number, pacer: Pacer): Promise<ImageStream> {
  const deflater = new RowDeflater(1 + length);
  try {
    for (let from = 0; from < plane.length; from += length) {
      const row = deflater.row(1 + length);
      row[0] = filter;
      row.set(plane.subarray(from, from + length), 1);
      if (filter === FILTER_UP && from > 0)
        for (let at = 0; at < length; at++) row[1 + at]! -= plane[from - length + at]!;
      const draining = deflater.drain();
      if (draining) await draining;
      const pause = pacer.pause();
      if (pause) await pause;
    }
    return await deflater.finish();
  } catch (error) {
    deflater.abort();
    throw error;
  }
}
