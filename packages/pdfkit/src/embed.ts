import { endWithStream, makeReference, type OpenedImage, type PdfReference } from './internals.ts';
import type { ImageStream, Picture } from './picture.ts';

const SPACES = { 1: 'DeviceGray', 3: 'DeviceRGB', 4: 'DeviceCMYK' } as const;

/**
 * Writes a picture into a document as an image XObject (ISO 32000-1, 8.9.5), with its alpha as a soft mask.
 *
 * @param profiles of the document: pictures with the same profile share one copy
 */
export function embedPicture(
  doc: object,
  picture: Picture,
  label: string,
  profiles: Map<string, PdfReference>,
): OpenedImage {
  const { width, height, orientation, components, bits, palette, profile, inverted, key, colours, alpha } = picture;
  const stream = (data: Record<string, unknown>, pieces: readonly Uint8Array[]) => {
    const reference = makeReference(doc, data);
    endWithStream(doc, reference, pieces);
    return reference;
  };
  const image = (of: ImageStream, samples: number, depth: number, entries: Record<string, unknown>) =>
    stream(
      {
        Type: 'XObject',
        Subtype: 'Image',
        Width: width,
        Height: height,
        BitsPerComponent: depth,
        ...entries,
        Filter: of.filter,
        ...(of.filteredRows && {
          DecodeParms: { Predictor: 15, Colors: samples, BitsPerComponent: depth, Columns: width },
        }),
      },
      of.pieces,
    );

  let space: unknown = SPACES[components];
  if (profile) {
    const { fingerprint, stream: of } = profile;
    const entries = { N: components, Alternate: SPACES[components], Filter: of.filter };
    const known = profiles.get(fingerprint) ?? stream(entries, of.pieces);
    profiles.set(fingerprint, known);
    space = ['ICCBased', known];
  }
  if (palette) space = ['Indexed', space, palette.length / 3 - 1, stream({}, [palette])];
  const mask = alpha && image(alpha, 1, 8, { ColorSpace: 'DeviceGray' });
  const reference = image(colours, palette ? 1 : components, bits, {
    ColorSpace: space,
    ...(inverted && { Decode: [1, 0, 1, 0, 1, 0, 1, 0] }),
    ...(key && { Mask: key.flatMap((sample) => [sample, sample]) }),
    ...(mask && { SMask: mask }),
  });
  // doc.image() calls embed() only for an image without obj.
  return { width, height, orientation, label, obj: reference, embed() {} };
}
