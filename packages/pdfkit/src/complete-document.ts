import type { PdfDocumentInfo, PdfDocumentOptions, PdfPageOptions } from './document-options.ts';
import type { PdfSource } from './pdf-source.ts';

// The methods and options of PDFKit 0.20, for projects without @types/pdfkit.

export interface PdfGradient {
  stop(position: number, color: PdfColor, opacity?: number): this;
}

/** A name, `#rrggbb`, RGB from 0 to 255, CMYK from 0 to 100, or what `linearGradient` and its like return. */
export type PdfColor = string | readonly number[] | PdfGradient | readonly [pattern: object, color: string | number[]];
export type PdfRule = 'even-odd' | 'evenodd' | 'non-zero' | 'nonzero';
type Bytes = string | ArrayBuffer | Uint8Array;
type Origin = { origin?: number[] | undefined };

export interface PdfTextOptions {
  lineBreak?: boolean | undefined;
  width?: number | undefined;
  height?: number | undefined;
  rotation?: number | undefined;
  ellipsis?: boolean | string | undefined;
  columns?: number | undefined;
  columnGap?: number | undefined;
  indent?: number | undefined;
  indentAllLines?: boolean | undefined;
  paragraphGap?: number | undefined;
  lineGap?: number | undefined;
  wordSpacing?: number | undefined;
  characterSpacing?: number | undefined;
  /** In percent. */
  horizontalScaling?: number | undefined;
  fill?: boolean | undefined;
  stroke?: boolean | undefined;
  link?: string | number | null | undefined;
  goTo?: string | null | undefined;
  destination?: string | undefined;
  underline?: boolean | undefined;
  strike?: boolean | undefined;
  continued?: boolean | undefined;
  oblique?: boolean | number | undefined;
  align?: 'left' | 'center' | 'right' | 'justify' | undefined;
  baseline?:
    | number
    | 'svg-middle'
    | 'middle'
    | 'svg-central'
    | 'bottom'
    | 'ideographic'
    | 'alphabetic'
    | 'mathematical'
    | 'hanging'
    | 'top'
    | undefined;
  /** OpenType features, such as `liga`. */
  features?: string[] | Record<string, boolean> | undefined;
  listType?: 'bullet' | 'numbered' | 'lettered' | undefined;
  bulletRadius?: number | undefined;
  bulletIndent?: number | undefined;
  textIndent?: number | undefined;
  structParent?: PdfStructureElement | undefined;
  structType?: string | undefined;
  structTypes?: (string | null)[] | undefined;
}

export interface PdfImageOptions {
  width?: number | undefined;
  height?: number | undefined;
  scale?: number | undefined;
  fit?: [number, number] | undefined;
  cover?: [number, number] | undefined;
  align?: 'center' | 'right' | undefined;
  valign?: 'center' | 'bottom' | undefined;
  x?: number | undefined;
  y?: number | undefined;
  link?: string | number | undefined;
  goTo?: string | undefined;
  destination?: string | undefined;
  opacity?: number | undefined;
  ignoreOrientation?: boolean | undefined;
}

type TableSize = number | string;
type TableSides<Value> = Value | Value[] | { [side: string]: Value };

export interface PdfCellStyle {
  border?: TableSides<TableSize | boolean> | undefined;
  borderColor?: TableSides<PdfColor> | undefined;
  backgroundColor?: PdfColor | undefined;
  padding?: TableSides<TableSize | boolean> | undefined;
  textStroke?: TableSize | boolean | undefined;
  textStrokeColor?: PdfColor | undefined;
  textColor?: PdfColor | undefined;
  align?: string | { x?: string | undefined; y?: string | undefined } | undefined;
  font?: { src?: Bytes | undefined; family?: string | undefined; size?: TableSize | undefined } | undefined;
  textOptions?: PdfTextOptions | undefined;
  debug?: boolean | undefined;
}

export interface PdfCell extends PdfCellStyle {
  text?: string | number | null | undefined;
  rowSpan?: number | undefined;
  colSpan?: number | undefined;
  type?: 'TD' | 'TH' | undefined;
  title?: string | undefined;
  scope?: string | undefined;
}

