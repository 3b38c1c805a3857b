import type { Report, Result } from './inside/protocol.ts';
import { KNOWN, type Known, NEEDS } from './known.ts';

/** What a runtime did with the tests of a package, as the table shows it. */
export interface Outcome {
  passed: number;
  /** Those that passed or failed. */
  total: number;
  /** How many tests Node.js ran that could not be run here, by what they need. */
  absent: Map<string, number>;
  known: Map<Known, number>;
  /** What fails the run. */
  failures: Result[];
}

const counted = (map: Map<string, number>, key: string, by = 1) => map.set(key, (map.get(key) ?? 0) + by);

const needsOf = ({ state, why = '' }: Result, name: string) =>
  state === 'failed' ? NEEDS.find((need) => need.package === name && need.says.test(why))?.needs : undefined;

/**
 * @param reference the report of Node.js, which tells how many tests there are in files that were cut short or left out
 * @param files those that were left out, with what they need
 */
export function outcomeOf(
  { results, cutShort }: Report,
  runtime: string,
  name: string,
  reference: Report | undefined,
  files: ReadonlyMap<string, string>,
): Outcome {
  const outcome: Outcome = { passed: 0, total: 0, absent: new Map(), known: new Map(), failures: [] };
  const rules = KNOWN.filter((known) => known.package === name && known.runtimes.includes(runtime));
  for (const result of results) {
    if (result.state === 'skipped') continue;
    const needs = result.state === 'absent' ? result.why : needsOf(result, name);
    if (needs !== undefined) {
      counted(outcome.absent, needs);
      continue;
    }
    outcome.total += 1;
    if (result.state === 'passed') outcome.passed += 1;
    else {
      const rule = rules.find(({ tests }) => tests.some((test) => result.name.includes(test)));
      if (rule) outcome.known.set(rule, (outcome.known.get(rule) ?? 0) + 1);
      else outcome.failures.push(result);
    }
  }
  const missing = [...cutShort, ...[...files].map(([file, why]) => ({ file, why }))];
  const countIn = (report: Report | undefined, file: string) =>
    report?.results.filter((result) => result.file === file && result.state !== 'skipped').length ?? 0;
  for (const { file, why } of missing) {
    const left = countIn(reference, file) - countIn({ results, cutShort }, file);
    if (left > 0) counted(outcome.absent, why, left);
  }
  for (const rule of rules) {
    if (rule.hangs) outcome.known.set(rule, rule.tests.length);
    else if (!outcome.known.has(rule))
      outcome.failures.push({
        file: 'tools/runtimes/src/known.ts',
        name: `in ${runtime}, ${name}: ${rule.tests.join(', ')}`,
        state: 'failed',
        why: 'This is listed as a known difference, and passes: take it off the list',
      });
  }
  return outcome;
}
