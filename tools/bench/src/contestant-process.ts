import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Contestant } from './contestants.ts';
import type { Answer, Job, Request } from './protocol.ts';
import type { Workload } from './workload.ts';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const CPYTHON = fileURLToPath(new URL('../cpython.py', import.meta.url));

/** One contestant at one workload, in a process of its own that works only when it is asked. */
export class ContestantProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;

  constructor(node: string, workload: Workload, { name, kind }: Contestant, stretch: number, path?: string) {
    this.#name = `${name} at ${workload.id}`;
    const job: Job = { workload: workload.id, contestant: name, stretch, ...(path && { path }) };
    const [command, args] =
      kind === 'cpython'
        ? ['python3', [CPYTHON, JSON.stringify(workload), String(stretch)]]
        : [node, ['--no-warnings', WORKER, JSON.stringify(job)]];
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    // That the process is gone is seen by its output ending.
    this.#child.on('error', () => {});
    this.#child.stdin!.on('error', () => {});
    this.#lines = (createInterface({ input: this.#child.stdout! }) as Interface)[Symbol.asyncIterator]();
  }

  async ask(request: Request): Promise<Answer> {
    this.#child.stdin!.write(`${request}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#name}: the process ended during ${request}`);
    const answer = JSON.parse(value) as Answer;
    if (answer.error) throw new Error(`${this.#name}: ${answer.error}`);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin!.end();
    await ended;
  }
}
