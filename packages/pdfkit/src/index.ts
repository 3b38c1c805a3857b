export type { CompletePdfDocument } from './complete-document.ts';
export type { PdfDocumentInfo, PdfDocumentOptions, PdfPageOptions, PdfPermissions } from './document-options.ts';
export type { PdfDocument } from './pdf-document.ts';
export type { PdfSource } from './pdf-source.ts';
export type { Pixels } from './pixels.ts';
export { type ImageDocument, type PlaceImageOptions, placeImage } from './place-image.ts';
export { type WritePdfOptions, writePdf } from './write-pdf.ts';
