import { type CompletePdfDocument, type PdfDocument, type PdfDocumentOptions, placeImage, writePdf } from './index.ts';

// Checked by `pnpm typecheck`, never run. @types/pdfkit is installed here: the document is that of PDFKit's own types.

export async function withTypesOfPdfkit(own: PDFKit.PDFDocumentOptions, doc: PDFKit.PDFDocument): Promise<void> {
  await writePdf((doc) => {
    const same: PDFKit.PDFDocument = doc;
    same.outline.addItem('1');
    doc.initForm();
    doc.formText('name', 1, 1, 1, 1);
    doc.highlight(1, 1, 1, 1);
    doc.annotate(1, 1, 1, 1, {});
    doc.goTo(1, 1, 1, 1, 'x');
    doc.page.maxY();
    doc.struct('P');
    doc.transform(1, 0, 0, 1, 0, 0);
    doc.miterLimit(3);
    doc.image(new Uint8Array(1), 0, 0, { width: 1 });
    // @ts-expect-error a misspelt option
    doc.text('x', { algin: 'center' });
    // @ts-expect-error a misspelt option
    doc.image(new Uint8Array(1), { widht: 1 });
    // @ts-expect-error a method that does not exist
    doc.txt('x');
  });
  await writePdf((doc: PDFKit.PDFDocument) => doc.text('x'), own);
  await writePdf((doc: PDFKit.PDFDocument) => placeImage(doc, new Blob()), { size: 'A4' });
  await writePdf(doc, { deterministic: true });
  await placeImage(doc, new Blob(), { width: 1, maxInputBytes: 1 });
  // @ts-expect-error a misspelt option
  await placeImage(doc, new Blob(), { widht: 1 });
  // @ts-expect-error a misspelt option of the document
  await writePdf(() => {}, { marginn: 1 });
  // @ts-expect-error options of the document belong to its constructor
  await writePdf(doc, { size: 'A4' });
}

export async function withoutTypesOfPdfkit(doc: CompletePdfDocument, options: PdfDocumentOptions): Promise<void> {
  doc.outline.addItem('1', { expanded: true }).addItem('1.1');
  doc.initForm().formText('name', 1, 1, 1, 1, { value: 'x', align: 'center' });
  doc.highlight(1, 1, 1, 1).annotate(1, 1, 1, 1, {}).goTo(1, 1, 1, 1, 'x');
  doc.transform(1, 0, 0, 1, 0, 0).miterLimit(3).arc(1, 1, 1, 0, 1).text(String(doc.page.maxY()));
  doc.addStructure(doc.struct('P', { alt: 'x' }, [() => doc.text('x')]));
  doc.table({ data: [['a', { text: 'b', colSpan: 2 }]], columnStyles: [100, '*'], defaultStyle: { minHeight: 2 } });
  doc.table().row(['a', 1]);
  doc.text('x', 1, 2, { align: 'center', rotation: 90, features: ['liga'] }).list(['a', ['b']], { bulletRadius: 2 });
  await writePdf((doc: CompletePdfDocument) => placeImage(doc, new Blob()), options);
  await writePdf(doc);
  // @ts-expect-error a misspelt option
  doc.text('x', { algin: 'center' });
  // @ts-expect-error a misspelt option
  doc.image('x', 1, 1, { widht: 1 });
  // @ts-expect-error a method that does not exist
  doc.txt('x');
}

export const isPdfkits: PdfDocument extends PDFKit.PDFDocument ? true : false = true;
