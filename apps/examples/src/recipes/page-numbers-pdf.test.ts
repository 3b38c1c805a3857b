import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { writeBook } from './page-numbers-pdf.ts';

const pagesOf = async (bytes: Uint8Array) => (await extractText(await getDocumentProxy(bytes))).text;

describe('page-numbers-pdf', () => {
  it.each([1, 2, 5])('numbers %i pages, and adds none', async (count) => {
    const chapters = Array.from({ length: count }, (_, index) => ({ title: `C${index + 1}`, paragraphs: ['text'] }));
    const pages = await pagesOf((await writeBook('Title', chapters)).read());
    expect(pages).toHaveLength(count);
    for (const [index, text] of pages.entries()) {
      expect(text).toContain(`C${index + 1}`);
      expect(text).toContain(`${index + 1} of ${count}`);
      expect(text).toContain('Title');
    }
  });

  it('makes a book in its example', async () => {
    const { made, log } = await runMain(main);
    const pdf = made['book.pdf']!.read();
    expect(log).toEqual([`A book of ${pdf.length} bytes`]);
    const pages = await pagesOf(pdf);
    expect(pages.at(-1)).toContain(`${pages.length} of ${pages.length}`);
    expect(pages.length).toBeGreaterThan(3);
  });
});
