// Invoice: a PDF with a table over as many pages as it needs, ready for a response, an e-mail or a file.
// npm install @memio/core @memio/pdfkit pdfkit
// Runs in browsers and Node.js.

import type { BytesIO } from '@memio/core';
import { type PdfDocument, writePdf } from '@memio/pdfkit';

export interface Invoice {
  number: string;
  date: string;
  from: string;
  to: string;
  items: { text: string; quantity: number; cents: number }[];
  vatPercent: number;
}

const euros = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const money = (cents: number): string => euros.format(cents / 100);

export function writeInvoice({ number, date, from, to, items, vatPercent }: Invoice): Promise<BytesIO> {
  const net = items.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0);
  const vat = Math.round((net * vatPercent) / 100);
  const data = [
    ['Item', 'Quantity', 'Price', 'Amount'],
    ...items.map(({ text, quantity, cents }) => [text, `${quantity}`, money(cents), money(quantity * cents)]),
    ['Net', '', '', money(net)],
    [`VAT ${vatPercent} %`, '', '', money(vat)],
    ['Total', '', '', money(net + vat)],
  ];
  const draw = (doc: PdfDocument) => {
    doc.font('Helvetica-Bold', 22).text(`Invoice ${number}`).font('Helvetica', 10).text(date).moveDown(2);
    const { x, y } = doc;
    doc.text(to, { width: 240 });
    const end = doc.y;
    doc.text(from, x, y, { align: 'right' }).text('', x, Math.max(doc.y, end) + 36);
    const bold = { font: { src: 'Helvetica-Bold' } };
    doc.table({
      data,
      columnStyles: ['*', 70, 80, 80].map((width, column) => ({ width, align: { x: column ? 'right' : 'left' } })),
      rowStyles: (row: number) => (row === 0 || row === data.length - 1 ? bold : {}),
      defaultStyle: { border: [0, 0, 0.5, 0], borderColor: '#9ca3af', padding: [6, 0, 4, 0] },
    });
  };
  return writePdf(draw, { size: 'A4', margin: 56, info: { Title: `Invoice ${number}`, CreationDate: new Date(date) } });
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const items = [
    { text: 'Paper boat, folded by hand', quantity: 12, cents: 450 },
    { text: 'Sail made of recycled charts of the North Sea, waxed twice and numbered', quantity: 3, cents: 1995 },
    { text: 'Shipping', quantity: 1, cents: 690 },
  ];
  const from = 'Paper Boats Ltd\n1 Harbour Street\n20457 Hamburg';
  const to = 'Ada Lovelace\n12 St James’s Square\nLondon SW1Y 4JH';
  const invoice = { number: '2025-0042', date: '2025-03-14', from, to, items, vatPercent: 19 };
  const pdf = await writeInvoice(invoice);
  console.log(`Invoice ${invoice.number} for ${to.split('\n')[0]}: ${pdf.size} bytes`);
  return { 'invoice.pdf': pdf };
}
