export { DEFAULT_MAX_PIXELS, requireBudget, requirePixels } from './budget.ts';
export { crc32, portableCrc32 } from './crc32.ts';
export { exifOrientation } from './exif.ts';
export { type IccProfile, iccProfile } from './icc.ts';
export type { Deflated, InflateChunks } from './inflate.ts';
export {
  isJpeg,
  JPEG_EOI,
  JPEG_SOS,
  type JpegFrame,
  type JpegSegment,
  jpegCutOff,
  jpegFrame,
  jpegSegments,
} from './jpeg.ts';
export { type JpegPicture, readJpegPicture } from './jpeg-picture.ts';
export { Pacer } from './pacer.ts';
export {
  isPng,
  PNG_COLOUR_TYPES,
  PNG_MAX_INTEGER,
  type PngChunk,
  type PngHeader,
  pngChunks,
  pngCutOff,
  pngHeader,
} from './png.ts';
export { type PngPicture, readPngPicture } from './png-picture.ts';
export { type PngPass, PngUnfilter, pngPasses, unpackSamples, visitPngRows } from './png-rows.ts';
export { describeFormat, detectFormat, type Format } from './signatures.ts';
export { type ZipBudgets, ZipLimits } from './zip-budgets.ts';
export {
  locateZipDirectory,
  readZipDirectory,
  ZIP_TAIL,
  type ZipDirectoryEntry,
  type ZipDirectoryOptions,
  type ZipExtent,
} from './zip-directory.ts';
export { dateOf, isZipFolder, ZipFiles, ZipInfo } from './zip-files.ts';
export {
  checkDescriptor,
  checkLocalHeader,
  placeZipEntries,
  ZIP_DESCRIPTOR_MOST,
  ZIP_LOCAL_MOST,
  type ZipPlace,
} from './zip-local.ts';
export { quoteName, requireZipName, safeZipName } from './zip-names.ts';
export { type ReadArchiveOptions, readZipArchive } from './zip-reader.ts';
export { adler32, Deflater, inflateZlib } from './zlib.ts';
