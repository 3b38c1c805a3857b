import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, ROOT } from '../workspace.ts';
import { unannounced } from './changes.ts';
import { reportOf } from './report.ts';

const FOLDER = join(ROOT, 'api');

/** Writes `api/*.md`. With `--check` it fails if they differ, or changed since the last release without a changeset. */
export function main(args: string[]): number {
  const reports = new Map(publishedPackages().map((one) => [`${one.short}.md`, reportOf(one)]));
  const problems = args.includes('--check') ? check(reports) : write(reports);
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(`${reports.size} API reports are as the packages are`);
  return problems.length === 0 ? 0 : 1;
}

function write(reports: Map<string, string>): string[] {
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync(FOLDER)) if (!reports.has(name)) rmSync(join(FOLDER, name));
  for (const [name, report] of reports) writeFileSync(join(FOLDER, name), report);
  return [];
}

function check(reports: Map<string, string>): string[] {
  const there = (name: string) => (existsSync(join(FOLDER, name)) ? readFileSync(join(FOLDER, name), 'utf8') : '');
  const stale = [...reports].flatMap(([name, report]) => firstDifference(name, there(name), report));
  if (stale.length > 0) return [...stale, 'Write the reports anew: npx -y pnpm@12.21.0 api'];
  return unannounced(ROOT).map(
    (name) => `The API of ${name} differs from its last release: add a changeset that names it`,
  );
}

function firstDifference(name: string, kept: string, now: string): string[] {
  if (kept === now) return [];
  const [before, after] = [kept.split('\n'), now.split('\n')];
  const line = after.findIndex((text, index) => text !== before[index]);
  const at = line < 0 ? after.length : line;
  return [`api/${name}:${at + 1} is not as the package is:\n  - ${before[at] ?? ''}\n  + ${after[at] ?? ''}`];
}
