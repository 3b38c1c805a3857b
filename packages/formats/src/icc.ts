/** The colours that an ICC profile describes, by the number of samples. */
export interface IccProfile<Memory extends ArrayBufferLike = ArrayBufferLike> {
  components: 1 | 3 | 4;
  /** An alias, without bytes that follow the profile. */
  bytes: Uint8Array<Memory>;
}

const SPACES: Record<string, 1 | 3 | 4 | undefined> = { GRAY: 1, 'RGB ': 3, CMYK: 4 };
/** Classes that describe the colours of an image: of a scanner, a display, a printer or a colour space. */
const CLASSES = ['scnr', 'mntr', 'prtr', 'spac'];
const HEADER = 128;

/**
 * Checks the header and the tag table of an ICC profile.
 *
 * @returns `undefined` for anything but a profile of grey, RGB or CMYK images of version 2 or 4
 * @see {@link https://www.color.org/specification/ICC.1-2022-05.pdf | ICC.1:2022, 7.2 and 7.3}
 */
export function iccProfile<Memory extends ArrayBufferLike>(bytes: Uint8Array<Memory>): IccProfile<Memory> | undefined {
  if (bytes.length < HEADER + 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const size = view.getUint32(0);
  const components = SPACES[text(16)];
  const known =
    size >= HEADER + 4 &&
    size <= bytes.length &&
    view.getUint8(8) <= 4 &&
    CLASSES.includes(text(12)) &&
    ['XYZ ', 'Lab '].includes(text(20)) &&
    text(36) === 'acsp';
  if (!known || !components) return undefined;
  const tags = view.getUint32(HEADER);
  if (tags < 1 || HEADER + 4 + 12 * tags > size) return undefined;
  for (let tag = HEADER + 4; tag < HEADER + 4 + 12 * tags; tag += 12)
    if (view.getUint32(tag + 4) + view.getUint32(tag + 8) > size) return undefined;
  return { components, bytes: bytes.subarray(0, size) };
}
