const ORIENTATION = 0x0112;
const SHORT = 3;

/**
 * The orientation in a block of EXIF data, which is a TIFF file without pixels: 1 as stored, 2 to 8 turned or mirrored.
 *
 * @param tiff of a JPEG's APP1 segment what follows `Exif\0\0`; of a PNG the data of eXIf
 * @returns 1 where there is none, or it cannot be read
 * @see {@link https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf | Exif 2.3, 4.6.4, Orientation}
 */
export function exifOrientation(tiff: Uint8Array): number {
  if (tiff.length < 8) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
  const order = view.getUint16(0);
  const little = order === 0x4949;
  if ((!little && order !== 0x4d4d) || view.getUint16(2, little) !== 42) return 1;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const end = directory + 2 + 12 * view.getUint16(directory, little);
  for (let entry = directory + 2; entry < end && entry + 12 <= tiff.length; entry += 12) {
    if (view.getUint16(entry, little) !== ORIENTATION) continue;
    if (view.getUint16(entry + 2, little) !== SHORT || view.getUint32(entry + 4, little) !== 1) return 1;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
