import { Deflater } from '@memio/formats';
import { fingerprint } from './fingerprint.ts';
import type { ColourProfile } from './picture.ts';

export async function colourProfile(bytes: Uint8Array<ArrayBuffer>): Promise<ColourProfile> {
  const deflater = new Deflater();
  await deflater.write(bytes);
  return {
    fingerprint: await fingerprint(bytes),
    stream: { filter: 'FlateDecode', filteredRows: false, pieces: await deflater.finish() },
  };
}
