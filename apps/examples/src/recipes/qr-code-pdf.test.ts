import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { type DecodedPng, decode } from 'fast-png';
import jsQR from 'jsqr';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { run, runMain, temporaryFolder } from '../../test/run.ts';
import main, { writeQrCode, writeTicket } from './qr-code-pdf.ts';

const folder = temporaryFolder();
const TICKET = { event: 'Jazz', place: 'Pier 7', date: '1 May 2025', name: 'Grace Hopper', seat: 'Row 1', code: 'T-1' };

/** What a scanner reads in an image. */
function scan({ width, height, data, channels }: DecodedPng): string | undefined {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = Array.from({ length: 3 }, (_, index) => data[pixel * channels + (channels < 3 ? 0 : index)]!);
    rgba.set([...colour, 255], pixel * 4);
  }
  return jsQR.default(rgba, width, height)?.data;
}

describe('qr-code-pdf', () => {
  it.each([
    ['a digit', '1'],
    ['an address', 'https://example.com/?a=1&b=2'],
    ['other alphabets', 'Köln, 東京'],
    ['1,500 characters', 'x'.repeat(1500)],
  ])('draws a code of %s', async (_what, text) => {
    expect(scan(decode((await writeQrCode(text, 3)).read()))).toBe(text);
  });

  it('makes every module of whole pixels, with a white frame of 4 of them', async () => {
    const { width, height, channels, data } = decode((await writeQrCode('T-1', 5)).read());
    expect([width, height, channels]).toEqual([(21 + 8) * 5, (21 + 8) * 5, 1]);
    const at = (x: number, y: number) => data[y * width + x];
    expect([at(19, 19), at(20, 19), at(19, 20), at(20, 20), at(54, 20), at(55, 20)]).toEqual([
      255, 255, 255, 0, 0, 255,
    ]);
  });

  it('rejects a text that no code can hold', async () => {
    await expect(async () => writeQrCode('x'.repeat(5000))).rejects.toThrow('too big');
  });

  it('writes what is on the ticket', async () => {
    const { text } = await extractText(await getDocumentProxy((await writeTicket(TICKET)).read()));
    expect(text).toHaveLength(1);
    for (const part of ['Jazz', 'Pier 7', '1 May 2025', 'Grace Hopper', 'Row 1']) expect(text[0]).toContain(part);
  });
});

describe('the example of qr-code-pdf', () => {
  it('makes a ticket and its code', async () => {
    const { made, log } = await runMain(main);
    const [pdf, png] = [made['ticket.pdf']!.read(), made['qr-code.png']!.read()];
    const code = 'https://tickets.example/t/8F3K-22QX-71';
    expect(log).toEqual([`A ticket (${pdf.length} bytes), and its QR code alone (${png.length} bytes), for ${code}`]);
    expect(scan(decode(png))).toBe(code);
    const { text } = await extractText(await getDocumentProxy(pdf), { mergePages: true });
    expect(text).toContain('Ada Lovelace');
  });
});

describeWith('pdftoppm', 'the code on the ticket is not scanned')('what a scanner sees', () => {
  it.each([
    ['short', 'T-1'],
    ['long', `https://tickets.example/${'7'.repeat(200)}`],
  ])('is the %s code', async (_what, code) => {
    const path = join(folder, 'ticket.pdf');
    writeFileSync(path, (await writeTicket({ ...TICKET, code })).read());
    expect(run('pdftoppm', ['-png', '-r', '200', '-singlefile', path, join(folder, 'ticket')])).toMatchObject({
      status: 0,
    });
    expect(scan(decode(await readFile(join(folder, 'ticket.png'))))).toBe(code);
  });
});
