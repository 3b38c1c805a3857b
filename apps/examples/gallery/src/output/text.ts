import { element } from '../element.ts';

const LINES = 16;
const BYTES = 4096;

/** The first lines of a text. */
export function showText({ name, bytes }: { name: string; bytes: Uint8Array<ArrayBuffer> }): HTMLElement {
  const lines = new TextDecoder().decode(bytes.subarray(0, BYTES), { stream: true }).trimEnd().split('\n');
  const cut = bytes.length > BYTES || lines.length > LINES;
  const text = lines.slice(0, LINES).join('\n') + (cut ? '\n…' : '');
  return element('pre', { class: 'text', tabindex: '0', role: 'group', 'aria-label': `Beginning of ${name}` }, text);
}
