import { DataError } from '@memio/core/adapter';
import { crc32 } from './crc32.ts';
import { exifOrientation } from './exif.ts';
import { type IccProfile, iccProfile } from './icc.ts';
import type { Pacer } from './pacer.ts';
import { PNG_COLOUR_TYPES, PNG_MAX_INTEGER, type PngHeader, pngChunks, pngHeader } from './png.ts';
import { inflateZlib } from './zlib.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What the chunks of a PNG say about its picture. All arrays are aliases of the file, except where it says otherwise. */
export interface PngPicture extends PngHeader {
  /** Samples per pixel: 1 to 4. */
  samples: number;
  interlaced: boolean;
  /** Of colour type 3: red, green, blue for each colour. */
  palette: Bytes | undefined;
  /** Of colour type 3 with transparency: one alpha for each colour of the palette. A copy. */
  alphas: Bytes | undefined;
  /** Of colour types 0 and 2: the samples of the transparent colour, masked to the depth. */
  key: number[] | undefined;
  /** A copy. */
  profile: IccProfile<ArrayBuffer> | undefined;
  /** As in EXIF: 1 as stored, 2 to 8 turned or mirrored. */
  orientation: number;
  /** The data of the IDAT chunks: together one zlib stream, not yet looked at. */
  data: Bytes[];
}

/** In bytes: more than this is checked in slices, between which the event loop runs. */
const SLICE = 2 ** 22;
/** In bytes. The largest profiles in use, those of printers, have about 3 MiB. */
const MAX_PROFILE = 2 ** 24;
/** cICP: BT.709 primaries with the curve of sRGB, full range; what is drawn anyhow. */
const CICP_SRGB = '1,13,0,1';

/**
 * Reads the chunks of a PNG as libpng does, and checks their CRCs and their order. Damage is an error. What has no effect
 * in libpng has none here: transparency behind the image data or before the palette, a palette in a grey picture, an
 * unreadable colour profile.
 *
 * The colour is that of iCCP, or else sRGB: gAMA and cHRM are ignored, as Pillow and sharp ignore them, since much
 * software writes them whatever the colours are. cICP without iCCP is refused unless it means sRGB.
 *
 * @param accept sees the size before the rest is read, and throws to refuse it
 * @see {@link https://www.w3.org/TR/png-3/#5DataRep | PNG, Datastream structure}
 * @throws {DataError} when the PNG is damaged or incomplete, or has a chunk that no decoder may ignore
 */
export async function readPngPicture(
  bytes: Bytes,
  pacer: Pacer,
  accept: (width: number, height: number) => void,
): Promise<PngPicture> {
  let picture: PngPicture | undefined;
  let profile: Bytes | undefined;
  let cicp = CICP_SRGB;
  let last = '';
  for (const { name, start, end, data } of pngChunks(bytes)) {
    await checkCrc(bytes.subarray(start + 4, end), name, pacer);
    if (!picture) {
      if (name !== 'IHDR') throw damaged('IHDR is not its first chunk');
      picture = readHeader(bytes, data.length);
      accept(picture.width, picture.height);
      continue;
    }
    const before = picture.data.length === 0;
    if (name === 'IDAT') {
      if (!before && last !== 'IDAT') throw damaged('other chunks stand between its IDAT chunks');
      picture.data.push(data);
    } else if (name === 'PLTE') {
      if (before) readPalette(picture, data);
    } else if (name === 'tRNS') {
      if (before) readTransparency(picture, data);
    } else if (name === 'iCCP') {
      if (before) profile ??= data;
    } else if (name === 'cICP') {
      if (before) cicp = data.join();
    } else if (name === 'eXIf') picture.orientation = exifOrientation(data);
    else if (name === 'IHDR') throw damaged('a second IHDR');
    else if (/^[A-Z]/.test(name) && name !== 'IEND')
      throw new DataError(`the PNG has a chunk that is not known, ${name}`);
    last = name;
    const pause = pacer.pause();
    if (pause) await pause;
  }
  if (!picture || picture.data.length === 0) throw damaged('it has no image data');
  if (picture.colourType === 3 && !picture.palette) throw damaged('it has no palette');
  picture.profile = await readProfile(picture, profile);
  if (!picture.profile && cicp !== CICP_SRGB)
    throw new DataError(`the colours of the PNG (cICP ${cicp}) are not sRGB and no ICC profile describes them`);
  return picture;
}

