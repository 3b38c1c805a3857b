/** What `writePdf` needs of a document: any PDFKit `PDFDocument`, of the Node.js or of the browser build. */
export interface PdfSource {
  on(event: string, listener: (...args: never[]) => void): unknown;
  end(): void;
}