export interface PdfColumnStyle extends PdfCellStyle {
  width?: TableSize | undefined;
  minWidth?: TableSize | undefined;
  maxWidth?: TableSize | undefined;
}

export interface PdfRowStyle extends PdfCellStyle {
  height?: TableSize | undefined;
  minHeight?: TableSize | undefined;
  maxHeight?: TableSize | undefined;
}

type PdfRow = readonly (string | number | null | undefined | PdfCell)[];

export interface PdfTableOptions {
  position?: { x?: number | undefined; y?: number | undefined } | undefined;
  maxWidth?: TableSize | undefined;
  columnStyles?:
    | TableSize
    | (TableSize | PdfColumnStyle)[]
    | PdfColumnStyle
    | ((column: number) => TableSize | PdfColumnStyle | undefined)
    | undefined;
  rowStyles?:
    | TableSize
    | (TableSize | PdfRowStyle)[]
    | PdfRowStyle
    | ((row: number) => TableSize | PdfRowStyle | undefined)
    | undefined;
  defaultStyle?: TableSize | (PdfColumnStyle & PdfRowStyle) | undefined;
  data?: Iterable<PdfRow> | undefined;
  structParent?: PdfStructureElement | undefined;
  debug?: boolean | undefined;
}

export interface PdfTable<Doc> {
  row(cells: PdfRow, lastRow?: boolean): this | Doc;
  end(): Doc;
}

export interface PdfAnnotationOptions {
  color?: PdfColor | undefined;
  Contents?: string | undefined;
  Name?: string | undefined;
  Subtype?: string | undefined;
  structParent?: PdfStructureElement | undefined;
  [entry: string]: unknown;
}

export interface PdfAttachmentOptions {
  name?: string | undefined;
  type?: string | undefined;
  description?: string | undefined;
  hidden?: boolean | undefined;
  creationDate?: Date | undefined;
  modifiedDate?: Date | undefined;
  relationship?: string | undefined;
}

export interface PdfFieldOptions {
  value?: string | number | readonly string[] | undefined;
  defaultValue?: string | number | readonly string[] | undefined;
  label?: string | undefined;
  select?: readonly string[] | undefined;
  format?: Record<string, unknown> | undefined;
  align?: 'left' | 'center' | 'right' | undefined;
  backgroundColor?: PdfColor | undefined;
  borderColor?: PdfColor | undefined;
  font?: string | undefined;
  fontSize?: number | undefined;
  parent?: unknown;
  required?: boolean | undefined;
  readOnly?: boolean | undefined;
  noExport?: boolean | undefined;
  multiline?: boolean | undefined;
  password?: boolean | undefined;
  noSpell?: boolean | undefined;
  sort?: boolean | undefined;
  edit?: boolean | undefined;
  multiSelect?: boolean | undefined;
  toggleToOffButton?: boolean | undefined;
  [entry: string]: unknown;
}

export interface PdfOutline {
  addItem(
    title: string,
    options?: {
      expanded?: boolean | undefined;
      pageNumber?: number | undefined;
      top?: number | undefined;
      left?: number | undefined;
      zoom?: number | undefined;
      fit?: boolean | undefined;
    },
  ): PdfOutline;
}

export interface PdfStructureElement {
  add(child: PdfStructureChild): this;
  end(): void;
}
export type PdfStructureContent = { push(content: object): void };
export type PdfStructureChild = (() => unknown) | PdfStructureElement | PdfStructureContent;

export interface PdfMarkingOptions {
  type?: 'Pagination' | 'Layout' | 'Page' | undefined;
  bbox?: number[] | undefined;
  attached?: string[] | undefined;
  title?: string | undefined;
  lang?: string | undefined;
  alt?: string | undefined;
  expanded?: string | undefined;
  actual?: string | undefined;
}