/** @param typed the name of a chunk, its data and its CRC */
async function checkCrc(typed: Uint8Array, name: string, pacer: Pacer): Promise<void> {
  const end = typed.length - 4;
  let crc = 0;
  for (let at = 0; at < end; at += SLICE) {
    const pause = pacer.pause();
    if (pause) await pause;
    crc = crc32(typed.subarray(at, Math.min(at + SLICE, end)), crc);
  }
  if (crc !== new DataView(typed.buffer, typed.byteOffset + end, 4).getUint32(0)) throw damaged(`the CRC of ${name}`);
}

function readHeader(bytes: Uint8Array, length: number): PngPicture {
  const header = pngHeader(bytes);
  if (!header) throw damaged(`IHDR of ${length} bytes`);
  const { width, height, depth, colourType, compression, filter, interlace } = header;
  const kind = PNG_COLOUR_TYPES[colourType];
  if (width < 1 || height < 1 || width > PNG_MAX_INTEGER || height > PNG_MAX_INTEGER)
    throw damaged(`a size of ${width} x ${height} pixels`);
  if (!kind?.depths.includes(depth)) throw damaged(`colour type ${colourType} with ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1) throw damaged('its compression, filter or interlace method');
  return {
    ...header,
    samples: kind.samples,
    interlaced: interlace === 1,
    palette: undefined,
    alphas: undefined,
    key: undefined,
    profile: undefined,
    orientation: 1,
    data: [],
  };
}

function readPalette(picture: PngPicture, data: Bytes): void {
  // In a picture without indices it is a suggestion.
  if (picture.colourType !== 3) return;
  if (picture.palette) throw damaged('two palettes');
  if (data.length === 0 || data.length % 3 || data.length > 768) throw damaged(`a palette of ${data.length} bytes`);
  picture.palette = data.subarray(0, 3 * 2 ** picture.depth);
}

function readTransparency(picture: PngPicture, data: Bytes): void {
  const { colourType, samples, depth, palette } = picture;
  if (picture.key || picture.alphas || colourType > 3) return;
  if (colourType === 3) {
    if (!palette) return;
    const colours = palette.length / 3;
    if (data.length > colours) throw damaged(`its transparency has ${data.length} values for ${colours} colours`);
    picture.alphas = new Uint8Array(colours).fill(255);
    picture.alphas.set(data);
    return;
  }
  if (data.length !== 2 * samples) throw damaged(`its transparency has ${data.length} bytes`);
  // "If the image bit depth is less than 16 bits, the least significant bits are used" (PNG, 11.3.1.1).
  picture.key = Array.from(
    { length: samples },
    (_, at) => ((data[2 * at]! << 8) | data[2 * at + 1]!) & (2 ** depth - 1),
  );
}

/** iCCP is a name, a zero, a zero for the method, and a zlib stream. */
async function readProfile({ colourType }: PngPicture, data: Bytes | undefined) {
  const name = data?.indexOf(0) ?? -1;
  if (!data || name < 1 || name > 79 || data[name + 1] !== 0) return undefined;
  const pieces: Bytes[] = [];
  let length = 0;
  try {
    for await (const piece of inflateZlib([data.subarray(name + 2)], 'the colour profile')) {
      pieces.push(piece);
      length += piece.length;
      if (length > MAX_PROFILE) return undefined;
    }
  } catch {
    return undefined;
  }
  const profile = iccProfile(new Uint8Array(await new Blob(pieces).arrayBuffer()));
  return profile?.components === (colourType === 0 || colourType === 4 ? 1 : 3) ? profile : undefined;
}

const damaged = (what: string) => new DataError(`the PNG is damaged: ${what}`);
