import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { catchStrays, failure, type Run, SOON } from '@memio/conformance';
import { b } from '@memio/core';
import PDFKitDocument from 'pdfkit';
import { describe, expect, it } from 'vitest';
import { type PdfDocument, writePdf } from './index.ts';

type Prepare = (doc: PDFKit.PDFDocument) => unknown;
const hello: Run = (options) => writePdf((doc) => doc.text('Hello'), options);
const drawn = (prepare?: Prepare): PDFKit.PDFDocument => {
  const doc = new PDFKitDocument();
  doc.text('Hello');
  prepare?.(doc);
  return doc;
};
/** Writes a document to which `prepare` did something first. */
const given =
  (prepare: Prepare): Run =>
  async (options) => {
    const doc = new PDFKitDocument();
    doc.text('Hello');
    await prepare(doc);
    return writePdf(doc, options);
  };
/** Writes what a callback draws that does something else as well. */
const built =
  (build: Prepare): Run =>
  (options) =>
    writePdf((doc: PDFKit.PDFDocument) => {
      doc.text('Hello');
      return build(doc);
    }, options);

const isPdf = (bytes: Uint8Array) => {
  const text = new TextDecoder('latin1').decode(bytes);
  return text.startsWith('%PDF-1.') && text.endsWith('%%EOF\n');
};

const adapterError = (message: string) => ({
  name: 'AdapterError',
  code: 'ERR_MEMIO_ADAPTER',
  adapter: '@memio/pdfkit',
  operation: 'writePdf',
  message: `writePdf failed: ${message}`,
});
const mistake = (message: string) => ({
  name: 'TypeError',
  code: 'ERR_MEMIO_TYPE',
  message: `Cannot write this document: ${message}`,
});
const READ_ELSEWHERE =
  'somebody else reads it; writePdf has to be its only reader, so leave out pipe() and data listeners';

catchStrays(() => hello({}));

describe('writePdf() settles, and on failure leaves `into` as it was', SOON, () => {
  const cases: [situation: string, run: Run, error: object][] = [
    ['the document was written before', given((doc) => writePdf(doc)), mistake('it was read before; draw a new one')],
    [
      'the document was drained before',
      given(async (doc) => {
        doc.end();
        doc.resume();
        await wait(20);
      }),
      mistake('it was read before; draw a new one'),
    ],
    ['the document was destroyed before', given((doc) => doc.destroy()), adapterError('the document was destroyed')],
    ['the document is piped elsewhere', given((doc) => doc.pipe(new PassThrough())), mistake(READ_ELSEWHERE)],
    ['somebody listens to its data', given((doc) => doc.on('data', () => {})), mistake(READ_ELSEWHERE)],
    ['somebody waits for it to be readable', given((doc) => doc.on('readable', () => {})), mistake(READ_ELSEWHERE)],
    [
      'the document makes text of its bytes',
      given((doc) => doc.setEncoding('latin1')),
      mistake("it yields text instead of bytes; leave out setEncoding('latin1')"),
    ],
    ['the callback destroys it', built((doc) => doc.destroy()), adapterError('the document was closed before its end')],
    [
      'the callback destroys it with an error',
      built((doc) => doc.destroy(new Error('out of ink'))),
      { ...adapterError('out of ink'), cause: new Error('out of ink') },
    ],
    [
      'the callback destroys it after a while',
      built(async (doc) => {
        await wait(10);
        doc.destroy();
      }),
      adapterError('the document was closed before its end'),
    ],
    ['the callback pipes it elsewhere', built((doc) => doc.pipe(new PassThrough())), mistake(READ_ELSEWHERE)],
    ['the callback reads it', built((doc) => doc.on('readable', () => {})), mistake(READ_ELSEWHERE)],
    [
      'the callback makes text of its bytes',
      built((doc) => doc.setEncoding('utf8')),
      mistake("it yields text instead of bytes; leave out setEncoding('utf8')"),
    ],
    [
      'PDFKit refuses an option',
      (options) => writePdf(() => {}, { ...options, font: 'no-such-font.ttf' }),
      adapterError("ENOENT: no such file or directory, open 'no-such-font.ttf'"),
    ],
    [
      'PDFKit fails while it ends',
      given((doc) => Object.assign(doc.info, { CreationDate: 'today' })),
      adapterError('this.info.CreationDate.toISOString is not a function'),
    ],
  ];

  it.each(cases)('when %s', async (_, run, error) => {
    expect(await failure(run)).toMatchObject(error);
  });

  it.each<[string, (doc: PDFKit.PDFDocument) => void]>([
    ['destroyed', (doc) => doc.destroy()],
    ['closed', (doc) => doc.emit('close')],
  ])('when the document is %s midway', async (_, interrupt) => {
    const error = await failure((options) => {
      const doc = drawn();
      const pdf = writePdf(doc, options);
      interrupt(doc);
      return pdf;
    });
    expect(error).toMatchObject(adapterError('the document was closed before its end'));
  });

  it('when the document emits an error', async () => {
    const cause = new Error('paper jam');
    const error = await failure((options) => {
      const doc = drawn();
      const pdf = writePdf(doc, options);
      doc.emit('error', cause);
      return pdf;
    });
    expect(error).toMatchObject({ ...adapterError('paper jam'), cause });
  });

  it('when the same document is written twice at once: the first succeeds, the second fails', async () => {
    const doc = drawn();
    const first = writePdf(doc);
    expect(await failure((options) => writePdf(doc, options))).toMatchObject(mistake(READ_ELSEWHERE));
    expect(isPdf((await first).getvalue())).toBe(true);
  });

  it.each<[string, Prepare]>([
    ['paused the document', (doc) => doc.pause()],
    [
      'paused the document after a while',
      async (doc) => {
        await wait(10);
        doc.pause();
      },
    ],
    ['took a look at its bytes', (doc) => doc.read()],
  ])('although the callback %s', async (_, build) => {
    expect(isPdf((await built(build)({})).getvalue())).toBe(true);
  });

  it('when the callback throws, with its own error', async () => {
    const own = new Error('no invoice 17');
    const build = () => {
      throw own;
    };
    expect(await failure((options) => writePdf(build, options))).toBe(own);
  });

  it('when the callback rejects, with its own error', async () => {
    const own = new Error('no invoice 17');
    const build = async () => {
      await wait(5);
      throw own;
    };
    expect(await failure((options) => writePdf(build, options))).toBe(own);
  });

  it('when the callback rejects after it ended the document', async () => {
    const own = new Error('too late');
    const build = async (doc: PdfDocument) => {
      doc.end();
      await wait(20);
      throw own;
    };
    expect(await failure((options) => writePdf(build, options))).toBe(own);
  });

  it('when the callback throws something that is no error', async () => {
    expect(await failure((options) => writePdf(() => Promise.reject('no'), options))).toBe('no');
  });
});

