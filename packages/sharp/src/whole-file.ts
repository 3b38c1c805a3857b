import { DataError, turns } from '@memio/core/adapter';
import { pngChunks } from '@memio/formats';
import type { ReadableFormat } from './image.ts';

/** Yields how many bytes each step passed, and returns the number of frames. */
type Walk = Generator<number, number, undefined>;

const WALKS: Partial<Record<ReadableFormat, (bytes: Uint8Array) => Walk>> = { gif: walkGif, png: walkPng };

/**
 * Refuses a truncated file of the formats that sharp reads as far as they go: a GIF loses frames without an error, a PNG
 * lacks its end. sharp refuses truncated JPEG, WebP, AVIF and TIFF itself.
 *
 * @returns the number of frames; `undefined` for the formats whose frames sharp counts itself
 */
export async function requireWhole(
  bytes: Uint8Array,
  format: ReadableFormat,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  const walk = WALKS[format]?.(bytes);
  if (!walk) return undefined;
  const turn = turns();
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value;
    const pause = turn(step.value);
    if (!pause) continue;
    await pause;
    signal?.throwIfAborted();
  }
}

/** sharp reads the still image of an animated PNG, and does not mention that there are frames. */
function* walkPng(bytes: Uint8Array): Walk {
  let frames = 1;
  for (const { name, data, start, end } of pngChunks(bytes)) {
    if (name === 'acTL' && data.length === 8) frames = new DataView(data.buffer, data.byteOffset).getUint32(0);
    yield end - start;
  }
  return frames;
}

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
/** Sub-blocks between two steps. */
const STEP = 4096;

/** The blocks of a GIF up to its trailer (GIF89a, appendix B: the grammar). */
function* walkGif(bytes: Uint8Array): Walk {
  const at = (offset: number) => {
    const byte = bytes[offset];
    if (byte === undefined) throw new DataError(`the GIF is cut off before its trailer, at ${bytes.length} bytes`);
    return byte;
  };
  const colourTable = (flags: number) => (flags & 0x80 ? 3 << ((flags & 0x07) + 1) : 0);
  let offset = 13 + colourTable(at(10));
  for (let frames = 0; ; ) {
    const start = offset;
    const kind = at(offset);
    if (kind === TRAILER) return frames;
    // A descriptor and the size of the codes, or a label, precede the sub-blocks.
    if (kind === IMAGE) {
      frames += 1;
      offset += 11 + colourTable(at(offset + 9));
    } else if (kind === EXTENSION) offset += 2;
    else
      throw new DataError(`the GIF is damaged: 0x${kind.toString(16).padStart(2, '0')} begins no block, at ${offset}`);
    for (let blocks = 1, size = at(offset); size > 0; size = at(offset), blocks++) {
      offset += 1 + size;
      if (blocks % STEP === 0) yield STEP;
    }
    offset += 1;
    yield offset - start;
  }
}
