import type { BytesIO } from '@memio/core';
import { type ChunkSink, describe, typeError, type WriteOptions, writeChunks } from '@memio/core/adapter';
import PDFKitDocument from 'pdfkit';
import type { PdfDocument, PdfDocumentOptions, PdfSource } from './pdf-document.ts';

export type { PdfDocument, PdfDocumentOptions, PdfSource } from './pdf-document.ts';

export type WritePdfOptions = WriteOptions;

const OPERATION = { adapter: '@memio/pdfkit', operation: 'writePdf' };

/**
 * Writes a PDF: one that `build` draws, or a document that has been drawn already. It ends the document (PDFKit's
 * `doc.end()`), waits for its last byte and settles whatever happens.
 *
 * The PDF is written at the cursor of `into`, in one step once it is complete: on failure `into` is as it was. Without
 * `into` a new stream is returned, its cursor at 0, ready to read.
 *
 * @param build draws the document; what it returns is awaited. PDFKit's own options (`size`, `margin`, `info`, …) are
 *   those of `new PDFDocument(options)`.
 * @param doc a document that nobody else reads: no `pipe`, no `data` listener. It may have been ended.
 * @throws {AdapterError} when PDFKit fails, or the document was destroyed, closed early or read by somebody else
 * @throws {TypeError} when `source` is neither a document nor a function, or `into` is not a stream
 * @throws what `build` threw, as it is; and the reason of `signal`, as it is
 *
 * @example
 * ```ts
 * const pdf = await writePdf((doc) => doc.fontSize(24).text('Invoice'), { size: 'A4' });
 * pdf.read(5); //=> b`%PDF-`
 * ```
 */
export function writePdf<Doc = PdfDocument>(
  build: (doc: Doc) => unknown,
  options?: WritePdfOptions | (PdfDocumentOptions & WritePdfOptions),
): Promise<BytesIO>;
export function writePdf(doc: PdfSource, options?: WritePdfOptions): Promise<BytesIO>;
export async function writePdf(
  source: PdfSource | ((doc: never) => unknown),
  { into, signal, onProgress, ...options }: WritePdfOptions = {},
): Promise<BytesIO> {
  const build = typeof source === 'function' ? (source as (doc: Document) => unknown) : undefined;
  if (!build && !isDocument(source)) {
    throw typeError(`Cannot write a PDF of ${describe(source)}: expected a PDFDocument or a function that draws one`);
  }
  return writeChunks(OPERATION, { into, signal, onProgress }, (sink) => {
    const doc = build ? (new PDFKitDocument(options) as unknown as Document) : (source as Document);
    requireUnread(doc, 0);
    doc.on('data', sink.push);
    let ended = false;
    doc.on('end', () => {
      ended = true;
      drawn.then(sink.end);
    });
    doc.on('error', sink.fail);
    doc.on('close', () => {
      if (!ended) sink.fail(new Error('the document was closed before its end'));
    });
    doc.on('pause', () => doc.resume());
    doc.resume();
    const drawn = draw(doc, build, sink);
    return () => doc.destroy?.();
  });
}

/** Settles when the document is drawn and ended; that it failed is told to the sink alone. */
async function draw(doc: Document, build: ((doc: Document) => unknown) | undefined, sink: ChunkSink): Promise<void> {
  try {
    await build?.(doc);
  } catch (error) {
    return sink.reject(error);
  }
  try {
    if (build) requireUnread(doc, 1);
    // A second end() would push after the end of the stream, which nobody could catch.
    if (!hasEnded(doc)) doc.end();
  } catch (error) {
    sink.fail(error);
  }
}

/** What PDFKit's two builds have; the browser's imitation of a stream has none of the optional members. */
interface Document extends PdfSource {
  resume(): unknown;
  destroy?(): unknown;
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  readonly readableDidRead?: boolean;
  readonly readableEncoding?: string | null;
  listenerCount?(event: string): number;
  /** Made by `end()`. */
  readonly _info?: unknown;
  /** Of the browser's imitation. */
  readonly _flowing?: boolean;
}

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' &&
  value !== null &&
  ['on', 'end', 'resume', 'addPage'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const hasEnded = (doc: Document): boolean => doc._info !== undefined;

/**
 * A document whose bytes go, or went, somewhere else would give a file that lacks its beginning, or never end.
 *
 * @param listeners how many of those that listen to its data are ours
 */
function requireUnread(doc: Document, listeners: number): void {
  if (listeners === 0) {
    if (doc.readableEnded || doc.readableDidRead) throw new Error('the document was read before; draw a new one');
    if (doc.destroyed) throw new Error('the document was destroyed');
    if (doc._flowing) throw READ_ELSEWHERE();
  }
  const { listenerCount, readableEncoding } = doc;
  if (listenerCount && listenerCount.call(doc, 'data') + listenerCount.call(doc, 'readable') > listeners) {
    throw READ_ELSEWHERE();
  }
  if (readableEncoding) {
    throw new Error(`the document yields text instead of bytes; leave out setEncoding('${readableEncoding}')`);
  }
}

const READ_ELSEWHERE = () =>
  new Error(
    'somebody else reads the document; writePdf has to be its only reader, so leave out pipe() and data listeners',
  );
