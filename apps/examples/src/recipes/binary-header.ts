// Binary header: collects a WAV file that comes in chunks, and reads its header field by field.
// npm install @memio/core
// Runs in browsers and Node.js.

import { BytesIO, b } from '@memio/core';

export type WavHeader = Record<'channels' | 'sampleRate' | 'bitsPerSample' | 'seconds', number>;

/** Reads the header of a WAV and leaves the cursor at the first sample. */
export function readWavHeader(wav: BytesIO): WavHeader {
  const field = new DataView(new ArrayBuffer(16)); // every part is read into the same 16 bytes
  const fill = (size: number, what: string): void => {
    const at = wav.tell();
    const got = wav.readinto(new Uint8Array(field.buffer, 0, size));
    if (got < size) throw new Error(`Cannot read ${what} at ${at}: the file has ${got} of ${size} bytes`);
  };
  const text = (): string => new TextDecoder('latin1').decode(wav.read(4));

  const riff = text();
  wav.seek(4, 1);
  if (riff !== 'RIFF' || text() !== 'WAVE') throw new Error('Cannot read a WAV: the file is of another kind');
  let format: Omit<WavHeader, 'seconds'> | undefined;
  for (let id = text(); id !== ''; id = text()) {
    fill(4, `the size of the chunk "${id}"`);
    const [start, size] = [wav.tell(), field.getUint32(0, true)];
    if (id === 'fmt ') {
      fill(16, 'the format');
      const [channels, sampleRate] = [field.getUint16(2, true), field.getUint32(4, true)];
      format = { channels, sampleRate, bitsPerSample: field.getUint16(14, true) };
    } else if (id === 'data' && format) {
      const got = wav.size - start;
      if (got < size) throw new Error(`Cannot read the samples at ${start}: the file has ${got} of ${size} bytes`);
      return { ...format, seconds: (size * 8) / format.bitsPerSample / format.channels / format.sampleRate };
    }
    wav.seek(start + size + (size % 2)); // past it, and past what is unknown; chunks begin at even positions
  }
  throw new Error('Cannot read a WAV: the file ends before its samples');
}

/** A tone of one channel and 16 bits a sample, with a title that few readers look at. */
export function writeTone(hertz: number, seconds: number, rate = 8000): BytesIO {
  const sine = (_: unknown, index: number): number => 12_000 * Math.sin((2 * Math.PI * hertz * index) / rate);
  const u16 = (value: number): Uint8Array => new Uint8Array([value, value >> 8]);
  const u32 = (value: number): Uint8Array => b`${u16(value)}${u16(value >> 16)}`;
  const format = b`fmt ${u32(16)}${u16(1)}${u16(1)}${u32(rate)}${u32(rate * 2)}${u16(2)}${u16(16)}`;
  const title = b`LIST${u32(17)}INFOINAM${u32(5)}Tone\0\0`;
  const samples = new Uint8Array(Int16Array.from({ length: seconds * rate }, sine).buffer);
  const chunks = b`${format}${title}data${u32(samples.length)}${samples}`;
  return new BytesIO(b`RIFF${u32(4 + chunks.length)}WAVE${chunks}`);
}

// As a network may bring them: cut anywhere.
async function* arriving(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0, size = 1; at < bytes.length; at += size, size *= 3) yield bytes.subarray(at, at + size);
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const tone = writeTone(440, 1.5);
  const wav = await BytesIO.from(arriving(tone.getvalue()), { maxBytes: 10_000_000 });
  console.log(`A WAV of ${wav.size} bytes: ${JSON.stringify(readWavHeader(wav))}, its samples begin at ${wav.tell()}`);
  return { 'tone.wav': tone };
}
