import { GlobalWorkerOptions, getDocument } from 'pdfjs-dist';
import workerUrl from 'pdfjs-dist/build/pdf.worker.min.mjs?url';
import { element } from '../element.ts';
import type { MadeFile } from '../run/outcome.ts';

GlobalWorkerOptions.workerSrc = workerUrl;

const MOST_PAGES = 4;
/** Pixels to a point: sharp at the width that a page is shown in. */
const SCALE = 2;

/** The first pages of a PDF, drawn. */
export async function showPdf({ name, bytes }: MadeFile): Promise<HTMLElement> {
  const pages = element('div', { class: 'pages' });
  const loading = getDocument({
    data: bytes.slice(), // pdf.js would take the memory of what it is given
    standardFontDataUrl: new URL('pdf-fonts/', document.baseURI).href,
    useSystemFonts: false, // what is drawn is then the same everywhere
    isEvalSupported: false,
  });
  try {
    const pdf = await loading.promise;
    for (let number = 1; number <= Math.min(pdf.numPages, MOST_PAGES); number++) {
      const page = await pdf.getPage(number);
      const viewport = page.getViewport({ scale: SCALE });
      const label = `Page ${number} of ${pdf.numPages} of ${name}`;
      const canvas = element('canvas', { role: 'img', 'aria-label': label });
      [canvas.width, canvas.height] = [Math.ceil(viewport.width), Math.ceil(viewport.height)];
      await page.render({ canvas, viewport }).promise;
      pages.append(canvas);
    }
    const left = pdf.numPages - MOST_PAGES;
    if (left > 0) pages.append(element('p', {}, left === 1 ? '… and one page more' : `… and ${left} pages more`));
  } finally {
    await loading.destroy();
  }
  return pages;
}
