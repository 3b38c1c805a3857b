import { type Pacer, readJpegPicture } from '@memio/formats';
import { colourProfile } from './colour-profile.ts';
import type { Accept, Picture } from './picture.ts';

/**
 * Checks a JPEG to its last block, and hands on what makes the picture: PDF readers decode JPEG themselves.
 *
 * @throws {DataError} when the JPEG is damaged, incomplete, or of a process that PDF does not have
 */
export async function jpegPicture(bytes: Uint8Array<ArrayBuffer>, pacer: Pacer, accept: Accept): Promise<Picture> {
  const { width, height, orientation, components, inverted, profile, pieces } = await readJpegPicture(
    bytes,
    pacer,
    accept,
  );
  return {
    width,
    height,
    orientation,
    components,
    bits: 8,
    inverted,
    profile: profile && (await colourProfile(profile.bytes)),
    colours: { filter: 'DCTDecode', filteredRows: false, pieces },
  };
}
