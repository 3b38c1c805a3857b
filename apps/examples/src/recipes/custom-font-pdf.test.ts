import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isMemioError } from '@memio/core';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { writeGreetings } from './custom-font-pdf.ts';

const FONT = readFileSync(
  createRequire(import.meta.url).resolve('@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff'),
);
const textOf = async (bytes: Uint8Array) =>
  (await extractText(await getDocumentProxy(bytes), { mergePages: true })).text;

describe('custom-font-pdf', () => {
  it.each(['Příliš žluťoučký kůň', 'Ξεσκεπάζω τὴν ψυχοφθόρα', 'Съешь же ещё этих', 'שלום'])(
    'draws %s',
    async (text) => {
      const drawn = await textOf((await writeGreetings([{ language: 'x', text }], FONT)).read());
      for (const letter of new Set(text.replaceAll(' ', ''))) expect(drawn).toContain(letter);
    },
  );

  it('embeds a part of the font', async () => {
    const pdf = await writeGreetings([{ language: 'Polish', text: 'Łódź' }], FONT);
    expect(pdf.size).toBeLessThan(FONT.length / 10);
  });

  it('names the letter that the font lacks, and writes nothing', async () => {
    const error = await writeGreetings([{ language: 'Chinese', text: '早' }], FONT).catch((error) => error);
    expect(isMemioError(error, 'ERR_MEMIO_DATA')).toBe(true);
    expect(error.message).toContain('Cannot draw "早" (U+65E9) in DejaVuSans');
  });
});

describe('the example of custom-font-pdf', () => {
  it('makes a PDF in three languages, and shows an error', async () => {
    const { made, log } = await runMain(main);
    const pdf = made['greetings.pdf']!.read();
    expect(log).toEqual([
      `3 languages in ${pdf.length} bytes`,
      'Cannot draw "早" (U+65E9) in DejaVuSans, which has no glyph for it',
    ]);
    expect(await textOf(pdf)).toContain('Доброго');
  });
});
