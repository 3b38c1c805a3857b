import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extractText } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { type PdfDocument, type WritePdfOptions, writePdf } from './index.ts';
import { onFont } from './internals.ts';

/** DejaVu Sans without most scripts, from `@fontsource/dejavu-sans`. */
const DEJAVU = readFileSync(
  createRequire(import.meta.url).resolve('@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff'),
);
const lines = async (build: (doc: PdfDocument) => unknown, options?: WritePdfOptions) =>
  (await extractText((await writePdf(build, options)).getvalue(), { mergePages: true })).text;

const refused = (message: string) => ({
  name: 'DataError',
  code: 'ERR_MEMIO_DATA',
  adapter: '@memio/pdfkit',
  operation: 'writePdf',
  message: expect.stringContaining(message),
});

describe('writePdf() refuses a character that the font lacks', () => {
  it.each<[what: string, build: (doc: PdfDocument) => unknown, message: string]>([
    [
      'text in the default font',
      (doc) => doc.text('Łódź'),
      'Cannot draw "Ł" (U+0141) in Helvetica, which has no glyph',
    ],
    ['a standard font', (doc) => doc.font('Courier').text('₹ 100'), '"₹" (U+20B9) in Courier'],
    ['an emoji', (doc) => doc.text('Thanks 🙏'), '"🙏" (U+1F64F) in Helvetica'],
    ['Symbol', (doc) => doc.font('Symbol').text('abc'), '"a" (U+0061) in Symbol'],
    ['ZapfDingbats', (doc) => doc.font('ZapfDingbats').text('✓'), '"✓" (U+2713) in ZapfDingbats'],
    ['an embedded font', (doc) => doc.font(DEJAVU).text('日本'), '"日" (U+65E5) in DejaVuSans'],
    ['an embedded font, with features', (doc) => doc.font(DEJAVU).text('a日', { features: ['liga'] }), '"日" (U+65E5)'],
    ['a list', (doc) => doc.list(['one', 'Привет']), '"П" (U+041F) in Helvetica'],
    ['a table', (doc) => doc.table({ data: [['one', 'Привет']] }), '"П" (U+041F) in Helvetica'],
    ['a later page', (doc) => doc.addPage().font('Times-Roman').text('ok').text('č'), '"č" (U+010D) in Times-Roman'],
    ['a part of a line', (doc) => doc.text('one ', { continued: true }).text('č'), '"č" (U+010D)'],
    ['justified text', (doc) => doc.text('one č three', { align: 'justify', wordSpacing: 1 }), '"č" (U+010D)'],
  ])('in %s', async (_, build, message) => {
    await expect(writePdf(build)).rejects.toMatchObject(refused(message));
  });

  it('and says what helps', async () => {
    await expect(writePdf((doc) => doc.text('č'))).rejects.toThrow(
      "choose a font that has one, as doc.font(bytes) does with the bytes of a TrueType or OpenType file, or set missingGlyphs to 'ignore'",
    );
  });

  it('unless it is told to ignore it', async () => {
    const pdf = await writePdf((doc) => doc.text('Łódź'), { missingGlyphs: 'ignore' });
    expect(pdf.size).toBeGreaterThan(500);
    await expect(writePdf((doc) => doc.text('x'), { missingGlyphs: 'box' as never })).rejects.toMatchObject({
      code: 'ERR_MEMIO_RANGE',
      message: 'Cannot set missingGlyphs to the string "box": expected "error" or "ignore"',
    });
  });

  it('by its own font, of several in a document', async () => {
    const text = await lines((doc) => doc.font(DEJAVU).text('ŁĿ').font('Helvetica').text('Lodz'));
    expect(text).toContain('ŁĿ');
  });
});

describe('writePdf() draws', () => {
  /** All of WinAnsi that is visible. */
  const WINDOWS_1252 = new TextDecoder('windows-1252')
    .decode(Uint8Array.from({ length: 224 }, (_, at) => at + 32))
    .replace(/[\p{Cc}\u00ad\s]/gu, '');

  it('all characters of the standard fonts', async () => {
    for (const font of ['Helvetica', 'Times-Roman', 'Courier-Bold']) {
      const drawn = await lines((doc) => doc.font(font, 3).text(WINDOWS_1252, { lineBreak: false }));
      // pdf.js takes the micro sign for the letter.
      expect(drawn.replace('μ', 'µ')).toContain(WINDOWS_1252);
    }
  });

  // PDFKit writes their codes between those of other characters, which become different ones: "a–" of "a\tb".
  it.each<[what: string, text: string, drawn: string]>([
    ['a tab as a space', 'one\ttwo', 'one two'],
    ['nothing for a zero width space', 'one\u200btwo', 'onetwo'],
    ['nothing for a soft hyphen', 'one\u00adtwo', 'onetwo'],
    ['nothing for a carriage return', 'one\r', 'one'],
    ['nothing for a byte order mark', '\ufeffone', 'one'],
    ['nothing for a joiner and a variation selector', 'one\u200d\ufe0ftwo', 'onetwo'],
    ['nothing for a control', 'one\u0086\u0007two', 'onetwo'],
    ['combined characters', 'e\u0301te\u0301', 'été'],
    ['a space that does not break', 'one\u00a0two', 'one two'],
  ])('%s', async (_, text, drawn) => {
    // pdf.js gives some of them, and begins another line.
    const visible = (made: string) =>
      made
        .replace(/\u00a0/g, ' ')
        .replace(/\p{Default_Ignorable_Code_Point}|\n/gu, '')
        .normalize('NFC');
    expect(visible(await lines((doc) => doc.text(text))), 'in Helvetica').toBe(drawn);
    // Here a space without width takes their place.
    const embedded = visible(await lines((doc) => doc.font(DEJAVU).text(text)));
    expect(drawn.includes(' ') ? embedded : embedded.replace(' ', ''), 'in an embedded font').toBe(drawn);
  });

  it('forms, titles and outlines of other scripts, which are not drawn with the font', async () => {
    const pdf = await writePdf(
      (doc) => {
        doc.initForm();
        doc.formText('name', 72, 72, 200, 20, { value: 'Łódź' });
        doc.outline.addItem('Привет');
      },
      { info: { Title: '日本' } },
    );
    const utf16 = Buffer.from('Łódź', 'utf16le').swap16();
    expect(Buffer.from(pdf.getvalue()).includes(utf16)).toBe(true);
  });
});

it('a PDFKit whose fonts are elsewhere is an error that says so', () => {
  expect(() => onFont({}, () => {})).toThrow('this PDFKit has no current font to check; set missingGlyphs to "ignore"');
});

describe('writePdf() refuses', () => {
  it.each<[what: string, options: object, message: string]>([
    [
      'an option that does not exist',
      { marginn: 5 },
      'Cannot write a PDF: unknown option "marginn"; the options are size, layout',
    ],
    ['an option in another case', { bufferpages: true }, 'unknown option "bufferpages"; did you mean bufferPages?'],
    [
      'a size that does not exist',
      { size: 'A44' },
      'Cannot make a page of the size "A44": expected a name such as "A4"',
    ],
  ])('%s', async (_, options, message) => {
    await expect(writePdf((doc) => doc.text('x'), options)).rejects.toThrow(message);
  });

  it('options of a document that exists already', async () => {
    const PDFDocument = (await import('pdfkit')).default;
    await expect(writePdf(new PDFDocument(), { size: 'A4' } as WritePdfOptions)).rejects.toMatchObject({
      code: 'ERR_MEMIO_TYPE',
      message:
        'Cannot write a PDF: unknown option "size"; the options are into, signal, onProgress, deterministic, missingGlyphs',
    });
  });
});
