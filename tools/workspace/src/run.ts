import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface RunOptions {
  cwd: string;
  /** Added to the environment of this process; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  /** In milliseconds. */
  timeout?: number;
}

/** Runs a program to its end. @returns what it printed; fails, with all that was printed, if its exit code is not 0 */
export async function run(
  program: string,
  args: string[],
  { cwd, env = {}, timeout = 300_000 }: RunOptions,
): Promise<string> {
  const options = { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, timeout, maxBuffer: 64 * 2 ** 20 };
  try {
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    // The message has what came on stderr.
    const { message, stdout } = error as { message: string; stdout: string };
    throw new Error(`${message}\n${stdout}`);
  }
}

/** pnpm in the version of the repository, which need not be installed. */
export const pnpm = (args: string[], options: RunOptions): Promise<string> =>
  run('npx', ['-y', 'pnpm@12.21.0', ...args], options);
