import { element } from '../element.ts';
import { formatBytes, formatTime } from '../format.ts';
import type { MadeFile, Outcome } from '../run/outcome.ts';
import { hexDump } from './hex.ts';
import { kindOf } from './kind.ts';
import { showText } from './text.ts';

/** The object URLs of what is shown in an element: given back when something else is shown there. */
const urls = new WeakMap<Element, string[]>();

/** Shows what came of a run, in place of what was shown before. */
export async function showOutcome(target: HTMLElement, outcome: Outcome): Promise<void> {
  const { log, error, files, milliseconds, where, memory } = outcome;
  for (const url of urls.get(target) ?? []) URL.revokeObjectURL(url);
  urls.set(target, []);
  // The browser answers after its next garbage collection.
  const memoryText = element('dd', {}, 'the browser is measuring …');
  void memory.then((text) => {
    memoryText.textContent = text;
  });
  const parts: HTMLElement[] = [
    element(
      'dl',
      { class: 'facts' },
      element('div', {}, element('dt', {}, 'Time'), element('dd', {}, formatTime(milliseconds))),
      element('div', {}, element('dt', {}, 'Memory'), memoryText),
      element('div', {}, element('dt', {}, 'Ran'), element('dd', {}, where)),
    ),
  ];
  if (log.length > 0) {
    const label = { class: 'log', tabindex: '0', role: 'group', 'aria-label': 'What it logged' };
    parts.push(element('pre', label, log.join('\n')));
  }
  if (error) parts.push(element('p', { class: 'error' }, error));
  for (const file of files) parts.push(await showFile(file, urls.get(target)!));
  target.replaceChildren(...parts);
  target.hidden = false;
}

async function showFile(file: MadeFile, made: string[]): Promise<HTMLElement> {
  const { name, bytes } = file;
  const kind = kindOf(bytes);
  const url = URL.createObjectURL(new Blob([bytes]));
  made.push(url);
  const save = element('a', { href: url, download: name.replaceAll('/', '-'), 'aria-label': `Save ${name}` }, 'Save');
  const section = element(
    'div',
    { class: 'file', 'data-kind': kind, role: 'group', 'aria-label': name },
    element('header', {}, element('h4', {}, name), element('span', {}, formatBytes(bytes.length)), save),
  );
  try {
    const shown = await show(kind, file, url);
    if (shown) section.append(shown);
  } catch (error) {
    section.append(element('p', { class: 'error' }, `It cannot be shown: ${(error as Error).message}`));
  }
  const columns = matchMedia('(max-width: 44rem)').matches ? 8 : 16;
  const label = { class: 'hex', tabindex: '0', role: 'group', 'aria-label': `Hex dump of ${name}` };
  const dump = element('pre', label, hexDump(bytes, columns, columns * 16));
  const details = element('details', {}, element('summary', {}, 'Bytes'), dump);
  details.open = kind === 'bytes';
  section.append(details);
  return section;
}

async function show(kind: string, file: MadeFile, url: string): Promise<HTMLElement | undefined> {
  if (kind === 'pdf') return (await import('./pdf.ts')).showPdf(file);
  if (kind === 'zip') return (await import('./zip.ts')).showZip(file);
  if (kind === 'image') return (await import('./image.ts')).showImage(file.name, url);
  return kind === 'text' ? showText(file) : undefined;
}
