import { find } from './element.ts';

/** Makes the buttons below clipped sources show all of it, and less again. */
export function startExpanding(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button.expand')) {
    const source = find('pre', button.parentElement!);
    const [text, label] = [button.textContent, button.getAttribute('aria-label')!];
    button.addEventListener('click', () => {
      const open = !source.classList.toggle('clipped');
      button.setAttribute('aria-expanded', String(open));
      button.setAttribute('aria-label', open ? label.replace(text, 'Show less') : label);
      button.textContent = open ? 'Show less' : text;
    });
  }
}
