import type { Recipe } from '../../src/catalogue.ts';
import { highlight } from './highlight.ts';
import { type Html, html } from './html.ts';

const PLACES = [
  {
    runsIn: 'browsers',
    id: 'in-the-page',
    title: 'Run in this page',
    note: 'They import nothing of Node.js. Run starts a worker of your browser for them; nothing leaves it.',
  },
  {
    runsIn: 'node',
    id: 'on-the-server',
    title: 'Run on the local server',
    note: 'They need Node.js. Run starts a process for them on this machine, in an empty folder.',
  },
] as const;

const MANAGERS = { npm: 'npm install', pnpm: 'pnpm add', yarn: 'yarn add', bun: 'bun add' };

/** The list of what is on the page. */
export function navigation(recipes: readonly Recipe[]): Html {
  const group = ({ runsIn, id, title }: (typeof PLACES)[number]) => html`
    <li>
      <a href="#${id}">${title}</a>
      <ul>
        ${of(recipes, runsIn).map(({ name, title }) => html`<li><a href="#${name}">${title}</a></li>`)}
      </ul>
    </li>`;
  return html`${PLACES.map(group)}`;
}

/** All recipes, by where they run. */
export function recipeSections(recipes: readonly Recipe[]): Html {
  const section = ({ runsIn, id, title, note }: (typeof PLACES)[number]) => html`
    <section aria-labelledby="${id}">
      <header class="place">
        <h2 id="${id}">${title}</h2>
        <p>${note}</p>
      </header>
      ${of(recipes, runsIn).map(article)}
    </section>`;
  return html`${PLACES.map(section)}`;
}

const of = (recipes: readonly Recipe[], place: Recipe['runsIn']): Recipe[] =>
  recipes.filter(({ runsIn }) => runsIn === place);

function article({ name, title, summary, install, runsIn, source }: Recipe): Html {
  const managers = Object.entries(MANAGERS);
  const lines = source.trimEnd().split('\n').length;
  return html`
    <article class="recipe" id="${name}" data-runs-in="${runsIn}" aria-labelledby="${name}-title">
      <h3 id="${name}-title">${title}</h3>
      <p class="summary">${summary[0]!.toUpperCase()}${summary.slice(1)}.</p>
      <div class="install">
        <fieldset class="segments">
          <legend class="visually-hidden">Package manager for ${title}</legend>
          ${managers.map(
            ([manager]) =>
              html`<label><input type="radio" name="${name}-manager" value="${manager}"${
                manager === 'npm' ? html` checked` : ''
              }><span>${manager}</span></label>`,
          )}
        </fieldset>
        <div class="line">
          ${managers.map(([manager, add]) => html`<code data-manager="${manager}">${add} ${install.join(' ')}</code>`)}
          <button type="button" class="copy" data-copy="install" aria-label="Copy the install line of ${title}">Copy</button>
        </div>
      </div>
      <div class="source">
        <div class="bar">
          <span class="file-name">${name}.ts</span>
          <button type="button" class="copy" data-copy="source" aria-label="Copy the source of ${title}">Copy</button>
        </div>
        <pre id="${name}-source" class="clipped" tabindex="0" role="group" aria-label="Source of ${title}"><code>${highlight(source)}</code></pre>
        <button type="button" class="expand" aria-expanded="false" aria-controls="${name}-source" aria-label="Show all ${lines} lines of ${title}">Show all ${lines} lines</button>
      </div>
      <div class="run">
        <button type="button" class="primary" data-run="${name}" aria-label="Run ${title}">Run</button>
        <p role="status"></p>
      </div>
      <div class="outcome" hidden></div>
    </article>`;
}
