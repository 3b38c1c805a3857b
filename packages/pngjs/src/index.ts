export type { Png, PngImage, PngResolution } from './png-image.ts';
export { type ReadPngOptions, readPng } from './read-png.ts';
export { type WritePngOptions, writePng } from './write-png.ts';
