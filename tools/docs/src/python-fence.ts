import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Fence } from './fence.ts';

const RUNNER = fileURLToPath(new URL('run-python.py', import.meta.url));

/** Runs a Python fence in `cwd`; each `print(…)  #=> 1, then 2` has to print that. Returns what is wrong. */
export async function runPython({ line, code }: Fence, cwd: string, deadline = 10_000): Promise<string[]> {
  let answer: string;
  try {
    answer = await python(code, cwd, deadline);
  } catch (error) {
    return [`${line}: ${(error as Error).message}`];
  }
  const printed = JSON.parse(answer) as [line: number, text: string][];
  return code.split('\n').flatMap((text, index) => {
    const expected = /#=>\s*(.*)$/.exec(text)?.[1]?.trim();
    const found = printed.filter(([at]) => at === index + 1).map(([, output]) => output);
    const actual = found.join(', then ') || 'nothing';
    return expected === undefined || actual === expected ? [] : [`${line + index}: prints ${actual}, not ${expected}`];
  });
}

function python(code: string, cwd: string, deadline: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('python3', ['-I', RUNNER], { cwd, timeout: deadline }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.killed) reject(new Error(`takes more than ${deadline / 1000} seconds`));
      else reject(new Error(`throws ${stderr.trim() || error.message}`));
    });
    child.stdin!.on('error', () => {}); // of a python3 that is gone, of which the callback tells
    child.stdin!.end(code);
  });
}
