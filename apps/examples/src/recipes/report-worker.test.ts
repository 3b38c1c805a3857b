import { pathToFileURL } from 'node:url';
import { extractText, getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { programOf, runMain } from '../../test/run.ts';
import type * as reportWorker from './report-worker.ts';

// A worker of Node.js 20 runs no TypeScript, and a program is what is tested: the one that was built.
const program = programOf('recipes/report-worker');
const recipe: typeof reportWorker = await import(/* @vite-ignore */ pathToFileURL(program).href);
const REPORT: reportWorker.Report = {
  title: 'Boats',
  rows: [
    ['Anna', '12 m'],
    ['Berta', '9 m'],
  ],
};

async function textOf(pdf: Uint8Array): Promise<string> {
  return (await extractText(await getDocumentProxy(pdf), { mergePages: true })).text;
}

describe('report-worker', () => {
  it('makes the report in a worker, which has nothing of it left', async () => {
    const { pdf, leftBehind } = await recipe.reportInWorker(REPORT);
    expect(leftBehind).toBe(0);
    expect(pdf.tell()).toBe(0);
    expect(await textOf(pdf.read())).toBe('Boats\nAnna 12 m\nBerta 9 m');
  });

  it('makes a stream that can be written on', async () => {
    const { pdf } = await recipe.reportInWorker(REPORT);
    const { size } = pdf;
    pdf.seek(0, 2);
    pdf.write(new Uint8Array(10));
    expect(pdf.size).toBe(size + 10);
  });

  it('throws what goes wrong in the worker', async () => {
    const cell = { text: 'Anna', font: { src: 'missing.ttf' } };
    const report = { title: 'Boats', rows: [[cell]] } as unknown as reportWorker.Report;
    await expect(recipe.reportInWorker(report)).rejects.toThrow('missing.ttf');
  });

  it('throws when the report cannot be sent to a worker', async () => {
    const functions = { title: 'Boats', rows: [[() => {}]] } as unknown as reportWorker.Report;
    await expect(recipe.reportInWorker(functions)).rejects.toThrow('could not be cloned');
  });
});

describe('the example of report-worker', () => {
  it('makes a report of several pages while this thread goes on', async () => {
    const { made, log } = await runMain(recipe.default);
    const pdf = made['report.pdf']!.read();
    expect(log).toEqual([
      `A report of 200 days: ${pdf.length} bytes`,
      'The worker has 0 bytes of it left: it was handed over, not copied',
      expect.stringMatching(/^A timer of this thread went off [1-9]\d* times in the meantime$/),
    ]);
    const { totalPages, text } = await extractText(await getDocumentProxy(pdf), { mergePages: true });
    expect(totalPages).toBeGreaterThan(4);
    expect(text).toContain('2024-01-01');
    expect(text).toContain('2024-07-18');
  });
});
