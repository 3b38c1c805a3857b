/**
 * A process of its own: runs the modules that it is sent, one after the other, and answers what is wrong with each.
 *
 * @module
 */
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { serveExampleCom } from './fixtures.ts';
import type { Failure, Order, Report } from './protocol.ts';
import { same, show } from './same.ts';

/** How long what a module leaves behind may take to end by itself, such as an idle connection. In milliseconds. */
const GRACE = 1000;

let failures: Failure[] = [];
let reached: number[] = [];

Object.assign(globalThis, {
  $result(line: number, actual: unknown, expected: unknown) {
    reached.push(line);
    if (!same(actual, expected)) failures.push({ line, problem: `is ${show(actual)}, not ${show(expected)}` });
  },
  async $throws(line: number, action: () => unknown, expected: string) {
    reached.push(line);
    try {
      failures.push({ line, problem: `is ${show(await action())}, and does not throw ${expected}` });
    } catch (error) {
      const thrown = expected.includes(':') ? String(error) : (error as Error).name;
      if (thrown !== expected) failures.push({ line, problem: `throws ${thrown}, not ${expected}` });
    }
  },
});

process.on('uncaughtException', (error) => failures.push(failure(error, 'that nobody catches')));
process.on('message', async (order: Order) => {
  const report = await run(order).catch((error: unknown): Report => ({ failures: [failure(error)], reached: [] }));
  process.send!(report);
});
process.on('disconnect', () => process.exit());

let prepared: Promise<void> | undefined;

async function run({ module, folder, fixtures, files }: Order): Promise<Report> {
  prepared ??= serveExampleCom(new URL(fixtures));
  await prepared;
  failures = [];
  reached = [];
  const cwd = await mkdtemp(join(folder, 'cwd-'));
  if (files) await cp(new URL(fixtures), cwd, { recursive: true });
  process.chdir(cwd);
  void process.stderr; // opened with the first warning otherwise, and taken for something that the module left behind
  const before = atWork();
  try {
    await import(module);
  } catch (error) {
    failures.push(failure(error));
  }
  process.chdir(tmpdir());
  const left = await leftBehind(before);
  if (left.length > 0) failures.push({ problem: `leaves ${left.join(', ')} behind, so that the process never ends` });
  return { failures, reached };
}

/** What keeps the process alive. */
function atWork(): string[] {
  return process.getActiveResourcesInfo();
}

async function leftBehind(before: string[]): Promise<string[]> {
  const deadline = performance.now() + GRACE;
  for (;;) {
    await setTimeout(0);
    const left = atWork();
    for (const name of before) if (left.includes(name)) left.splice(left.indexOf(name), 1);
    if (left.length === 0 || performance.now() > deadline) return left;
    await setTimeout(20);
  }
}

function failure(error: unknown, where = ''): Failure {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { problem: `throws ${error}${where && ` ${where}`}`, stack };
}
