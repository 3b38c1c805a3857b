import { Buffer } from 'buffer';
import { deflate, deflateRaw, gzip, inflateRaw } from 'pako';

export { crc32 } from './crc32.ts';

export const deflateSync = (bytes: Uint8Array): Buffer => Buffer.from(deflate(bytes));
export const deflateRawSync = (bytes: Uint8Array): Buffer => Buffer.from(deflateRaw(bytes));
export const gzipSync = (bytes: Uint8Array): Buffer => Buffer.from(gzip(bytes));
export const inflateRawSync = (bytes: Uint8Array): Buffer => Buffer.from(inflateRaw(bytes));
