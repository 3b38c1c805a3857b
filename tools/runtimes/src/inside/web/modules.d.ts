declare module 'readable-stream' {
  export * from 'node:stream';
  export { default } from 'node:stream';
}
declare module 'pako' {
  type Transform = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;
  export const deflate: Transform;
  export const deflateRaw: Transform;
  export const gzip: Transform;
  export const inflateRaw: Transform;
}
