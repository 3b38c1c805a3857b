import { find } from '../element.ts';
import { formatTime } from '../format.ts';
import type { Outcome } from './outcome.ts';

/** Makes the run buttons run the recipes, where those can run, and show what came of it. */
export function startRunning(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-run]')) {
    button.addEventListener('click', () => run(button));
  }
}

async function run(button: HTMLButtonElement): Promise<void> {
  // Not `disabled`: that would take the focus from whoever is at the keyboard.
  if (button.getAttribute('aria-disabled') === 'true') return;
  const recipe = find(`#${button.dataset['run']}`);
  const status = find('[role="status"]', recipe);
  button.setAttribute('aria-disabled', 'true');
  status.className = 'running';
  status.textContent = 'Running …';
  try {
    const outcome = await start(recipe);
    const { showOutcome } = await import('../output/outcome.ts');
    await showOutcome(find('.outcome', recipe), outcome);
    status.className = outcome.error ? 'failed' : 'done';
    status.textContent = outcome.error ? 'It failed' : summarise(outcome);
  } catch (error) {
    status.className = 'failed';
    status.textContent = (error as Error).message;
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

async function start({ id, dataset }: HTMLElement): Promise<Outcome> {
  if (dataset['runsIn'] === 'browsers') return (await import('./in-page.ts')).runInPage(id);
  return (await import('./on-server.ts')).runOnServer(id);
}

function summarise({ files: { length }, milliseconds }: Outcome): string {
  const made = length === 0 ? '' : length === 1 ? ', one file' : `, ${length} files`;
  return `Done in ${formatTime(milliseconds)}${made}`;
}
