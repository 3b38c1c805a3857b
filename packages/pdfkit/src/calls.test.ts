import { setTimeout as wait } from 'node:timers/promises';
import { BytesIO } from '@memio/core';
import PDFKitDocument from 'pdfkit';
import { extractImages } from 'unpdf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PdfDocument, placeImage, writePdf } from './index.ts';
import { encodePng } from './oracle/png-file.ts';

/** A square of one grey. */
const grey = (value: number, size = 4) =>
  encodePng({ width: size, height: size, colourType: 0, depth: 8, sample: () => value });
const damaged = grey(1).subarray(0, 50);
/** A picture that arrives after some time. */
async function* late(file: Uint8Array, milliseconds = 20) {
  await wait(milliseconds);
  yield file;
}

let strays: unknown[];
const stray = (error: unknown) => strays.push(error);
beforeEach(() => {
  strays = [];
  process.on('unhandledRejection', stray).on('uncaughtException', stray);
});
afterEach(async () => {
  await wait(40);
  process.off('unhandledRejection', stray).off('uncaughtException', stray);
  expect(strays, 'errors that nobody could catch').toEqual([]);
});

const rejection = (message: string) => ({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message });
const ADVICE = 'await each call, also in a callback, before the document ends';

describe('writePdf() rejects, and leaves `into` as it was, when calls of placeImage()', () => {
  it.each<[what: string, build: (doc: PdfDocument) => unknown, message: string]>([
    [
      'are not awaited',
      (doc) => {
        for (const value of [1, 2]) placeImage(doc, grey(value));
      },
      `Cannot write the PDF: 2 calls of placeImage are not finished: ${ADVICE}`,
    ],
    [
      'are awaited where nobody waits: in forEach()',
      (doc) => {
        [1, 2].forEach(async (value) => {
          await placeImage(doc, grey(value));
          doc.text('caption');
        });
      },
      `Cannot write the PDF: 2 calls of placeImage are not finished: ${ADVICE}`,
    ],
    [
      'are not awaited and would fail later, in forEach()',
      (doc) => {
        [damaged, damaged].forEach(async (file) => {
          await placeImage(doc, file);
          await placeImage(doc, file);
        });
      },
      `Cannot write the PDF: 2 calls of placeImage are not finished: ${ADVICE}`,
    ],
    [
      'wait for a source that never ends',
      (doc) => {
        placeImage(doc, late(grey(1), 2 ** 30));
      },
      `Cannot write the PDF: 1 call of placeImage is not finished: ${ADVICE}`,
    ],
    [
      'failed without being awaited',
      async (doc) => {
        placeImage(doc, damaged);
        await placeImage(doc, grey(1));
        await wait(50);
      },
      'Cannot write the PDF: 1 call of placeImage failed without being awaited (placeImage failed: the PNG is cut off in ' +
        `IDAT, at 50 bytes): ${ADVICE}`,
    ],
    [
      'failed, and others are not finished',
      async (doc) => {
        placeImage(doc, damaged);
        placeImage(doc, { width: 1, height: 1, data: new Uint8Array(9) });
        await wait(150);
        placeImage(doc, late(grey(1)));
      },
      'Cannot write the PDF: 1 call of placeImage is not finished, and 2 calls of placeImage failed without being ' +
        `awaited (placeImage failed: the PNG is cut off in IDAT, at 50 bytes): ${ADVICE}`,
    ],
    [
      'are not awaited by a callback that ends the document',
      (doc) => {
        placeImage(doc, grey(1));
        doc.end();
      },
      `Cannot write the PDF: 1 call of placeImage is not finished: ${ADVICE}`,
    ],
  ])('%s', async (_, build, message) => {
    const into = new BytesIO(new Uint8Array(3));
    await expect(writePdf(build, { into })).rejects.toMatchObject(rejection(message));
    expect([into.size, into.tell()]).toEqual([3, 0]);
  });

  it('on a document of the caller are not awaited', async () => {
    const doc = new PDFKitDocument();
    placeImage(doc, damaged);
    await expect(writePdf(doc)).rejects.toMatchObject(
      rejection(`Cannot write the PDF: 1 call of placeImage is not finished: ${ADVICE}`),
    );
  });
});

describe('placeImage()', () => {
  it('may fail when its error is caught: the PDF has what the callback drew instead', async () => {
    const pdf = await writePdf(async (doc) => {
      await placeImage(doc, damaged).catch(() => doc.text('no picture'));
      try {
        await placeImage(doc, damaged);
      } catch {
        doc.text('no picture');
      }
      await Promise.allSettled([placeImage(doc, damaged)]);
    });
    expect(pdf.size).toBeGreaterThan(500);
  });

  it('cancels its source when the document is given up', async () => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    let placed: Promise<unknown> = Promise.resolve();
    const written = writePdf((doc) => {
      placed = placeImage(doc, source);
    });
    await expect(written).rejects.toThrow('1 call of placeImage is not finished');
    await placed;
    expect(cancelled).toBe(true);
  });

  it('draws in the order of the calls, whichever source comes first', async () => {
    const pdf = await writePdf((doc) =>
      Promise.all([placeImage(doc, late(grey(10), 30)), placeImage(doc, late(grey(20), 5)), placeImage(doc, grey(30))]),
    );
    const drawn = await extractImages(pdf.getvalue(), 1);
    expect(drawn.map(({ data }) => data[0])).toEqual([10, 20, 30]);
  });

  it('leaves the order to the others when one fails', async () => {
    const pdf = await writePdf((doc) =>
      Promise.allSettled([placeImage(doc, late(damaged)), placeImage(doc, grey(20)), placeImage(doc, grey(30))]),
    );
    expect((await extractImages(pdf.getvalue(), 1)).map(({ data }) => data[0])).toEqual([20, 30]);
  });
});
