export { type ZipBudgets, ZipFiles, ZipInfo } from '@memio/formats';
export type { ZipArchive, ZipContent, ZipEntry, ZipSource } from './entries.ts';
export type { EntryOptions, ZipOptions } from './options.ts';
export { type ReadZipOptions, readZip } from './read-zip.ts';
export { type StreamZipOptions, streamZip } from './stream-zip.ts';
export { type WriteZipOptions, writeZip } from './write-zip.ts';
