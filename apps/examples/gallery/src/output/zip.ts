import { BytesIO } from '@memio/core';
import { readZip } from '@memio/jszip';
import { element } from '../element.ts';
import { formatBytes } from '../format.ts';
import type { MadeFile } from '../run/outcome.ts';

/** What is in an archive. */
export async function showZip({ name, bytes }: MadeFile): Promise<HTMLElement> {
  const files = await readZip(new BytesIO(bytes));
  const rows = [...files].map(([file, content]) =>
    element('tr', {}, element('th', { scope: 'row' }, file), element('td', {}, formatBytes(content.size))),
  );
  const table = element(
    'table',
    {},
    element('caption', {}, rows.length === 1 ? 'One file' : `${rows.length} files`),
    element(
      'thead',
      {},
      element('tr', {}, element('th', { scope: 'col' }, 'File'), element('th', { scope: 'col' }, 'Size')),
    ),
    element('tbody', {}, ...rows),
  );
  return element('div', { class: 'table', tabindex: '0', role: 'group', 'aria-label': `Files in ${name}` }, table);
}
