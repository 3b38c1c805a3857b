// An invoice as PDF in memory, ready for a response, an e-mail or a file.
// npm install @memio/core @memio/pdfkit pdfkit
// node pdf-invoice.js

import { realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  const rows = [
    ['Item', 'Quantity', 'Price', 'Amount'],
    ...items.map(({ text, quantity, cents }) => [text, `${quantity}`, money(cents), money(quantity * cents)]),
    ['Net', '', '', money(net)],
    [`VAT ${vatPercent} %`, '', '', money(vat)],
    ['Total', '', '', money(net + vat)],
  ];
  const draw = (doc: PdfDocument) => {
    doc.font('Helvetica-Bold', 22).text(`Invoice ${number}`).font('Helvetica', 10).text(date).moveDown(2);
    const { x, y } = doc;
    doc.text(from, { align: 'right' });
    const end = doc.y;
    doc.text(to, x, y, { width: 240 });
    doc.y = Math.max(doc.y, end) + 36;
    for (const [index, cells] of rows.entries()) {
      doc.font(index === 0 || index === rows.length - 1 ? 'Helvetica-Bold' : 'Helvetica', 10);
      const height = doc.heightOfString(cells[0]!, { width: 230 });
      if (doc.y + height > 770) doc.addPage();
      const top = doc.y;
      doc.text(cells[0]!, 56, top, { width: 230 });
      for (const column of [1, 2, 3]) doc.text(cells[column]!, 219 + column * 80, top, { width: 80, align: 'right' });
      doc.y = top + height + 12;
      doc
        .moveTo(56, doc.y - 8)
        .lineTo(539, doc.y - 8)
        .lineWidth(0.5)
        .stroke('#9ca3af');
    }
  };
  return writePdf(draw, { size: 'A4', margin: 56, info: { Title: `Invoice ${number}`, CreationDate: new Date(date) } });
}

async function main(): Promise<void> {
  const pdf = await writeInvoice({
    number: '2025-0042',
    date: '2025-03-14',
    from: 'Paper Boats Ltd\n1 Harbour Street\n20457 Hamburg',
    to: 'Ada Lovelace\n12 St James’s Square\nLondon SW1Y 4JH',
    items: [
      { text: 'Paper boat, folded by hand', quantity: 12, cents: 450 },
      { text: 'Sail made of recycled charts of the North Sea, waxed twice and numbered', quantity: 3, cents: 1995 },
      { text: 'Shipping', quantity: 1, cents: 690 },
    ],
    vatPercent: 19,
  });
  await mkdir('out', { recursive: true });
  await writeFile(join('out', 'invoice.pdf'), pdf.read());
  console.log(`${join('out', 'invoice.pdf')}: ${pdf.size} bytes`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
