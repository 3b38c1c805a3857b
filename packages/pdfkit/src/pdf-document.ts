import type { CompletePdfDocument } from './complete-document.ts';

// biome-ignore lint/suspicious/noTsIgnore: with @types/pdfkit it is no error
/** @ts-ignore: without @types/pdfkit there are no types, and this one is `any` */
type InstalledPdfDocument = typeof import('pdfkit');

/** No document is this, only `any`. The usual test for `any` fails where a module has no types. */
interface Nowhere {
  readonly 'no document has this member': never;
}

/** What PDFKit accepts and `@types/pdfkit` 0.17 lacks: a `Uint8Array` for bytes, and sizes in the styles of a table. */
type Later = Pick<CompletePdfDocument, 'image' | 'file' | 'table'>;

/**
 * PDFKit's `PDFDocument`: the type of `@types/pdfkit` where that is installed, otherwise a complete one of PDFKit 0.20.
 */
export type PdfDocument = [InstalledPdfDocument] extends [Nowhere] ? CompletePdfDocument : InstalledPdfDocument & Later;
