export type { Color, FormatOptions, Image, Pixels, ReadableFormat, WritableFormat } from './image.ts';
export type { Timeout } from './options.ts';
export { type ReadImageOptions, readImage } from './read-image.ts';
export { type WriteImageBaseOptions, type WriteImageOptions, writeImage } from './write-image.ts';
