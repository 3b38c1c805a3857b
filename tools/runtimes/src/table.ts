import type { Outcome } from './outcome.ts';
import { PROCESS_ONLY } from './packages.ts';

export interface Row {
  title: string;
  version: string;
  /** A package without an outcome cannot be used there. */
  outcomes: ReadonlyMap<string, Outcome>;
}

const cases = (count: number) => (count === 1 ? '1 case' : `${count} cases`);

/** The table of runtimes and packages, with a note below it for every cell that needs one. */
export function table(rows: readonly Row[], packages: readonly string[]): string {
  const notes: string[] = [];
  const mark = (note: string) => {
    if (!notes.includes(note)) notes.push(note);
    return `<sup>${notes.indexOf(note) + 1}</sup>`;
  };
  const cell = (outcome: Outcome | undefined, name: string) => {
    if (!outcome) return `– ${mark(`\`@memio/${name}\` runs where Node.js does: ${PROCESS_ONLY[name]}.`)}`;
    const { passed, total } = outcome;
    const marks = notesOf(outcome).map(mark).join('<sup>, </sup>');
    return [`${passed}/${total}`, marks].filter(Boolean).join(' ');
  };
  const lines = [
    ['runtime', ...packages.map((name) => `\`${name}\``)],
    ['---', ...packages.map(() => '--:')],
    ...rows.map(({ title, version, outcomes }) => [
      `${title} ${version}`,
      ...packages.map((name) => cell(outcomes.get(name), name)),
    ]),
  ];
  const grid = aligned(lines);
  return [grid, '', ...notes.map((note, index) => `${index + 1}. ${note}`)].join('\n').trimEnd();
}

function notesOf({ absent, known }: Outcome): string[] {
  const needs = [...absent].sort(([one], [other]) => (one < other ? -1 : 1));
  const count = needs.reduce((sum, [, many]) => sum + many, 0);
  const notes = [...known].map(([{ why }, many]) => `${cases(many)} ${why}.`);
  if (count > 0) {
    const each = needs.map(([what, many]) => (needs.length === 1 ? what : `${what} (${many})`)).join(', ');
    notes.push(`${cases(count)} could not be run: the tests need ${each}.`);
  }
  return notes;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line, row) => {
      const fields = line.map((field, column) => {
        const width = widths[column]!;
        if (row === 1) return field.startsWith('--:') ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width);
        return column === 0 ? field.padEnd(width) : field.padStart(width);
      });
      return `| ${fields.join(' | ')} |`;
    })
    .join('\n');
}
