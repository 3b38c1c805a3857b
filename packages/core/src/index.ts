export { BytesIO, type BytesIOOptions } from './bytes-io.ts';
export type { BytesLike } from './bytes-like.ts';
export { BytesView } from './bytes-view.ts';
export {
  BufferError,
  ClosedError,
  IngestError,
  isMemioError,
  LimitError,
  type MemioError,
  type MemioErrorCode,
  UnsupportedOperation,
} from './errors.ts';
export type { Source } from './feed.ts';
export type { FromOptions } from './ingest.ts';
export { b } from './literal.ts';
