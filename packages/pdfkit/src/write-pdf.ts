import type { BytesIO } from '@memio/core';
import {
  type ChunkSink,
  describe,
  rangeError,
  requireOptions,
  typeError,
  type WriteOptions,
  writeChunks,
} from '@memio/core/adapter';
import PDFKitDocument from 'pdfkit';
import { DOCUMENT_OPTIONS, type PdfDocumentOptions } from './document-options.ts';
import { type DocumentState, stateOf } from './document-state.ts';
import { hasEnded } from './internals.ts';
import { refuseMissingGlyphs } from './missing-glyphs.ts';
import type { PdfDocument } from './pdf-document.ts';
import type { PdfSource } from './pdf-source.ts';

/** Options of `writePdf`; with `build` PDFKit's own may stand beside them. */
export interface WritePdfOptions extends Omit<WriteOptions, 'onProgress'> {
  /** Called with the number of bytes made, and of pages begun, so far: for each chunk, and for each page at once. */
  onProgress?: ((written: number, pages: number) => void) | undefined;
  /**
   * Makes the same bytes of the same input: the date of creation is 1970-01-01 unless `info.CreationDate` names one. A
   * document of the caller must have been made with an `info.CreationDate`, since its file id was made of that.
   */
  deterministic?: boolean | undefined;
  /**
   * What to do when `build` draws a character that the current font lacks: `'error'` (the default) throws a `DataError`
   * from the method that draws it; `'ignore'` leaves it to PDFKit, which draws other characters or an empty box.
   */
  missingGlyphs?: 'error' | 'ignore' | undefined;
}

/** Those that a document of the caller leaves: PDFKit's belong to its constructor. */
const OWN_OPTIONS: readonly (keyof WritePdfOptions)[] = [
  'into',
  'signal',
  'onProgress',
  'deterministic',
  'missingGlyphs',
];

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
 * @throws {AdapterError} when PDFKit fails, or the document was destroyed, closed early or read by somebody else
 * @throws {TypeError} when `source` is neither a document nor a function, `into` is not a stream, or the document cannot
 *   be `deterministic`
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
/**
 * The same for a document that has been drawn already.
 *
 * @param doc a document that nobody else reads: no `pipe`, no `data` listener. It may have been ended.
 */
export function writePdf(doc: PdfSource, options?: WritePdfOptions): Promise<BytesIO>;
export async function writePdf(
  source: PdfSource | ((doc: never) => unknown),
  { into, signal, onProgress, deterministic, missingGlyphs = 'error', ...rest }: WritePdfOptions = {},
): Promise<BytesIO> {
  const options: PdfDocumentOptions = rest;
  const build = typeof source === 'function' ? (source as (doc: Document) => unknown) : undefined;
  if (!build && !isDocument(source)) {
    throw typeError(`Cannot write a PDF of ${describe(source)}: expected a PDFDocument or a function that draws one`);
  }
  requireOptions(rest, 'write a PDF', build ? DOCUMENT_OPTIONS : OWN_OPTIONS);
  if (missingGlyphs !== 'error' && missingGlyphs !== 'ignore')
    throw rangeError(`Cannot set missingGlyphs to ${describe(missingGlyphs)}: expected "error" or "ignore"`);
  if (deterministic) requireReproducible(build ? options : (source as Document).options, !build);
  let doc: Document;
  const pages = () => {
    const { start, count } = doc.bufferedPageRange();
    return start + count;
  };
  const report = onProgress && ((written: number) => onProgress(written, pages()));
  return writeChunks(OPERATION, { into, signal, onProgress: report }, (sink) => {
    doc = build ? create(options, deterministic) : (source as Document);
    if (build && missingGlyphs === 'error') refuseMissingGlyphs(doc, OPERATION);
    requireUnread(doc, 0);
    const state = stateOf(doc);
    state.report();
    let written = 0;
    let settled = false;
    const stop = () => {
      settled = true;
    };
    doc.on('data', (chunk: Uint8Array) => {
      written += chunk.length;
      sink.push(chunk);
    });
    if (report) {
      doc.on('pageAdded', () => {
        // Thrown from here it would look as if drawing had failed.
        try {
          if (!settled && !signal?.aborted) report(written);
        } catch (error) {
          stop();
          sink.reject(error);
        }
      });
    }
    let ended = false;
    doc.on('end', () => {
      ended = true;
      drawn.then(stop).then(sink.end);
    });
    doc.on('error', sink.fail);
    doc.on('close', () => {
      if (!ended) sink.fail(new Error('the document was closed before its end'));
    });
    doc.on('pause', () => doc.resume());
    doc.resume();
    const drawn = draw(doc, build, state, sink);
    return () => {
      stop();
      state.abandon();
      doc.destroy?.();
    };
  });
}

