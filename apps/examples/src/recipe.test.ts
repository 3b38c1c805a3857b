import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type Ended, programOf, run, temporaryFolder } from '../test/run.ts';
import { readRecipes } from './recipe-folder.ts';

const folder = temporaryFolder();
/** Runs the command line as pnpm does: somewhere else, and told where the user is. */
const recipe = (args: string[], env: object = {}): Ended =>
  run(process.execPath, [programOf('recipe'), ...args], { cwd: '/', env: { INIT_CWD: folder, ...env } });
const recipes = await readRecipes();

describe('recipe', () => {
  it('lists all recipes in columns: name, what it does, where it runs', () => {
    const { status, stdout, stderr } = recipe([]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).not.toContain('\x1b');
    const [header, ...lines] = stdout.split('\n');
    const [what, where] = [header!.indexOf('What it does'), header!.indexOf('Runs in')];
    const rows = recipes.map(({ name, summary, runsIn }) => [
      name,
      summary,
      { browsers: 'browsers, Node.js', node: 'Node.js' }[runsIn],
    ]);
    const cells = lines
      .slice(0, rows.length)
      .map((line) => [line.slice(0, what), line.slice(what, where), line.slice(where)]);
    expect(cells.map((row) => row.map((cell) => cell.trim()))).toEqual(rows);
    expect(lines.slice(rows.length).join('\n')).toContain('recipe NAME --copy FOLDER');
  });

  it('runs one: shows what it says, saves what it makes under out/, and tells sizes, time and memory', () => {
    const { status, stdout, stderr } = recipe(['image-in-memory']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(join(folder, 'out'))).toEqual(['mandelbrot-small.png', 'mandelbrot.png']);
    const sizes = ['mandelbrot.png', 'mandelbrot-small.png'].map(
      (name) => readFileSync(join(folder, 'out', name)).length,
    );
    const inKilobytes = sizes.map((size) => (size / 1000).toFixed(1));
    expect(stdout).toMatch(
      new RegExp(
        `^mandelbrot\\.png: 900 x 720 pixels, ${sizes[0]} bytes\n` +
          `mandelbrot-small\\.png: 150 x 120 pixels, ${sizes[1]} bytes\n` +
          `\nFile +Size\n` +
          `out.mandelbrot\\.png +${inKilobytes[0]} kB\n` +
          `out.mandelbrot-small\\.png +${inKilobytes[1]} kB\n` +
          `\n\\d\\.\\d\\d s, at most \\d+\\.\\d MB of memory\n$`,
      ),
    );
  });

  it('hands arguments on, and what is relative in them is meant from where the user is', () => {
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'notes.txt'), 'hello');
    expect(recipe(['zip-from-files', 'mine'])).toMatchObject({ status: 0, stderr: '' });
    expect(Object.keys(unzipSync(readFileSync(join(folder, 'out', 'files.zip'))))).toEqual(['notes.txt']);
  });

  it('copies one into a folder, and says what is next', () => {
    const { status, stdout, stderr } = recipe(['pdf-invoice', '--copy', 'new folder']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readdirSync(join(folder, 'new folder'))).toEqual([
      'package.json',
      'pdf-invoice.ts',
      'start.ts',
      'tsconfig.json',
    ]);
    expect(stdout).toBe(
      'pdf-invoice.ts, package.json, tsconfig.json, start.ts are in new folder. Next:\n\n' +
        'cd "new folder"\nnpm install\nnpm start\n',
    );
  });

  it('copies one into a project, and says what to install there', () => {
    mkdirSync(join(folder, 'project'));
    writeFileSync(join(folder, 'project', 'package.json'), '{}');
    expect(recipe(['websocket', '--copy', 'project'])).toEqual({
      status: 0,
      stdout:
        'websocket.ts is in project. Next:\n\nnpm install @memio/core ws\n' +
        'npm install --save-dev @types/node @types/ws typescript\n',
      stderr: '',
    });
    expect(readdirSync(join(folder, 'project'))).toEqual(['package.json', 'websocket.ts']);
  });

  it('refuses to overwrite a file, and says which', () => {
    mkdirSync(join(folder, 'taken'));
    writeFileSync(join(folder, 'taken', 'pdf-invoice.ts'), 'mine');
    expect(recipe(['pdf-invoice', '--copy', 'taken'])).toEqual({
      status: 1,
      stdout: '',
      stderr: `recipe: Cannot copy pdf-invoice: ${join('taken', 'pdf-invoice.ts')} is there already\n`,
    });
    expect(readdirSync(join(folder, 'taken'))).toEqual(['pdf-invoice.ts']);
    expect(readFileSync(join(folder, 'taken', 'pdf-invoice.ts'), 'utf8')).toBe('mine');
  });

  it.each([
    [['pdf-invioce'], 'There is no recipe pdf-invioce. Did you mean pdf-invoice? npx -y pnpm@12.21.0 recipe lists all'],
    [['object-storage'], 'Name a bucket, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
    [['zip-from-files', 'missing'], /^ENOENT: [^\n]+'missing'$/],
    [['--copy', 'somewhere'], /^Cannot copy: which recipe\? Usage: [^\n]+$/],
    [['pdf-invoice', 'x', '--copy', 'somewhere'], /^Cannot copy pdf-invoice x: one recipe at a time\. Usage: [^\n]+$/],
    [['pdf-invoice', '--copy'], /^[^\n]*--copy[^\n]*$/],
    [['--colour'], /^[^\n]*--colour[^\n]*$/],
  ])('says in one line what is wrong with %j', (args, message) => {
    const { status, stdout, stderr } = recipe(args, { AWS_ACCESS_KEY_ID: undefined });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^recipe: .+\n$/);
    expect(stderr.slice('recipe: '.length, -1)).toMatch(message);
    expect(readdirSync(folder)).not.toContain('somewhere');
  });

  it('says in one line that it cannot save', () => {
    const here = join(folder, 'blocked');
    mkdirSync(here);
    writeFileSync(join(here, 'out'), 'mine');
    const { status, stderr } = recipe(['pdf-invoice'], { INIT_CWD: here });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^recipe: EEXIST: .+'out'\n$/) });
    expect(readFileSync(join(here, 'out'), 'utf8')).toBe('mine');
  });
});

describeWith('python3', 'what recipe shows in a terminal is not checked')('recipe in a terminal', () => {
  const spawn = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const inTerminal = (env: object): Ended =>
    run('python3', ['-c', spawn, process.execPath, programOf('recipe')], { cwd: folder, env });

  it('shows the header in bold', () => {
    const [header] = inTerminal({ INIT_CWD: folder }).stdout.replaceAll('\x1b', '<esc>').split('\r\n');
    expect(header).toMatch(/^<esc>\[1mRecipe .+<esc>\[0m$/);
  });

  it('shows no escape sequence with NO_COLOR', () => {
    expect(inTerminal({ INIT_CWD: folder, NO_COLOR: '1' }).stdout).not.toContain('\x1b');
  });
});
