export type { PdfDocument, PdfDocumentOptions, PdfSource } from './pdf-document.ts';
export type { Pixels } from './pixels.ts';
export { type ImageDocument, type PlaceImageOptions, placeImage } from './place-image.ts';
export { type WritePdfOptions, writePdf } from './write-pdf.ts';
