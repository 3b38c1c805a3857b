type Size = number | string;

/** The entries of a document's information dictionary that readers know. */
export interface PdfDocumentInfo {
  Title?: string | undefined;
  Author?: string | undefined;
  Subject?: string | undefined;
  Keywords?: string | undefined;
  Creator?: string | undefined;
  Producer?: string | undefined;
  CreationDate?: Date | undefined;
  ModDate?: Date | undefined;
}

/** What somebody who opens an encrypted document without the owner's password may do. */
export interface PdfPermissions {
  modifying?: boolean | undefined;
  copying?: boolean | undefined;
  annotating?: boolean | undefined;
  fillingForms?: boolean | undefined;
  contentAccessibility?: boolean | undefined;
  documentAssembly?: boolean | undefined;
  printing?: 'lowResolution' | 'highResolution' | undefined;
}

/** PDFKit's options of a page. */
export interface PdfPageOptions {
  /** A name such as `'A4'`, or `[width, height]` in points (1/72 inch). PDFKit's default: `'letter'`. */
  size?: string | number[] | undefined;
  layout?: 'portrait' | 'landscape' | undefined;
  /** In points, or with a unit: `'2cm'`. PDFKit's default: 72. */
  margin?: Size | undefined;
  margins?: { top: Size; left: Size; bottom: Size; right: Size } | Size | undefined;
  /** The size of a point, in 1/72 inch. */
  userUnit?: number | undefined;
  font?: string | Uint8Array | ArrayBuffer | undefined;
  fontFamily?: string | undefined;
  fontSize?: number | undefined;
}

/** PDFKit's options of `new PDFDocument(options)`; all of them go through as they are. */
export interface PdfDocumentOptions extends PdfPageOptions {
  info?: PdfDocumentInfo | undefined;
  /** PDFKit's default: 1.3. */
  pdfVersion?: '1.3' | '1.4' | '1.5' | '1.6' | '1.7' | '1.7ext3' | undefined;
  /** Whether streams are compressed. PDFKit's default: `true`. */
  compress?: boolean | undefined;
  /** Keeps pages until the end, so that `switchToPage` finds them. */
  bufferPages?: boolean | undefined;
  /** PDFKit's default: `true`. */
  autoFirstPage?: boolean | undefined;
  userPassword?: string | undefined;
  ownerPassword?: string | undefined;
  permissions?: PdfPermissions | undefined;
  /** Such as `en-GB`. */
  lang?: string | undefined;
  /** Shows the title instead of the file's name. */
  displayTitle?: boolean | undefined;
  pageLayout?: string | undefined;
  /** Marks the structure of the document, for accessibility. */
  tagged?: boolean | undefined;
  /** Such as `PDF/A-3b` or `PDF/UA`. */
  subset?: string | undefined;
  /** Draws images as they are stored, whichever way up their EXIF data says. */
  ignoreOrientation?: boolean | undefined;
  fontLayoutCache?: boolean | undefined;
}

/** Their names; the last ones are those of Node.js's `Readable`, which a document is. */
export const DOCUMENT_OPTIONS: readonly string[] = [
  ...['size', 'layout', 'margin', 'margins', 'userUnit', 'font', 'fontFamily', 'fontSize'],
  ...['info', 'pdfVersion', 'compress', 'bufferPages', 'autoFirstPage'],
  ...['userPassword', 'ownerPassword', 'permissions', 'lang', 'displayTitle', 'pageLayout', 'tagged', 'subset'],
  ...['ignoreOrientation', 'fontLayoutCache'],
  'highWaterMark',
];