export interface PdfPage {
  readonly width: number;
  readonly height: number;
  readonly contentWidth: number;
  readonly contentHeight: number;
  readonly size: string | number[];
  readonly layout: string;
  margins: { top: number; left: number; bottom: number; right: number };
  maxY(): number;
}

/** PDFKit 0.20's `PDFDocument`, where `@types/pdfkit` is not installed. */
export interface CompletePdfDocument extends PdfSource {
  page: PdfPage;
  readonly info: PdfDocumentInfo & Record<string, unknown>;
  readonly options: PdfDocumentOptions;
  readonly outline: PdfOutline;
  readonly version: number;
  compress: boolean;
  x: number;
  y: number;
  addPage(options?: PdfPageOptions): this;
  continueOnNewPage(options?: PdfPageOptions): this;
  switchToPage(page: number): PdfPage;
  bufferedPageRange(): { start: number; count: number };
  flushPages(): void;
  addContent(content: string): this;
  ref(data: object): {
    id: number;
    data: Record<string, unknown>;
    write(chunk: unknown): void;
    end(chunk?: unknown): void;
  };
  addNamedDestination(name: string, fit?: string, ...args: (number | null)[]): void;
  addNamedEmbeddedFile(name: string, ref: object): void;
  addNamedJavaScript(name: string, code: string): void;
  appendXML(xml: string, newline?: boolean): void;

  font(source: Bytes, size?: number): this;
  font(source: Bytes, family?: string, size?: number): this;
  fontSize(size: number): this;
  registerFont(name: string, source?: Bytes, family?: string): this;
  currentLineHeight(includeGap?: boolean): number;
  sizeToPoint(size: number | string, fallback?: number, page?: PdfPage, percentageWidth?: number): number;

  text(text: string, options?: PdfTextOptions): this;
  text(text: string, x?: number | null, y?: number | null, options?: PdfTextOptions): this;
  list(items: readonly unknown[], options?: PdfTextOptions): this;
  list(items: readonly unknown[], x?: number | null, y?: number | null, options?: PdfTextOptions): this;
  lineGap(gap: number): this;
  moveDown(lines?: number): this;
  moveUp(lines?: number): this;
  widthOfString(text: string, options?: PdfTextOptions): number;
  heightOfString(text: string, options?: PdfTextOptions): number;
  boundsOfString(text: string, options?: PdfTextOptions): { x: number; y: number; width: number; height: number };
  boundsOfString(
    text: string,
    x?: number,
    y?: number,
    options?: PdfTextOptions,
  ): { x: number; y: number; width: number; height: number };
  table(options: PdfTableOptions & { data: Iterable<PdfRow> }): this;
  table(options?: PdfTableOptions): PdfTable<this>;

  image(source: unknown, options?: PdfImageOptions): this;
  image(source: unknown, x?: number | null, y?: number | null, options?: PdfImageOptions): this;
  openImage(source: Bytes): { readonly width: number; readonly height: number };
  file(source: Bytes, options?: PdfAttachmentOptions): unknown;

