import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWith } from '@memio/testkit';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type Ended, programOf, run, runProgram, temporaryFolder } from '../test/run.ts';

const folder = temporaryFolder();
const SEATTLE = fileURLToPath(new URL('../data/seattle-weather.csv', import.meta.url));
const CSV = 'date,precipitation,temp_max,temp_min,wind,weather\n2012-01-01,0.0,12.8,5.0,4.7,sun\n';
const ZIP = join('out', 'seattle-weather-report.zip');

function write(name: string, content: string): void {
  writeFileSync(join(folder, name), content);
}

/** Escape sequences and carriage returns as text. */
const visible = (text: string): string => text.replaceAll('\x1b', '<esc>').replaceAll('\r', '<cr>');

describe('the program report-bundle', () => {
  it('prints plain lines into a pipe, then the table, then where the report is', () => {
    const { status, stdout, stderr } = runProgram('report-bundle', [], folder);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(visible(stdout)).toBe(stdout);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '1/4 Reading the CSV',
      '2/4 Drawing the heat map',
      '3/4 Laying out the report',
      '4/4 Packing the ZIP',
    ]);
    expect(lines[5]).toMatch(/^File +Size +Took$/);
    const zip = readFileSync(join(folder, ZIP));
    const files = Object.entries({ ...unzipSync(zip), [basename(ZIP)]: zip });
    expect(files).toHaveLength(4);
    for (const [index, [name, { length }]] of files.entries()) {
      expect(lines[6 + index]).toMatch(new RegExp(`^${name} +${(length / 1000).toFixed(1)} kB +\\d+ ms$`));
    }
    expect(lines.at(-2)).toMatch(`The report is in ${ZIP} (`);
  });

  it('takes a CSV and a folder', () => {
    write('other.csv', CSV);
    const { status, stdout } = runProgram('report-bundle', ['other.csv', '--out', 'deep/er'], folder);
    expect(status).toBe(0);
    expect(stdout).toContain(`The report is in ${join('deep/er', 'other-report.zip')}`);
    expect(readdirSync(join(folder, 'deep/er'))).toEqual(['other-report.zip']);
  });

  describeWith('sh', 'a reader that leaves early is not checked')('into a pipe whose reader has left', () => {
    it('makes the report all the same, without a complaint', () => {
      const args = [process.execPath, programOf('report-bundle'), '--out', 'piped'];
      const { stderr } = run('sh', ['-c', '"$@" | true', 'sh', ...args], { cwd: folder });
      expect(stderr).toBe('');
      expect(readdirSync(join(folder, 'piped'))).toEqual([basename(ZIP)]);
    });
  });
});

