/** Pixels, row by row from the top left. What pngjs's `PNG` is, and what a canvas's `ImageData` is. */
export interface PngImage {
  /** In pixels, from 1 on. */
  readonly width: number;
  /** In pixels, from 1 on. */
  readonly height: number;
  /** By default red, green, blue, alpha: 4 values per pixel, of 16 bits in a `Uint16Array`. `inputColorType` changes that. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** The value of the gAMA chunk; 0 or undefined for none. */
  readonly gamma?: number;
  /** The pHYs chunk; undefined for none. */
  readonly resolution?: PngResolution | undefined;
}

/** The pHYs chunk: how large a pixel is meant to be. */
export interface PngResolution {
  /** Pixels per unit, an integer. 300 dpi are 11,811 per metre. */
  readonly x: number;
  /** Pixels per unit, an integer. */
  readonly y: number;
  /** `unknown`: x and y give the shape of a pixel alone. */
  readonly unit: 'metre' | 'unknown';
}

/** pngjs's `PNG`, as far as it concerns a decoded image. `writePng` accepts it as it is. */
export interface Png extends PngImage {
  /** A `Uint8Array`; a `Uint16Array` of an image of 16 bits with `skipRescale`. */
  readonly data: Uint8Array;
  readonly gamma: number;
  bitblt(
    target: Png,
    sourceX: number,
    sourceY: number,
    width: number,
    height: number,
    targetX: number,
    targetY: number,
  ): unknown;
  adjustGamma(): void;
}
