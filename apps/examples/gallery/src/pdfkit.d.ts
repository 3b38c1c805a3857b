declare module 'pdfkit' {
  const PDFDocument: unknown;
  export default PDFDocument;
  /** Of the build for browsers. */
  export function registerStdFonts(...fonts: unknown[]): void;
}

declare module 'pdfkit/standard-fonts/*' {
  const font: unknown;
  export default font;
}
