/** What `writePdf` needs of a document: any PDFKit `PDFDocument`, of the Node.js or of the browser build. */
export interface PdfSource {
  on(event: string, listener: (...args: never[]) => void): unknown;
  end(): void;
}

type Options = Record<string, unknown>;
type ImageOrFont = string | ArrayBuffer | Uint8Array;

/**
 * The part of PDFKit's `PDFDocument` that most documents are made with, so that `writePdf((doc) => …)` is typed where
 * `@types/pdfkit` is not installed. Where it is, annotate the parameter: `(doc: PDFKit.PDFDocument) => …`.
 */
export interface PdfDocument extends PdfSource {
  readonly page: {
    readonly width: number;
    readonly height: number;
    readonly margins: { top: number; left: number; bottom: number; right: number };
  };
  readonly info: Record<string, unknown>;
  x: number;
  y: number;
  addPage(options?: Options): this;
  switchToPage(page: number): unknown;
  bufferedPageRange(): { start: number; count: number };
  flushPages(): void;
  font(source: ImageOrFont, size?: number): this;
  font(source: ImageOrFont, family?: string, size?: number): this;
  registerFont(name: string, source: ImageOrFont, family?: string): this;
  fontSize(size: number): this;
  currentLineHeight(includeGap?: boolean): number;
  widthOfString(text: string, options?: Options): number;
  heightOfString(text: string, options?: Options): number;
  text(text: string, options?: Options): this;
  text(text: string, x?: number, y?: number, options?: Options): this;
  list(items: unknown[], options?: Options): this;
  table(options?: Options): unknown;
  moveDown(lines?: number): this;
  moveUp(lines?: number): this;
  image(source: unknown, options?: Options): this;
  image(source: unknown, x?: number, y?: number, options?: Options): this;
  openImage(source: ImageOrFont): unknown;
  save(): this;
  restore(): this;
  translate(x: number, y: number): this;
  rotate(angle: number, options?: Options): this;
  scale(factor: number, options?: Options): this;
  scale(xFactor: number, yFactor: number, options?: Options): this;
  moveTo(x: number, y: number): this;
  lineTo(x: number, y: number): this;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): this;
  quadraticCurveTo(x1: number, y1: number, x: number, y: number): this;
  rect(x: number, y: number, width: number, height: number): this;
  roundedRect(x: number, y: number, width: number, height: number, radius: number): this;
  circle(x: number, y: number, radius: number): this;
  ellipse(x: number, y: number, radiusX: number, radiusY?: number): this;
  polygon(...points: number[][]): this;
  path(path: string): this;
  clip(rule?: string): this;
  lineWidth(width: number): this;
  lineCap(cap: string): this;
  lineJoin(join: string): this;
  dash(length: number, options?: Options): this;
  undash(): this;
  fill(color?: unknown, rule?: string): this;
  stroke(color?: unknown): this;
  fillAndStroke(fill?: unknown, stroke?: unknown, rule?: string): this;
  fillColor(color: unknown, opacity?: number): this;
  strokeColor(color: unknown, opacity?: number): this;
  fillOpacity(opacity: number): this;
  strokeOpacity(opacity: number): this;
  opacity(opacity: number): this;
  linearGradient(x1: number, y1: number, x2: number, y2: number): unknown;
  radialGradient(x1: number, y1: number, r1: number, x2: number, y2: number, r2: number): unknown;
  link(x: number, y: number, width: number, height: number, url: string | number): this;
  addNamedDestination(name: string, ...args: unknown[]): void;
  file(source: ImageOrFont, options?: Options): unknown;
}

/** PDFKit's own options of `new PDFDocument(options)`; all of them go through as they are. */
export interface PdfDocumentOptions {
  /** A name such as `'A4'`, or `[width, height]` in points (1/72 inch). PDFKit's default: `'letter'`. */
  size?: string | [width: number, height: number];
  layout?: 'portrait' | 'landscape';
  /** In points. PDFKit's default: 72. */
  margin?: number;
  /** In points. */
  margins?: { top: number; left: number; bottom: number; right: number };
  /** `Title`, `Author`, `CreationDate` and so on. */
  info?: Record<string, unknown>;
  font?: string;
  compress?: boolean;
  bufferPages?: boolean;
  autoFirstPage?: boolean;
  pdfVersion?: string;
  lang?: string;
  [option: string]: unknown;
}
