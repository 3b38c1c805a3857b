export { type LoadOptions, load } from './load.ts';
export { createReadStream, type ReadStreamOptions } from './read-stream.ts';
export { type SaveOptions, saveTo } from './save-to.ts';
export { SpooledBytesIO, type SpooledBytesIOOptions } from './spooled-bytes-io.ts';
export { toBuffer } from './to-buffer.ts';
export { createWriteStream, type WriteStreamOptions } from './write-stream.ts';
