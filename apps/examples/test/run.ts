import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BytesIO } from '@memio/core';
import { afterAll, vi } from 'vitest';

/** A folder of its own for the tests of one file, deleted when they have run. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memio-examples-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs the example of a recipe. `log` is what it said, line by line. */
export async function runMain(
  main: () => Promise<Record<string, BytesIO>>,
): Promise<{ made: Record<string, BytesIO>; log: string[] }> {
  const log: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((...words) => void log.push(words.join(' ')));
  try {
    return { made: await main(), log };
  } finally {
    spy.mockRestore();
  }
}

/** A built program of this package. */
export const programOf = (name: string): string => fileURLToPath(new URL(`../dist/${name}.js`, import.meta.url));

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end. The environment is this process's, without what changes how output looks. */
export function run(program: string, args: string[], { cwd, env }: { cwd?: string; env?: object } = {}): Ended {
  const { NO_COLOR, FORCE_COLOR, ...clean } = process.env;
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...clean, TERM: 'xterm', ...env },
    encoding: 'utf8',
    timeout: 20_000,
  });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Runs a built program in `cwd`; its output goes to a pipe. */
export const runProgram = (name: string, args: string[], cwd: string): Ended =>
  run(process.execPath, [programOf(name), ...args], { cwd });
