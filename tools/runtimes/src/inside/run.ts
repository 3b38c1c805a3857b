import { startTests, type Task, type VitestRunner } from '@vitest/runner';
import { getFullName } from '@vitest/runner/utils';
import { collected, lackedBy, neededBy } from './not-applicable.ts';
import type { CutShort, Report, Result } from './protocol.ts';
import { expect } from './vitest.ts';

/** Test files, each with what loads it. */
export type TestFiles = Record<string, () => Promise<unknown>>;

const TIMEOUT = 20_000;

/**
 * Runs the tests of `files`, one after the other.
 *
 * @param strays errors that nobody caught; the runtime adds to it, and each fails the test that ran at that time
 * @param begins is told the name of each test before it runs
 * @param leftOut parts of the names of tests that are not to be run
 */
export async function runTests(
  files: TestFiles,
  strays: unknown[],
  begins: (name: string) => void,
  leftOut: readonly string[],
): Promise<Report> {
  const cutShort: CutShort[] = [];
  const thrown = new Map<string, unknown[]>();
  const runner: VitestRunner = {
    config: {
      root: '/',
      name: undefined,
      setupFiles: [],
      passWithNoTests: true,
      testNamePattern: leftOut.length > 0 ? new RegExp(`^(?!.*(${leftOut.map(escaped).join('|')}))`) : undefined,
      allowOnly: false,
      sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: TIMEOUT,
      hookTimeout: TIMEOUT,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    async importFile(path) {
      const file = path.slice(1);
      const { error, lacked } = await lackedBy(files[file]!);
      if (error === undefined) return;
      // What was collected before is run.
      if (lacked === undefined) throw error;
      cutShort.push({ file, why: lacked });
    },
    onBeforeRunFiles: collected,
    extendTaskContext: (context) => Object.assign(context, { expect }),
    onBeforeRunTask: (test) => begins(getFullName(test)),
    onAfterRunTask: (test) => void thrown.set(test.id, strays.splice(0)),
  };
  const ran = await startTests(
    Object.keys(files).map((file) => `/${file}`),
    runner,
  );
  const results = ran.flatMap((file) => resultsOf(file, file.name));
  for (const { id, ...result } of results) {
    const [stray] = thrown.get(id) ?? [];
    if (stray !== undefined && result.state === 'passed')
      Object.assign(result, { state: 'failed', why: `An error that nobody caught: ${told(stray)}` });
  }
  return { results: results.map(({ id, ...result }) => result), cutShort };
}

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

type Identified = Result & { id: string };

function resultsOf(task: Task, file: string): Identified[] {
  const errors = (task.result?.errors ?? []).map(told).join('\n');
  const one = (name: string): Identified => ({ id: task.id, file, name, ...stateOf(task, errors) });
  if (task.type === 'test') return [one(getFullName(task).slice(file.length + 3))];
  const inside = task.tasks.flatMap((each) => resultsOf(each, file));
  // A hook that fails, or a file that cannot be loaded.
  const needs = task.result?.errors?.find(({ name }) => name === 'NotApplicable')?.message;
  if (needs !== undefined)
    return inside.map((result) => (result.state === 'skipped' ? { ...result, state: 'absent', why: needs } : result));
  const broken = errors !== '' && !inside.some(({ state }) => state === 'failed');
  return broken ? [...inside, { ...one(`${task.name} as a whole`), state: 'failed', why: errors }] : inside;
}

function stateOf(task: Task, errors: string): Pick<Result, 'state' | 'why'> {
  const needed = neededBy(task.id);
  if (needed !== undefined) return { state: 'absent', why: needed };
  if (task.result?.state === 'fail') return { state: 'failed', why: errors };
  return { state: task.result?.state === 'pass' ? 'passed' : 'skipped' };
}

function told(error: unknown): string {
  const { name, message, stack, diff } = error as { name?: string; message?: string; stack?: string; diff?: string };
  const where =
    stack
      ?.split('\n')
      .filter((line) => /^\s*at |@/.test(line))
      .slice(0, 4)
      .join('\n') ?? '';
  return [message === undefined ? String(error) : `${name}: ${message}`, diff, where].filter(Boolean).join('\n');
}
