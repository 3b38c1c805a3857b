import { afterAll, describe, expect, it } from 'vitest';
import { type Case, type Patience, runCase } from '../../src/case.ts';

/** A broken adapter, and the rule that it breaks. */
export interface Mutant<Broken> {
  /** Reads on from the name of the function. */
  title: string;
  rule: number;
  broken: Broken;
}

/** What never comes. */
export const never: Promise<never> = new Promise(() => {});

/** Of the reference adapter, which settles within a few turns of the event loop. */
const SHORT: Patience = { limit: 60, quiet: 0 };
const LONG: Patience = { limit: 2000, quiet: 5 };

/**
 * Tests that the contract fails each mutant by a case of the rule that it breaks, and that every case fails some
 * mutant. Ends with a table of which case fails which mutant.
 *
 * @param casesOf the cases for a broken adapter, or for the one that is whole
 */
export function describeMutants<Broken>(
  operation: string,
  mutants: readonly Mutant<Broken>[],
  casesOf: (broken?: Broken) => Case[],
): void {
  describe(`The adapter contract fails ${operation}() when it`, { timeout: 60_000 }, () => {
    const runs = new Map<Mutant<Broken>, Promise<string[]>>();
    const failedBy = (mutant: Mutant<Broken>) => {
      if (!runs.has(mutant)) runs.set(mutant, failedCases(casesOf(mutant.broken), SHORT));
      return runs.get(mutant)!;
    };

    it.each(mutants.map((mutant) => [mutant.title, mutant] as const))('%s', async (_, mutant) => {
      const failed = await failedBy(mutant);
      const ofRule = failed.filter((id) => Number.parseInt(id, 10) === mutant.rule);
      expect(ofRule, `cases of rule ${mutant.rule} among ${failed}`).not.toEqual([]);
    });

    it('fails any of its cases, and not when it is whole', async () => {
      expect(await failedCases(casesOf(), LONG)).toEqual([]);
      const unproven = new Map(casesOf().map(({ id, title }) => [id, title]));
      // A mutant that fails all of them proves little of any one.
      for (const mutant of mutants) {
        const failed = await failedBy(mutant);
        if (failed.length < casesOf().length) for (const id of failed) unproven.delete(id);
      }
      expect([...unproven]).toEqual([]);
    });

    afterAll(async () => {
      const rows: [string, string[]][] = [];
      for (const [{ title }, failed] of runs) rows.push([title, await failed]);
      process.stdout.write(table(operation, rows));
    });
  });
}

async function failedCases(cases: readonly Case[], patience: Patience): Promise<string[]> {
  const failed: string[] = [];
  for (const each of cases) await runCase(each, patience).catch(() => failed.push(each.id));
  return failed;
}

function table(operation: string, rows: readonly [title: string, failed: readonly string[]][]): string {
  const width = Math.max(...rows.map(([title]) => title.length));
  const lines = rows.map(([title, failed]) => `  ${title.padEnd(width)}  ${failed.join(' ')}\n`);
  return `\nWhich case of the adapter contract catches ${operation}() when it …\n${lines.join('')}`;
}
