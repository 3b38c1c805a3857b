/**
 * Where the bytes of a `BytesIO` live: in memory (`MemoryStore`), or in a file (`SpooledBytesIO` of `@memio/node`).
 *
 * Internal: for the packages of memio, which pin the version of `@memio/core`. It may change in every release.
 *
 * @module
 */
export { Holders } from './holders.ts';
export { MemoryStore } from './memory-store.ts';
export { type Content, HOLD, holdContent, STORE, type Store } from './store.ts';
