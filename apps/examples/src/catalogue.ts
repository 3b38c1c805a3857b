/** What the first lines of a recipe say about it. */
export interface Recipe {
  /** The name of its file, without the extension. */
  readonly name: string;
  readonly title: string;
  /** What it does, as half a sentence: lower case, without a full stop. */
  readonly summary: string;
  /** The packages that it needs, with the hosts of the adapters. */
  readonly install: readonly string[];
  readonly runsIn: 'browsers' | 'node';
  readonly source: string;
}

const RUNS_IN = { 'Runs in browsers and Node.js.': 'browsers', 'Runs in Node.js.': 'node' } as const;
const INSTALL = 'npm install ';

/**
 * Reads the comment at the top of a recipe: `Title: what it does.`, which may go on on the next line, `npm install …`,
 * and as the last line where it runs. What stands between these two is for whoever reads the file.
 *
 * @throws {Error} when the comment is not like that
 */
export function parseRecipe(name: string, source: string): Recipe {
  const lines: string[] = [];
  for (const line of source.split(/\r?\n/)) {
    if (!line.startsWith('// ')) break;
    lines.push(line.slice(3));
  }
  const broken = (what: string) => new Error(`Cannot read the header of the recipe ${name}: ${what}`);

  const installAt = lines.findIndex((line) => line.startsWith(INSTALL));
  if (installAt < 1) throw broken(`expected what it does, and then a line "${INSTALL}…"`);
  const [, title, summary] = /^([^:]+): (.+)\.$/.exec(lines.slice(0, installAt).join(' ')) ?? [];
  if (!title || !summary) throw broken('expected "Title: what it does."');
  const runsIn = RUNS_IN[lines.at(-1) as keyof typeof RUNS_IN];
  if (!runsIn) throw broken(`expected one of ${Object.keys(RUNS_IN).join(' / ')} as its last line`);
  return { name, title, summary, install: lines[installAt]!.slice(INSTALL.length).split(' '), runsIn, source };
}
