export type { Base64Options } from './base64.ts';
export { BytesIO, type BytesIOOptions, type StreamClass, type StreamOptions } from './bytes-io.ts';
export type { BytesLike } from './bytes-like.ts';
export { BytesView } from './bytes-view.ts';
export type { FromOptions } from './collect.ts';
export {
  AdapterError,
  BufferError,
  ClosedError,
  DataError,
  isMemioError,
  LimitError,
  type MemioError,
  type MemioErrorCode,
  SourceError,
  UnsupportedOperation,
} from './errors.ts';
export { b } from './literal.ts';
export type { Source } from './source.ts';
export type { SinkChunk } from './web-streams.ts';
