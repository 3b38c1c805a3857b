import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { decode } from 'fast-png';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { run, runMain, temporaryFolder } from '../../test/run.ts';
import main, { type Chart, writeChart } from './chart-pdf.ts';

const folder = temporaryFolder();
const chartOf = (...rows: Chart['rows']): Chart => ({ title: 'Rain', names: ['Millimetres', 'Here', 'There'], rows });

/** The words on the pages of a PDF. */
async function wordsOf(pdf: Uint8Array): Promise<string[][]> {
  const { text } = await extractText(await getDocumentProxy(pdf), { mergePages: false });
  return text.map((page) => page.split(/\s+/));
}

describe('chart-pdf', () => {
  it.each<[number, string[]]>([
    [0, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
    [0.07, ['0', '0.02', '0.04', '0.06', '0.08']],
    [6, ['0', '1', '2', '3', '4', '5', '6']],
    [9.9, ['0', '2', '4', '6', '8', '10']],
    [1187, ['0', '200', '400', '600', '800', '1,000', '1,200']],
    [25_000, ['0', '5,000', '10,000', '15,000', '20,000', '25,000']],
  ])('has round marks up to %d, on one page', async (most, marks) => {
    const pages = await wordsOf((await writeChart(chartOf(['Mon', most, 0]))).read());
    expect(pages).toHaveLength(1);
    expect(pages[0]!.filter((word) => /^[\d.,]+$/.test(word))).toEqual(marks);
    expect(pages[0]).toEqual(expect.arrayContaining(['Rain', 'Millimetres', 'Here', 'There', 'Mon']));
  });

  it.each([
    [1, 1],
    [20, 1],
    [40, 2],
    [200, 9],
  ])('of %d rows labels every one of %d, on one page', async (count, every) => {
    const rows = Array.from({ length: count }, (_, index): Chart['rows'][number] => [`w${100 + index}`, index, 1]);
    const pages = await wordsOf((await writeChart(chartOf(...rows))).read());
    expect(pages).toHaveLength(1);
    const labels = rows.map(([label]) => label).filter((_, index) => index % every === 0);
    expect(pages[0]!.filter((word) => /^w\d+$/.test(word))).toEqual(labels);
  });

  it('draws an axis where there are no rows', async () => {
    expect(await wordsOf((await writeChart(chartOf())).read())).toEqual([expect.arrayContaining(['Rain', '0', '1'])]);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to draw %d', async (value) => {
    const error = new RangeError(`Cannot draw a chart of ${value}: values must be >= 0`);
    await expect(writeChart(chartOf(['Mon', 1, value]))).rejects.toEqual(error);
  });
});

describe('the example of chart-pdf', () => {
  it('draws a year', async () => {
    const { made, log } = await runMain(main);
    const pdf = made['chart.pdf']!.read();
    expect(log).toEqual([`A chart of 12 months: ${pdf.length} bytes`]);
    const [words] = await wordsOf(pdf);
    expect(words).toEqual(expect.arrayContaining(['Electricity', '1,200', 'Jan', 'Dec', 'Made', 'Used']));
  });
});

describeWith('pdftoppm', 'the chart is not looked at')('what is seen', () => {
  it('is a bar as high as its value, and a line at the height of its own', async () => {
    const path = join(folder, 'chart.pdf');
    writeFileSync(path, (await writeChart(chartOf(['Mon', 10, 5], ['Tue', 5, 5]))).read());
    expect(run('pdftoppm', ['-png', '-r', '72', '-singlefile', path, join(folder, 'chart')])).toMatchObject({
      status: 0,
    });
    const { width, height, data, channels } = decode(readFileSync(join(folder, 'chart.png')));
    expect([width, height]).toEqual([842, 596]);
    /** The rows, counted from the top, where a column of pixels has this colour. */
    const rowsOf = (x: number, colour: number[]): number[] =>
      Array.from({ length: height }, (_, y) => y).filter((y) =>
        colour.every((value, index) => Math.abs(data[(y * width + x) * channels + index]! - value) < 8),
      );
    // The axis goes from y = 130 (10) to 525 (0); the bars are 222 points wide, their middles at 263 and 609.
    const [monday, tuesday] = [rowsOf(200, [0x60, 0xa5, 0xfa]), rowsOf(550, [0x60, 0xa5, 0xfa])];
    expect([monday[0], monday.at(-1)].map((y) => Math.round(y! / 5) * 5)).toEqual([130, 525]);
    expect(tuesday[0]! / 5).toBeCloseTo(330 / 5, 0);
    expect(rowsOf(436, [0xc2, 0x41, 0x0c]).some((y) => Math.abs(y - 327.5) < 2)).toBe(true);
  });
});