describe('bad input of the program report-bundle', () => {
  function expectOneLine({ status, stderr }: Ended, line: string): void {
    expect(stderr).toBe(`report-bundle: ${line}\n`);
    expect(status).toBe(1);
  }

  it('is a broken row: one line names the file and the row, and no ZIP is made', () => {
    const lines = readFileSync(SEATTLE, 'utf8').split('\n');
    lines[999] = lines[999]!.replace(',', ';');
    write('broken.csv', lines.join('\n'));
    const ended = runProgram('report-bundle', ['broken.csv', '--out', 'broken'], folder);
    expectOneLine(ended, 'broken.csv, row 1000: expected 6 fields, found 5');
    expect(readdirSync(folder)).not.toContain('broken');
  });

  it('is a broken row: the report of an earlier run stays as it was', () => {
    write('again.csv', CSV);
    runProgram('report-bundle', ['again.csv', '--out', 'again'], folder);
    const before = readFileSync(join(folder, 'again', 'again-report.zip'));
    write('again.csv', `${CSV}2012-01-02\n`);
    const ended = runProgram('report-bundle', ['again.csv', '--out', 'again'], folder);
    expectOneLine(ended, 'again.csv, row 3: expected 6 fields, found 1');
    expect(readFileSync(join(folder, 'again', 'again-report.zip')).equals(before)).toBe(true);
    expect(readdirSync(join(folder, 'again'))).toEqual(['again-report.zip']);
  });

  it.each([
    ['that does not exist', 'nope/missing.csv', 'no such file or directory'],
    ['of a folder', '.', 'illegal operation on a directory'],
  ])('is a path %s', (_what, path, reason) => {
    const ended = runProgram('report-bundle', [path, '--out', 'never'], folder);
    expectOneLine(ended, `Cannot read ${path}: ${reason}`);
    expect(readdirSync(folder)).not.toContain('never');
  });

  it.each([
    ['below a file', join('file.txt', 'deeper')],
    ['that is a file', 'file.txt'],
  ])('is an output folder %s', (_what, out) => {
    write('file.txt', 'untouched');
    const before = readdirSync(folder);
    const ended = runProgram('report-bundle', [SEATTLE, '--out', out], folder);
    expectOneLine(ended, `Cannot write ${join(out, basename(ZIP))}: not a directory`);
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(join(folder, 'file.txt'), 'utf8')).toBe('untouched');
  });

  it('is an output file that cannot be replaced: no temporary file stays', () => {
    mkdirSync(join(folder, 'taken', basename(ZIP)), { recursive: true });
    const { status, stderr } = runProgram('report-bundle', [SEATTLE, '--out', 'taken'], folder);
    expect(stderr).toMatch(/^report-bundle: Cannot write taken.seattle-weather-report\.zip: [a-z ]+\n$/);
    expect(status).toBe(1);
    expect(readdirSync(join(folder, 'taken'))).toEqual([basename(ZIP)]);
  });

  describeWith('sh', 'writing that fails halfway is not checked')('writing that fails halfway', () => {
    it('leaves nothing behind', () => {
      // Files may have 8 blocks of 512 bytes: the ZIP has more, and the write fails as it does on a full disk.
      const limited = 'trap "" XFSZ; ulimit -f 8; exec "$@"';
      const args = [process.execPath, programOf('report-bundle'), '--out', 'full'];
      const ended = run('sh', ['-c', limited, 'sh', ...args], { cwd: folder });
      expectOneLine(ended, `Cannot write ${join('full', basename(ZIP))}: file too large`);
      expect(readdirSync(join(folder, 'full'))).toEqual([]);
    });
  });

  it.each([
    ['an unknown option', ['--colour']],
    ['an option without its value', ['--out']],
    ['too many arguments', ['a.csv', 'b.csv']],
  ])('is %s', (_what, args) => {
    const { status, stderr } = runProgram('report-bundle', args, folder);
    expect(stderr).toMatch(/^report-bundle: [^\n]+\n$/);
    expect(status).toBe(1);
  });
});

describeWith('python3', 'what report-bundle shows in a terminal is not checked')('report-bundle in a terminal', () => {
  const spawn = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const runInTerminal = (args: string[], env: object = {}): Ended =>
    run('python3', ['-c', spawn, process.execPath, programOf('report-bundle'), ...args], { cwd: folder, env });

  it('shows a progress bar that fills, then the table', () => {
    const { status, stdout } = runInTerminal([]);
    expect(status).toBe(0);
    const bars = [...visible(stdout).matchAll(/<cr><esc>\[K<esc>\[36m(█*)░*<esc>\[0m (\d)\/4 [A-Z]/g)];
    expect(bars.map(([, bar, done]) => [bar!.length, done])).toEqual([
      [0, '0'],
      [6, '1'],
      [12, '2'],
      [18, '3'],
      [24, '4'],
    ]);
    expect(stdout).toMatch(/seattle-weather\.png +[\d.]+ kB +\d+ ms\r\n/);
    expect(stdout).toContain(`The report is in ${ZIP}`);
  });

  it('shows plain lines with NO_COLOR', () => {
    const { status, stdout } = runInTerminal([], { NO_COLOR: '1' });
    expect(status).toBe(0);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toContain('2/4 Drawing the heat map\r\n');
  });

  it('takes the bar away before it tells what is wrong', () => {
    const { status, stdout } = runInTerminal(['missing.csv']);
    expect(status).toBe(1);
    expect(visible(stdout)).toMatch(
      /<cr><esc>\[Kreport-bundle: Cannot read missing\.csv: no such file or directory<cr>\n$/,
    );
  });
});
