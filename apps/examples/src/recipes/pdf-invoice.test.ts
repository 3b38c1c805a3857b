import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { run, runMain, temporaryFolder } from '../../test/run.ts';
import main, { type Invoice, writeInvoice } from './pdf-invoice.ts';

const folder = temporaryFolder();
const INVOICE: Invoice = {
  number: 'A-1',
  date: '2024-02-29',
  from: 'Sender Ltd\nStreet 1',
  to: 'Receiver Inc\nRoad 2',
  items: [
    { text: 'A thing', quantity: 3, cents: 333 },
    { text: 'Another thing whose description is long enough to need a second line', quantity: 1000, cents: 250 },
  ],
  vatPercent: 7,
};
const long: Invoice = {
  ...INVOICE,
  items: Array.from({ length: 60 }, (_, index) => ({ text: `Position ${index + 1}`, quantity: 1, cents: 100 })),
};

async function pagesOf(pdf: Uint8Array): Promise<{ text: string[]; info: Record<string, unknown> }> {
  const document = await getDocumentProxy(pdf);
  const { text } = await extractText(document, { mergePages: false });
  return { text, info: (await document.getMetadata()).info as Record<string, unknown> };
}

describe('pdf-invoice', () => {
  it('shows what is billed, to whom, and the sums', async () => {
    const { text, info } = await pagesOf((await writeInvoice(INVOICE)).read());
    expect(text).toHaveLength(1);
    for (const part of ['Invoice A-1', '2024-02-29', 'Sender Ltd', 'Receiver Inc', 'A thing', '€3.33', '€9.99']) {
      expect(text[0]).toContain(part);
    }
    // 9.99 + 2,500.00 = 2,509.99; 7 % of it is 175.70.
    for (const sum of ['€2,500.00', '€2,509.99', 'VAT 7 %', '€175.70', '€2,685.69']) expect(text[0]).toContain(sum);
    expect(info).toMatchObject({ Title: 'Invoice A-1', CreationDate: 'D:20240229000000Z' });
  });

  it('goes on on another page where the first is full, and loses no position', async () => {
    const { text } = await pagesOf((await writeInvoice(long)).read());
    expect(text.length).toBeGreaterThan(1);
    const all = text.join('\n');
    for (const { text: position } of long.items) expect(all).toMatch(new RegExp(`${position}\\b`));
    expect(text.at(-1)).toContain('€64.20');
  });

  it('makes the same bytes of the same invoice', async () => {
    expect((await writeInvoice(INVOICE)).read()).toEqual((await writeInvoice(INVOICE)).read());
  });
});

describe('the example of pdf-invoice', () => {
  it('makes an invoice', async () => {
    const { made, log } = await runMain(main);
    const pdf = made['invoice.pdf']!.read();
    expect(log).toEqual([`Invoice 2025-0042 for Ada Lovelace: ${pdf.length} bytes`]);
    const { text } = await pagesOf(pdf);
    expect(text).toHaveLength(1);
    expect(text[0]).toContain('€143.69');
  });
});

describeWith('qpdf', 'the invoice is not checked by it')('what qpdf says', () => {
  it.each(Object.entries({ one: INVOICE, 'more than one': long }))(
    'finds no errors on %s page',
    async (name, invoice) => {
      const path = join(folder, `${name}.pdf`);
      writeFileSync(path, (await writeInvoice(invoice)).read());
      expect(run('qpdf', ['--check', path])).toMatchObject({ status: 0, stderr: '' });
    },
  );
});
