import type { Deflated } from '@memio/formats';
import JSZip from 'jszip';
import type { ChunkStream } from './internals.ts';

/**
 * Inflates with JSZip, for platforms that cannot. JSZip gets an archive of one entry made of the validated fields alone, so
 * that it has nothing to interpret.
 */
export async function* inflateWithHost(deflated: Deflated): AsyncGenerator<Uint8Array, void, undefined> {
  const archive = await JSZip.loadAsync(archiveOf(deflated));
  const file = archive.file(NAME) as unknown as { internalStream(type: 'uint8array'): ChunkStream };
  const chunks: Uint8Array[] = [];
  let failure: { error: unknown } | undefined;
  let ended = false;
  let wake = () => {};
  const stream = file.internalStream('uint8array');
  stream.on('data', (chunk) => {
    chunks.push(chunk as Uint8Array);
    stream.pause();
    wake();
  });
  stream.on('end', () => {
    ended = true;
    wake();
  });
  stream.on('error', (error) => {
    failure = { error };
    wake();
  });
  try {
    for (;;) {
      if (failure) throw failure.error;
      const chunk = chunks.shift();
      if (chunk) yield chunk;
      else if (ended) return;
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
          stream.resume();
        });
    }
  } finally {
    stream.pause();
  }
}

const NAME = '0';

/** An archive of one deflated entry (APPNOTE 4.3). */
function archiveOf({ packed, size, crc }: Deflated): Uint8Array {
  const bytes = new Uint8Array(31 + packed.length + 47 + 22);
  const view = new DataView(bytes.buffer);
  const header = (at: number) => {
    view.setUint16(at, 20, true);
    view.setUint16(at + 4, 8, true);
    for (const [index, value] of [crc, packed.length, size].entries()) view.setUint32(at + 10 + 4 * index, value, true);
    view.setUint16(at + 22, NAME.length, true);
  };
  const central = 31 + packed.length;
  const end = central + 47;
  view.setUint32(0, 0x04034b50, true);
  header(4);
  bytes[30] = NAME.charCodeAt(0);
  bytes.set(packed, 31);
  view.setUint32(central, 0x02014b50, true);
  header(central + 6);
  bytes[central + 46] = NAME.charCodeAt(0);
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 8, 1, true);
  view.setUint16(end + 10, 1, true);
  view.setUint32(end + 12, 47, true);
  view.setUint32(end + 16, central, true);
  return bytes;
}
