export type { ZipBudgets } from './budgets.ts';
export { type ReadZipOptions, readZip } from './read-zip.ts';
export {
  type WriteZipOptions,
  writeZip,
  type ZipArchive,
  type ZipContent,
  type ZipEntry,
  type ZipSource,
} from './write-zip.ts';
