import { describe, expect, it } from 'vitest';
import { type Case, Cases, runCase } from './case.ts';
import type { Trial } from './trial.ts';

const PATIENCE = { limit: 20, quiet: 5 };

const caseOf = (run: Case['run']): Case => {
  const cases = new Cases();
  cases.add(3, 'does something', run);
  return cases.list[0]!;
};

describe('A case', () => {
  it.each<[string, (trial: Trial) => Promise<unknown>, string]>([
    [
      'hangs',
      (trial) => trial.outcome(() => new Promise(() => {})),
      'It hangs: neither a result nor an error within 20 ms',
    ],
    [
      'throws',
      (trial) =>
        trial.outcome(() => {
          throw new Error('at once');
        }),
      'It threw instead of returning a promise that rejects: Error: at once',
    ],
    ['returns no promise', (trial) => trial.outcome(() => 5 as never), 'It returned 5 instead of a promise'],
    ['fails where it must not', (trial) => trial.result(() => Promise.reject(new Error('no'))), 'It failed: Error: no'],
    ['succeeds where it must not', (trial) => trial.error(async () => 5), 'It gave a result where it has to fail'],
  ])('says what is wrong when the adapter %s', async (_, run, message) => {
    await expect(
      runCase(
        caseOf(async (trial) => void (await run(trial))),
        PATIENCE,
      ),
    ).rejects.toThrow(message);
  });

  it.each<[string, () => void]>([
    [
      'an exception that nobody catches',
      () =>
        setTimeout(() => {
          throw new Error('too late');
        }),
    ],
    ['a rejection that nobody handles', () => void Promise.reject(new Error('too late'))],
  ])('fails on %s, and gives the listeners of the test runner back', async (_, raise) => {
    const listeners = () => [process.listeners('uncaughtException'), process.listeners('unhandledRejection')];
    const before = listeners();
    await expect(
      runCase(
        caseOf(async () => raise()),
        PATIENCE,
      ),
    ).rejects.toThrow('An error was raised where nobody can catch it: Error: too late');
    expect(listeners()).toEqual(before);
  });

  it('is left out with a reason, never without one', () => {
    const cases = new Cases();
    cases.add(1, 'does this', async () => {}, { absent: 'it cannot' });
    cases.add(1, 'does that', async () => {}, 'what it needs');
    cases.add(2, 'does something else', async () => {});
    expect(cases.list.map(({ id, absent }) => [id, absent])).toEqual([
      ['1a', 'it cannot'],
      ['1b', undefined],
      ['2a', undefined],
    ]);
    const withoutReason = () => cases.add(2, 'does nothing', async () => {}, { absent: ' ' });
    expect(withoutReason).toThrow('Cannot leave out "does nothing" without a reason');
  });
});
