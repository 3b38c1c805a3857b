import { element } from '../element.ts';
import { repr } from './repr.ts';
import type { Session } from './session.ts';

/** How far behind the end the cursor is still drawn where it is. */
const MOST_GAP = 12;

/** Draws a stream: its bytes as cells, the cursor, the views that are out, and what was read last. */
export class Cells {
  readonly #frame: HTMLElement;
  readonly #list = element('div', { class: 'cells' });
  readonly #cursor = element('div', { class: 'cursor' });
  #at = 0;

  constructor(frame: HTMLElement) {
    this.#frame = frame;
    frame.append(this.#list, this.#cursor);
    new ResizeObserver(() => this.#place()).observe(frame);
  }

  draw(session: Session): void {
    const { content, cursor, size, views, lastRead } = session;
    const gap = Math.max(0, Math.min(cursor, size + MOST_GAP) - size);
    const covered = Math.max(0, ...views);
    // One cell more than there are bytes: behind the last one the cursor stands before nothing.
    this.#resize(size + gap + 1);
    [...this.#list.children].forEach((cell, at) => {
      const byte = content[at];
      cell.className = `cell ${at < size ? 'byte' : at < size + gap ? 'gap' : 'end'}`;
      cell.classList.toggle('viewed', at < covered);
      cell.classList.toggle('view-start', covered > 0 && at === 0);
      cell.classList.toggle('view-end', at === covered - 1);
      cell.classList.toggle('was-read', at >= lastRead[0] && at < Math.min(lastRead[1], size));
      const [hex, character] = cell.lastElementChild!.children;
      cell.firstElementChild!.textContent = `${at}`;
      hex!.textContent = byte === undefined ? '' : byte.toString(16).padStart(2, '0');
      character!.textContent = byte === undefined ? '' : characterOf(byte);
    });
    this.#at = Math.min(cursor, size + gap);
    this.#cursor.classList.toggle('beyond', cursor > size + gap);
    this.#place();
    this.#frame.setAttribute('aria-label', describeStream(session));
  }

  #resize(cells: number): void {
    while (this.#list.childElementCount > cells) this.#list.lastElementChild!.remove();
    while (this.#list.childElementCount < cells) {
      this.#list.append(element('div', {}, element('small'), element('div', {}, element('i'), element('b'))));
    }
  }

  #place(): void {
    const cell = this.#list.children[this.#at] as HTMLElement | undefined;
    if (!cell) return;
    this.#cursor.style.transform = `translate(${cell.offsetLeft}px, ${cell.offsetTop}px)`;
    this.#cursor.style.height = `${cell.offsetHeight}px`;
  }
}

const characterOf = (byte: number): string => (byte === 0x20 ? '␣' : repr(Uint8Array.of(byte)).slice(2, -1));

/** What is drawn, in words. */
export function describeStream({ content, cursor, size, views }: Session): string {
  const where = cursor < size ? `before byte ${cursor}` : cursor === size ? 'at the end' : 'behind the end';
  const out =
    views.length === 0 ? 'no view is out' : views.length === 1 ? 'a view is out' : `${views.length} views are out`;
  return `${size === 1 ? '1 byte' : `${size} bytes`}, ${repr(content)}. The cursor is at ${cursor}, ${where}; ${out}.`;
}