  save(): this;
  restore(): this;
  translate(x: number, y: number): this;
  rotate(angle: number, options?: Origin): this;
  scale(factor: number, options?: Origin): this;
  scale(xFactor: number, yFactor: number, options?: Origin): this;
  transform(m11: number, m12: number, m21: number, m22: number, dx: number, dy: number): this;
  moveTo(x: number, y: number): this;
  lineTo(x: number, y: number): this;
  bezierCurveTo(x1: number, y1: number, x2: number, y2: number, x: number, y: number): this;
  quadraticCurveTo(x1: number, y1: number, x: number, y: number): this;
  closePath(): this;
  rect(x: number, y: number, width: number, height: number): this;
  roundedRect(x: number, y: number, width: number, height: number, radius?: number | number[]): this;
  circle(x: number, y: number, radius: number): this;
  ellipse(x: number, y: number, radiusX: number, radiusY?: number): this;
  arc(x: number, y: number, radius: number, start: number, end: number, anticlockwise?: boolean): this;
  polygon(...points: (readonly number[])[]): this;
  path(path: string): this;
  clip(rule?: PdfRule): this;
  lineWidth(width: number): this;
  lineCap(cap: 'butt' | 'round' | 'square'): this;
  lineJoin(join: 'miter' | 'round' | 'bevel'): this;
  miterLimit(limit: number): this;
  dash(length: number | number[], options?: { space?: number | undefined; phase?: number | undefined }): this;
  undash(): this;
  fill(color?: PdfColor, rule?: PdfRule): this;
  stroke(color?: PdfColor): this;
  fillAndStroke(fill?: PdfColor, stroke?: PdfColor, rule?: PdfRule): this;
  fillColor(color: PdfColor, opacity?: number): this;
  strokeColor(color: PdfColor, opacity?: number): this;
  opacity(opacity: number): this;
  fillOpacity(opacity: number): this;
  strokeOpacity(opacity: number): this;
  linearGradient(x1: number, y1: number, x2: number, y2: number): PdfGradient;
  radialGradient(x1: number, y1: number, r1: number, x2: number, y2: number, r2: number): PdfGradient;
  pattern(bbox: number[], xStep: number, yStep: number, stream: string): object;
  addSpotColor(name: string, c: number, m: number, y: number, k: number): this;

  annotate(x: number, y: number, width: number, height: number, options: PdfAnnotationOptions): this;
  note(x: number, y: number, width: number, height: number, contents: string, options?: PdfAnnotationOptions): this;
  link(x: number, y: number, width: number, height: number, url: string | number, options?: PdfAnnotationOptions): this;
  goTo(x: number, y: number, width: number, height: number, name: string, options?: PdfAnnotationOptions): this;
  highlight(x: number, y: number, width: number, height: number, options?: PdfAnnotationOptions): this;
  underline(x: number, y: number, width: number, height: number, options?: PdfAnnotationOptions): this;
  strike(x: number, y: number, width: number, height: number, options?: PdfAnnotationOptions): this;
  lineAnnotation(x1: number, y1: number, x2: number, y2: number, options?: PdfAnnotationOptions): this;
  rectAnnotation(x: number, y: number, width: number, height: number, options?: PdfAnnotationOptions): this;
  ellipseAnnotation(x: number, y: number, width: number, height: number, options?: PdfAnnotationOptions): this;
  textAnnotation(
    x: number,
    y: number,
    width: number,
    height: number,
    text: string,
    options?: PdfAnnotationOptions,
  ): this;
  fileAnnotation(
    x: number,
    y: number,
    width: number,
    height: number,
    file?: PdfAttachmentOptions & { src?: Bytes | undefined },
    options?: PdfAnnotationOptions,
  ): this;

  initForm(): this;
  formField(name: string, options?: PdfFieldOptions): unknown;
  formAnnotation(
    name: string,
    type: string,
    x: number,
    y: number,
    width: number,
    height: number,
    options?: PdfFieldOptions,
  ): this;
  formText(name: string, x: number, y: number, width: number, height: number, options?: PdfFieldOptions): this;
  formPushButton(name: string, x: number, y: number, width: number, height: number, options?: PdfFieldOptions): this;
  formCombo(name: string, x: number, y: number, width: number, height: number, options?: PdfFieldOptions): this;
  formList(name: string, x: number, y: number, width: number, height: number, options?: PdfFieldOptions): this;
  formRadioButton(name: string, x: number, y: number, width: number, height: number, options?: PdfFieldOptions): this;
  formCheckbox(name: string, x: number, y: number, width: number, height: number, options?: PdfFieldOptions): this;

  struct(
    type: string,
    options?: PdfMarkingOptions | PdfStructureChild | PdfStructureChild[],
    children?: PdfStructureChild | PdfStructureChild[],
  ): PdfStructureElement;
  addStructure(element: PdfStructureElement): this;
  markContent(tag: string, options?: PdfMarkingOptions): this;
  markStructureContent(tag: string, options?: PdfMarkingOptions): PdfStructureContent;
  endMarkedContent(): this;
}
