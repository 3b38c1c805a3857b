import { type BytesIO, LimitError, type Source } from '@memio/core';
import {
  abortable,
  DataError,
  describe,
  type Held,
  holdContent,
  isStream,
  type ReadOptions,
  rangeError,
  readBytes,
  requireOptions,
  typeError,
  writeChunks,
} from '@memio/core/adapter';
import type { WriterOptions } from '../../src/writer.ts';
import { END, Frames, MAGIC } from './frames.ts';

/** Frames that are written: those of the host library, or arrays and streams. */
export type FramesSource = Frames | readonly (Uint8Array | BytesIO)[];

export interface ReadFramesOptions extends ReadOptions {
  /** The most bytes of all frames together. Default: 1 MiB. */
  maxBytes?: number | undefined;
}

const ADAPTER = '@memio/conformance';

/** The smallest writer that keeps the contract: what the mutants are made of. */
export async function writeFrames(source: FramesSource, options: WriterOptions = {}): Promise<BytesIO> {
  requireOptions(options, 'write frames', ['deterministic', 'into', 'signal', 'onProgress']);
  const { deterministic, into, signal, onProgress } = options;
  if (!(source instanceof Frames) && !Array.isArray(source))
    throw typeError(`Cannot write frames of ${describe(source)}: expected Frames or an array`);
  const held: Held[] = [];
  try {
    const frames = source instanceof Frames ? source : await framesOf(source, held);
    if (deterministic) frames.date = new Date(0);
    return await writeChunks({ adapter: ADAPTER, operation: 'writeFrames' }, { into, signal, onProgress }, (sink) => {
      frames.on('data', (chunk) => sink.push(chunk));
      frames.on('end', () => sink.end());
      frames.on('error', (error) => sink.fail(error));
      frames.on('close', () => sink.fail(new Error('the frames were closed before their end')));
      frames.read();
      if (!frames.ended) frames.end();
      return () => {
        frames.destroyed = true;
      };
    });
  } finally {
    for (const hold of held) hold.release();
  }
}

async function framesOf(source: readonly (Uint8Array | BytesIO)[], held: Held[]): Promise<Frames> {
  const frames = new Frames();
  for (const frame of source) {
    if (!(frame instanceof Uint8Array) && !isStream(frame))
      throw typeError(`Cannot write ${describe(frame)} as a frame: expected bytes`);
    if (frame instanceof Uint8Array && frame.length === 0) throw rangeError('Cannot write a frame of 0 bytes');
    const hold = await holdContent(frame);
    held.push(hold);
    frames.add(hold.bytes);
  }
  return frames;
}

/** The smallest reader that keeps the contract. */
export async function readFrames(source: Source, options: ReadFramesOptions = {}): Promise<Uint8Array[]> {
  requireOptions(options, 'read frames', ['signal', 'maxInputBytes', 'maxBytes']);
  const { signal, maxInputBytes, maxBytes = 1024 * 1024 } = options;
  if (typeof maxBytes !== 'number' || Number.isNaN(maxBytes))
    throw typeError(`Cannot limit frames to ${describe(maxBytes)}: maxBytes must be a number`);
  if (maxBytes < 0) throw rangeError(`Cannot limit frames to ${maxBytes} bytes: maxBytes must be >= 0`);
  return readBytes(
    { adapter: ADAPTER, operation: 'readFrames' },
    source,
    { signal, maxInputBytes },
    async (bytes, consumed) => {
      const { frames, length } = await abortable(
        // As a host library would: not before the next turn.
        new Promise<void>(setImmediate).then(() => parse(bytes, maxBytes)),
        signal,
      );
      consumed(length);
      return frames;
    },
  );
}

function parse(bytes: Uint8Array, maxBytes: number): { frames: Uint8Array[]; length: number } {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const frames: Uint8Array[] = [];
  let at = 8;
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) throw new DataError('these are no frames');
  for (let total = 0; ; ) {
    if (at + 4 > bytes.length) throw new DataError('the frames are cut off');
    const length = data.getUint32(at);
    at += 4;
    if (length === END) return { frames, length: at };
    total += length;
    if (total > maxBytes)
      throw new LimitError(`Cannot read frames of ${total} bytes: maxBytes is ${maxBytes}`, 'maxBytes', maxBytes);
    if (at + length > bytes.length) throw new DataError('the frames are cut off');
    frames.push(Uint8Array.from(bytes.subarray(at, at + length)));
    at += length;
  }
}
