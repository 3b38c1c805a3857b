// The command line of the recipes: lists them, runs one, or copies one into a folder.
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { Recipe } from './catalogue.ts';
import { columns } from './columns.ts';
import { packagesOf } from './copied-project.ts';
import { copyRecipe } from './copy-recipe.ts';
import { nearest } from './nearest.ts';
import { loadMain, readRecipes } from './recipe-folder.ts';
import { runRecipe } from './run-recipe.ts';

const COMMAND = 'npx -y pnpm@12.21.0 recipe';
const USAGE = `Usage: ${COMMAND} [NAME [arguments] | NAME --copy FOLDER]`;

const { stdout, env } = process;
const terminal = stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
const bold = (text: string): string => (terminal ? `\x1b[1m${text}\x1b[0m` : text);
const dim = (text: string): string => (terminal ? `\x1b[2m${text}\x1b[0m` : text);

function list(recipes: readonly Recipe[]): void {
  const rows = recipes.map(({ name, summary, runsIn }) => [name, summary, WHERE[runsIn]]);
  const [header, ...lines] = columns(
    [['Recipe', 'What it does', 'Runs in'], ...rows],
    1,
    stdout.columns || undefined,
  ).split('\n');
  console.log([bold(header!), ...lines].join('\n'));
  console.log(`\nRun one:   ${COMMAND} NAME [arguments]\nCopy one:  ${COMMAND} NAME --copy FOLDER`);
}

const WHERE = { browsers: 'browsers, Node.js', node: 'Node.js' } as const;

function find(name: string, recipes: readonly Recipe[]): Recipe {
  const recipe = recipes.find((recipe) => recipe.name === name);
  if (recipe) return recipe;
  const names = recipes.map(({ name }) => name);
  throw new Error(`There is no recipe ${name}. Did you mean ${nearest(name, names)}? ${COMMAND} lists all`);
}

async function run(recipe: Recipe, args: string[]): Promise<void> {
  const { files, milliseconds, peak } = await runRecipe(await loadMain(recipe), args, 'out');
  if (files.length > 0) {
    const rows = files.map(({ path, bytes }) => [path, sizeOf(bytes)]);
    const width = Math.max(...rows.map(([, size]) => size!.length));
    const table = columns(
      [['File', 'Size'.padStart(width)], ...rows.map(([path, size]) => [path!, size!.padStart(width)])],
      0,
    );
    const [header, ...lines] = table.split('\n');
    console.log(`\n${[bold(header!), ...lines].join('\n')}`);
  }
  console.log(dim(`\n${(milliseconds / 1000).toFixed(2)} s, at most ${sizeOf(peak)} of memory`));
}

const sizeOf = (bytes: number): string =>
  bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

async function copy(recipe: Recipe, folder: string): Promise<void> {
  const files = await copyRecipe(recipe, folder);
  const shown = relative('.', folder) || '.';
  console.log(`${files.join(', ')} ${files.length === 1 ? 'is' : 'are'} in ${shown}. Next:\n`);
  if (files.includes('package.json')) {
    console.log(`cd ${quoted(shown)}\nnpm install\nnpm start`);
  } else {
    const { dependencies, devDependencies } = await packagesOf(recipe);
    console.log(`npm install ${Object.keys(dependencies).join(' ')}`);
    console.log(`npm install --save-dev ${Object.keys(devDependencies).join(' ')}`);
  }
}

const quoted = (path: string): string => (/[^\w./-]/.test(path) ? JSON.stringify(path) : path);

async function main(): Promise<void> {
  // pnpm runs scripts in the root of the repository: what is relative is meant from where the user is.
  if (env['INIT_CWD']) process.chdir(env['INIT_CWD']);
  const options = { copy: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  const { values, positionals } = parseArgs({ allowPositionals: true, options });
  const [name, ...args] = positionals;
  const recipes = await readRecipes();
  if (values.help) console.log(`${USAGE}\n`);
  if (name === undefined && values.copy !== undefined) throw new Error(`Cannot copy: which recipe? ${USAGE}`);
  if (name === undefined || values.help) return list(recipes);
  const recipe = find(name, recipes);
  if (values.copy === undefined) return await run(recipe, args);
  if (args.length > 0) throw new Error(`Cannot copy ${name} ${args.join(' ')}: one recipe at a time. ${USAGE}`);
  await copy(recipe, values.copy);
}

// Whoever reads the output may leave early, as head does.
stdout.on('error', () => {});
await main().catch((error: NodeJS.ErrnoException) => {
  console.error(`recipe: ${(error.message || error.code || error.name).split('\n')[0]}`);
  process.exitCode = 1;
});
