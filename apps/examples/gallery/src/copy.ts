import { find } from './element.ts';

const SHOWN = 2000;

/** Makes the copy buttons copy the source, or the install line that is shown, of their recipe. */
export function startCopying(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.addEventListener('click', () => copy(button));
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const recipe = button.closest('.recipe')!;
  const { manager = 'npm' } = document.documentElement.dataset;
  const selector = button.dataset['copy'] === 'source' ? '.source code' : `code[data-manager="${manager}"]`;
  const code = find(selector, recipe);
  const status = find('[role="status"]', recipe);
  try {
    await navigator.clipboard.writeText(code.textContent);
    status.textContent = 'Copied to the clipboard';
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, SHOWN);
  } catch {
    // The browser may not allow it: then the user can, with one key.
    getSelection()?.selectAllChildren(code);
    status.textContent = 'This browser does not allow it: the text is selected, press Ctrl+C';
  }
}