describe('writePdf() stops when its signal is aborted', SOON, () => {
  const reason = new Error('the customer left');

  it('when it is aborted during, and destroys the document', async () => {
    const controller = new AbortController();
    const doc = drawn();
    const error = await failure((options) => {
      const pdf = writePdf(doc, { ...options, signal: controller.signal });
      controller.abort(reason);
      return pdf;
    });
    expect(error).toBe(reason);
    expect(doc.destroyed).toBe(true);
  });

  it('when it is aborted while the callback draws, which goes on without harm', async () => {
    const controller = new AbortController();
    let finished = false;
    const build = async (doc: PdfDocument) => {
      await wait(20);
      doc.addPage().text('nobody reads this');
      finished = true;
    };
    const error = await failure((options) => {
      const pdf = writePdf(build, { ...options, signal: controller.signal });
      setImmediate(() => controller.abort(reason));
      return pdf;
    });
    expect(error).toBe(reason);
    await wait(40);
    expect(finished).toBe(true);
  });

  it('when it is aborted while the callback never returns', async () => {
    const error = await failure((options) =>
      writePdf(() => new Promise(() => {}), { ...options, signal: AbortSignal.timeout(20) }),
    );
    expect(error).toMatchObject({ name: 'TimeoutError' });
  });
});

describe('writePdf() names what it refuses', SOON, () => {
  const typeError = (message: string) => ({ name: 'TypeError', code: 'ERR_MEMIO_TYPE', message });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['5', 5],
    ['the string "report.pdf"', 'report.pdf'],
    ['an object', {}],
    ['an instance of Array', []],
    ['an instance of Uint8Array', b`%PDF-1.3`],
    ['an instance of PassThrough', new PassThrough()],
  ])('as a document: %s', async (name, source) => {
    expect(await failure((options) => writePdf(source as PdfDocument, options))).toMatchObject(
      typeError(`Cannot write a PDF of ${name}: expected a PDFDocument or a function that draws one`),
    );
  });
});
