import { b } from '@memio/core';
import { writePng } from '@memio/pngjs';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { type Picture, writeSheet } from './photo-sheet-pdf.ts';

const png = (grey: number) => writePng({ width: 2, height: 2, data: new Uint8Array(16).fill(grey) });
const pagesOf = async (bytes: Uint8Array) => (await extractText(await getDocumentProxy(bytes.slice()))).text;
const imagesIn = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('/Subtype /Image').length - 1;

describe('photo-sheet-pdf', () => {
  it('opens one picture at a time, and draws each with its name', async () => {
    let open = 0;
    const pictures: Picture[] = Array.from({ length: 7 }, (_, at) => ({
      name: `p${at}`,
      async open() {
        expect(++open, 'pictures that are open').toBe(1);
        const picture = await png(at);
        open--;
        return picture;
      },
    }));
    const pdf = (await writeSheet(pictures, { columns: 2, rows: 2 })).read();
    const pages = await pagesOf(pdf);
    expect(pages).toHaveLength(2);
    for (const [at, { name }] of pictures.entries()) expect(pages[Math.floor(at / 4)]).toContain(name);
    expect(imagesIn(pdf), 'pictures and their soft masks').toBe(14);
  });

  it('embeds the same picture once', async () => {
    const same = Array.from({ length: 5 }, (_, at) => ({ name: `${at}`, open: () => png(255) }));
    expect(imagesIn((await writeSheet(same, { columns: 2, rows: 3 })).read())).toBe(1);
  });

  it('says in its place what is wrong with a picture', async () => {
    const pictures = [
      { name: 'page.jpg', open: () => b`<!doctype html>` },
      { name: 'ok.png', open: () => png(1) },
    ];
    const [page] = await pagesOf((await writeSheet(pictures, { columns: 2, rows: 3 })).read());
    expect(page!.replace(/\s+/g, ' ')).toContain('an HTML page');
    expect(page).toContain('ok.png');
  });

  it('fails when a picture cannot be opened', async () => {
    const open = () => {
      throw new Error('no such file');
    };
    await expect(writeSheet([{ name: 'a', open }], { columns: 1, rows: 1 })).rejects.toThrow('no such file');
  });
});

describe('the example of photo-sheet-pdf', () => {
  it('makes two pages, with one picture that is damaged', async () => {
    const { made, log } = await runMain(main);
    const pdf = made['sheet.pdf']!.read();
    expect(log).toEqual([`14 pictures on a sheet of ${pdf.length} bytes`]);
    const pages = await pagesOf(pdf);
    expect(pages).toHaveLength(2);
    expect(pages[0]).toContain('placeImage failed');
    expect(imagesIn(pdf)).toBe(13);
  });
});