function create(options: PdfDocumentOptions, deterministic: boolean | undefined): Document {
  // The constructor makes the file id of the date: afterwards it is too late.
  const info = deterministic ? { info: { CreationDate: new Date(0), ...options.info } } : {};
  try {
    return new PDFKitDocument({ ...options, ...info } as object) as unknown as Document;
  } catch (cause) {
    // PDFKit looks the name up, and reads from nothing.
    if (typeof options.size !== 'string' || !(cause instanceof TypeError)) throw cause;
    const message = `Cannot make a page of the size ${JSON.stringify(options.size)}: expected a name such as "A4" or "letter", or [width, height] in points`;
    throw rangeError(message, { cause });
  }
}

/** Passwords of these versions encrypt with AES, which begins with random bytes. */
const AES = ['1.6', '1.7', '1.7ext3'];

function requireReproducible(options: PdfDocumentOptions = {}, made: boolean): void {
  const { info, ownerPassword, pdfVersion = '', userPassword } = options;
  if (made && !info?.['CreationDate']) {
    throw typeError(
      'Cannot write this document deterministically: its file id was made of the current time; construct it with info.CreationDate',
    );
  }
  if ((ownerPassword || userPassword) && AES.includes(pdfVersion)) {
    throw typeError(`Cannot encrypt a PDF ${pdfVersion} deterministically: its encryption begins with random bytes`);
  }
}

/** Settles when the document is drawn and ended; that it failed is told to the sink alone. */
async function draw(
  doc: Document,
  build: ((doc: Document) => unknown) | undefined,
  state: DocumentState,
  sink: ChunkSink,
): Promise<void> {
  try {
    await build?.(doc);
  } catch (error) {
    return sink.reject(error);
  }
  const complaint = state.complaint();
  if (complaint) {
    const { message, cause } = complaint;
    return sink.reject(Object.assign(typeError(`Cannot write the PDF: ${message}`), cause !== undefined && { cause }));
  }
  try {
    if (build) requireUnread(doc, 1);
    // A second end() would push after the end of the stream, which nobody could catch.
    if (!hasEnded(doc)) doc.end();
    // Browsers' imitation of a stream does not tell that it was paused.
    doc.resume();
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
  /** What it was constructed with. */
  readonly options?: PdfDocumentOptions;
  bufferedPageRange(): { start: number; count: number };
  /** Of the browser's imitation. */
  readonly _flowing?: boolean;
}

const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' &&
  value !== null &&
  ['on', 'end', 'resume', 'addPage'].every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

/**
 * A document whose bytes go, or went, somewhere else would give a file that lacks its beginning, or never end.
 *
 * @param listeners how many of those that listen to its data are ours
 */
function requireUnread(doc: Document, listeners: number): void {
  if (listeners === 0) {
    if (doc.readableEnded || doc.readableDidRead)
      throw typeError('Cannot write this document: it was read before; draw a new one');
    if (doc.destroyed) throw new Error('the document was destroyed');
    if (doc._flowing) throw READ_ELSEWHERE();
  }
  const { listenerCount, readableEncoding } = doc;
  if (listenerCount && listenerCount.call(doc, 'data') + listenerCount.call(doc, 'readable') > listeners) {
    throw READ_ELSEWHERE();
  }
  if (readableEncoding) {
    throw typeError(
      `Cannot write this document: it yields text instead of bytes; leave out setEncoding('${readableEncoding}')`,
    );
  }
}

const READ_ELSEWHERE = () =>
  typeError(
    'Cannot write this document: somebody else reads it; writePdf has to be its only reader, so leave out pipe() and data listeners',
  );
