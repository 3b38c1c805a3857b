export { DEFAULT_MAX_PIXELS, requireBudget, requirePixels } from './budget.ts';
export { crc32, portableCrc32 } from './crc32.ts';
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
export { describeFormat, detectFormat, type Format } from './signatures.ts';
export { type ZipBudgets, ZipUsage } from './zip-budgets.ts';
export { type DirectoryOptions, readZipDirectory, type ZipDirectoryEntry } from './zip-directory.ts';
export { requireZipName, safeZipName } from './zip-names.ts';
