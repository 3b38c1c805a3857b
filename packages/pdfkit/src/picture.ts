type Bytes = Uint8Array<ArrayBuffer>;

/** A picture in the form that a PDF has it (ISO 32000-1, 8.9.5), ready to be embedded. */
export interface Picture {
  /** In pixels, as stored. */
  width: number;
  height: number;
  /** As in EXIF: 1 as stored, 2 to 8 turned or mirrored. */
  orientation: number;
  /** Samples per pixel of `colours`, or of the palette. */
  components: 1 | 3 | 4;
  /** Bits per sample. */
  bits: number;
  /** Red, green, blue for each index that `colours` has. */
  palette?: Bytes | undefined;
  /** An ICC profile for as many components. */
  profile?: ColourProfile | undefined;
  /** Whether the samples are those of a negative. */
  inverted?: boolean;
  /** Samples of a transparent colour. */
  key?: readonly number[] | undefined;
  colours: ImageStream;
  /** One byte a pixel; `undefined` for an opaque picture. */
  alpha?: ImageStream | undefined;
}

/** Compressed samples, in pieces. */
export interface ImageStream {
  filter: 'FlateDecode' | 'DCTDecode';
  /** Whether each row begins with the byte of a PNG filter. */
  filteredRows: boolean;
  pieces: Bytes[];
}

/** A colour profile, compressed. */
export interface ColourProfile {
  /** By which documents know it again. */
  fingerprint: string;
  stream: ImageStream;
}

/** Sees the size of a picture before it is decoded, and throws to refuse it. */
export type Accept = (width: number, height: number) => void;
