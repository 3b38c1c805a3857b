import type {
  AvifOptions,
  GifOptions,
  JpegOptions,
  OutputOptions,
  PngOptions,
  Sharp,
  TiffOptions,
  WebpOptions,
} from 'sharp';

/** Pixels, row by row from the top left. What `readImage` returns and what a canvas's `ImageData` is. */
export interface Pixels {
  /** In pixels, from 1 on. */
  readonly width: number;
  /** In pixels, from 1 on: of an animation that of all frames together. */
  readonly height: number;
  /** Values per pixel: 1 grey, 2 grey and alpha, 3 colour, 4 colour and alpha. Default: as many as `data` has. */
  readonly channels?: 1 | 2 | 3 | 4;
  /** 8 bits per value, or 16 in a `Uint16Array`. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** In an animation, whose frames are one below the other: the height of one, in pixels. Default: `height`. */
  readonly pageHeight?: number | undefined;
  /** How long each frame of an animation is shown, in milliseconds. */
  readonly delay?: readonly number[] | undefined;
  /** How often an animation is shown; 0 for ever. */
  readonly loop?: number | undefined;
}

/** A decoded image. `writeImage`, and `placeImage` of `@memio/pdfkit`, accept it. */
export interface Image extends Pixels {
  /** 3, or 4 with alpha: grey becomes colour. */
  readonly channels: 3 | 4;
  /** 8 bits per value, in sRGB. The caller's alone. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** The format of the file. */
  readonly format: ReadableFormat;
}

/** The formats that `writeImage` writes. */
export type WritableFormat = 'avif' | 'gif' | 'jpeg' | 'png' | 'tiff' | 'webp';

/** The formats that `readImage` reads: `svg` only when `formats` names it. */
export type ReadableFormat = WritableFormat | 'svg';

/** A colour as sharp takes it: `#ffffff`, `rgb(255, 255, 255)`, `{ r, g, b }`. */
export type Color = NonNullable<Extract<Parameters<Sharp['flatten']>[0], { background?: unknown }>['background']>;

/** sharp's options of a format, all but `force`, which would let another format win. */
export interface FormatOptions {
  avif: Omit<AvifOptions, keyof OutputOptions>;
  gif: Omit<GifOptions, keyof OutputOptions>;
  jpeg: Omit<JpegOptions, keyof OutputOptions>;
  png: Omit<PngOptions, keyof OutputOptions>;
  tiff: Omit<TiffOptions, keyof OutputOptions>;
  webp: Omit<WebpOptions, keyof OutputOptions>;
}
