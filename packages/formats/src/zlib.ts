import { DataError } from '@memio/core/adapter';

type Bytes = Uint8Array<ArrayBuffer>;

/** In bytes. Some platforms inflate all of a piece before they look whether anybody still reads. */
const PIECE = 16_384;

/**
 * Inflates a zlib stream that is divided into `pieces`, with the platform's decompressor. The work is linear in the bytes
 * however small the pieces are. Returning early cancels it.
 *
 * @param what names the stream in the error, such as `the image data of the PNG`
 * @throws {DataError} when the stream is damaged or incomplete
 */
export async function* inflateZlib(pieces: readonly Bytes[], what: string): AsyncGenerator<Bytes, void, undefined> {
  const reader = inPieces(pieces).pipeThrough(new DecompressionStream('deflate')).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw new DataError(`${what} cannot be inflated`, { cause });
      });
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function inPieces(pieces: readonly Bytes[]): ReadableStream<Bytes> {
  let [index, at] = [0, 0];
  return new ReadableStream<Bytes>(
    {
      pull(controller) {
        const left = pieces[index]?.subarray(at, at + PIECE);
        if (left?.length === PIECE) {
          at += PIECE;
          return controller.enqueue(left);
        }
        // The rest of a piece, and small pieces, are joined: each call of the decompressor has a price.
        const joined = new Uint8Array(PIECE);
        let length = 0;
        while (index < pieces.length && length < PIECE) {
          const part = pieces[index]!.subarray(at, at + PIECE - length);
          joined.set(part, length);
          length += part.length;
          at += part.length;
          if (at === pieces[index]!.length) [index, at] = [index + 1, 0];
        }
        if (length > 0) controller.enqueue(joined.subarray(0, length));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Makes a zlib stream with the platform's compressor, and keeps only what is compressed. */
export class Deflater {
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  readonly #pieces: Promise<Bytes[]>;

  /** Starts the compressor. */
  constructor() {
    const { readable, writable } = new CompressionStream('deflate');
    this.#writer = writable.getWriter();
    this.#pieces = collect(readable);
    // Told by write() and finish() as well.
    this.#pieces.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  /** Takes `bytes` by reference: they must not be changed afterwards. Resolves when more are wanted. */
  async write(bytes: Bytes): Promise<void> {
    await this.#writer.write(bytes);
  }

  /** @returns the zlib stream, in pieces */
  async finish(): Promise<Bytes[]> {
    await this.#writer.close();
    return this.#pieces;
  }

  /** Stops it, and drops what it made. */
  abort(): void {
    this.#writer.abort().catch(() => {});
  }
}

async function collect(readable: ReadableStream<Bytes>): Promise<Bytes[]> {
  const pieces: Bytes[] = [];
  const reader = readable.getReader();
  for (let step = await reader.read(); !step.done; step = await reader.read()) pieces.push(step.value);
  return pieces;
}

/**
 * The checksum at the end of a zlib stream (RFC 1950), of `bytes` that follow those whose checksum is `before`.
 *
 * @example
 * ```ts
 * adler32(b`Wikipedia`) === 0x11e60398; //=> true
 * ```
 */
export function adler32(bytes: Uint8Array, before = 1): number {
  let low = before & 0xffff;
  let high = before >>> 16;
  for (let at = 0; at < bytes.length; ) {
    // As many steps as stay below 2 ** 31.
    const end = Math.min(at + 3800, bytes.length);
    for (; at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return ((high << 16) | low) >>> 0;
}
