export { BytesIO, type BytesIOOptions } from './bytes-io.ts';
export type { BytesLike } from './bytes-like.ts';
export { BytesView } from './bytes-view.ts';
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
export type { Source } from './feed.ts';
export type { FromOptions } from './ingest.ts';
export { b } from './literal.ts';
