export { type ZipBudgets, ZipFiles, ZipInfo } from '@memio/formats';
export type { ZipOptions } from './generation.ts';
export { type ReadZipOptions, readZip } from './read-zip.ts';
export { type StreamZipOptions, streamZip } from './stream-zip.ts';
export { type WriteZipOptions, writeZip } from './write-zip.ts';
export type { ZipArchive, ZipContent, ZipEntry, ZipSource } from './zip-source.ts';
