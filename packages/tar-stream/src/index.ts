export { type ReadTarOptions, readTar } from './read-tar.ts';
export { type StreamTarOptions, streamTar } from './stream-tar.ts';
export { TarFiles, type TarInfo, type TarType } from './tar-files.ts';
export type { TarOptions } from './tar-options.ts';
export type { NameEncoding, TarBudgets } from './tar-reader.ts';
export type { TarContent, TarEntry, TarSource } from './tar-source.ts';
export { type WriteTarOptions, writeTar } from './write-tar.ts';
