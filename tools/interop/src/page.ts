import { CLIENTS } from './clients.ts';
import { HANDED } from './handed.ts';
import { type Consumer, type Outcome, outcomeOf } from './matrix.ts';
import { PARSERS } from './parsers.ts';
import { PLATFORM } from './platform.ts';
import { SERVERS } from './servers.ts';
import { typeErrors } from './types.ts';

export interface Cell {
  consumer: Consumer;
  handed: string;
  outcome: Outcome;
  /** What TypeScript reports, such as `TS2345`. */
  typeError: string | undefined;
}

const GROUPS = { Platform: PLATFORM, Servers: SERVERS, Clients: CLIENTS, Parsers: PARSERS };

/** Hands everything to everybody, one after the other. */
export async function runMatrix(): Promise<Cell[]> {
  const calls = Object.values(GROUPS)
    .flat()
    .flatMap((consumer) => Object.keys(HANDED).map((handed) => ({ consumer, handed })));
  const types = await typeErrors(calls);
  const cells: Cell[] = [];
  for (const [index, call] of calls.entries())
    cells.push({ ...call, outcome: await outcomeOf(call.consumer, call.handed), typeError: types[index] });
  return cells;
}

export const nameOf = ({ name, code }: Consumer): string => (name ? `${name}: \`${code}\`` : `\`${code}\``);

const SIGNS = { correct: '✓', error: 'error', wrong: '**wrong**' };

/** The page that shows them. */
export function pageOf(cells: readonly Cell[]): string {
  const names = Object.keys(HANDED).map((name) => `\`${name}\``);
  const tables = Object.entries(GROUPS).map(([title, consumers]) => {
    const rows = consumers.map((consumer) => [
      nameOf(consumer),
      ...cells.filter((cell) => cell.consumer === consumer).map(({ outcome }) => SIGNS[outcome.kind]),
    ]);
    return `## ${title}\n\n${table(['', ...names], rows)}`;
  });
  const details = (kind: Outcome['kind'], heading: string) =>
    table(['call', '`x`', heading, 'TypeScript', 'correct with'], detailsOf(cells, kind));
  return [INTRODUCTION, ...tables, WRONG, details('wrong', 'what arrives'), ERRORS, details('error', 'error')].join(
    '\n\n',
  );
}

/** One row for the cells of a consumer that say the same. */
function detailsOf(cells: readonly Cell[], kind: Outcome['kind']): string[][] {
  const rows = new Map<string, Cell[]>();
  for (const cell of cells.filter(({ outcome }) => outcome.kind === kind)) {
    const key = [nameOf(cell.consumer), said(cell), cell.typeError].join();
    rows.set(key, [...(rows.get(key) ?? []), cell]);
  }
  const list = (some: readonly Cell[]) => some.map(({ handed }) => `\`${handed}\``).join(', ') || 'none of them';
  return [...rows.values()].map((row) => {
    const { consumer, typeError } = row[0]!;
    const correct = cells.filter((cell) => cell.consumer === consumer && cell.outcome.kind === 'correct');
    return [nameOf(consumer), list(row), said(row[0]!), typeError ?? 'accepts it', list(correct)];
  });
}

function said({ outcome }: Cell): string {
  const text = outcome.kind === 'error' ? outcome.message : outcome.kind === 'wrong' ? outcome.got : '';
  return text.length > 160 ? `${text.slice(0, 160)} …` : text;
}

function table(head: string[], rows: string[][]): string {
  const line = (row: string[]) =>
    `| ${row.map((text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')).join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

const INTRODUCTION = `# Interoperability

<!-- Written by tools/interop: pnpm check:projects interop -u -->

What arrives when a stream, or what its methods return, is handed to somebody as \`x\`. Each cell is the result of a call: with
the real package, to a real server on loopback, with 1,000 bytes that are no text (parsers get a small file of their format).
The stream was just written, so its cursor is at the end. Lines of code for each framework are in [Send it](guides/send-it.md).

- ✓: every byte arrives.
- error: the call throws, rejects or answers with status 500. [Errors](#errors) has the messages.
- **wrong**: something else arrives without an error. [Silently wrong](#silently-wrong) says whether TypeScript reports it.

A \`BytesIO\` itself arrives, or is an error: of the call, or of TypeScript where the call asks it for nothing. Neither notices
\`structuredClone(io)\` and \`postMessage(io)\`: pass \`io.getvalue()\`, or transfer \`io.transfer()\`.`;

const WRONG = `## Silently wrong

The last column lists what is correct in the same call.`;

const ERRORS = '## Errors';
