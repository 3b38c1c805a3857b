import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/**
 * One long-lived `python3` that answers a line of JSON with a line of JSON, in order. It starts with the first request
 * and ends with `stop()`, or with this process, whose end closes its stdin. It never keeps this process alive.
 */
export class Python {
  readonly #script: string;
  readonly #timeout: number;
  readonly #waiting: Waiting[] = [];
  #process: ChildProcessWithoutNullStreams | undefined;
  #stderr = '';

  /** @param timeout how long one answer may take, in milliseconds; then python3 is killed and the request fails */
  constructor(script: URL, { timeout = 30_000 }: { timeout?: number } = {}) {
    this.#script = fileURLToPath(script);
    this.#timeout = timeout;
  }

  /** Sends `body` and waits for the answer. Rejects when python3 is missing, dies or is too slow. */
  request(body: unknown): Promise<unknown> {
    const child = this.#process ?? this.#start();
    this.#process = child;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => this.#fail(child, `gave no answer within ${this.#timeout / 1000} seconds`),
        this.#timeout,
      );
      this.#waiting.push({ resolve, reject, timer });
      child.stdin.write(`${JSON.stringify(body)}\n`);
    });
  }

  /** Ends python3. A later request starts a new one. */
  stop(): void {
    if (this.#process) this.#fail(this.#process, 'was stopped');
  }

  #start(): ChildProcessWithoutNullStreams {
    const child = spawn('python3', ['-u', this.#script], { stdio: 'pipe' });
    this.#stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    createInterface(child.stdout).on('line', (line) => {
      const first = this.#process === child ? this.#waiting.shift() : undefined;
      if (!first) return;
      clearTimeout(first.timer);
      try {
        first.resolve(JSON.parse(line));
      } catch (cause) {
        first.reject(new Error(`python3 answered what is not JSON: ${line.slice(0, 200)}`, { cause }));
      }
    });
    child.on('error', (error) => this.#fail(child, `did not start: ${error.message}`));
    child.on('close', (code, signal) => this.#fail(child, `ended by itself (${signal ?? `exit code ${code}`})`));
    // Writing to a process that has died: `close` tells the same, with what it printed.
    child.stdin.on('error', () => {});
    // The pipes are sockets at run time, whatever their type says; pending requests keep the event loop alive by their timers.
    for (const handle of [child, child.stdin, child.stdout, child.stderr] as { unref?(): void }[]) handle.unref?.();
    return child;
  }

  #fail(child: ChildProcessWithoutNullStreams, what: string): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    child.kill('SIGKILL');
    const said = this.#stderr.trim();
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(new Error(`python3 ${what}${said && `\n${said}`}`));
    }
  }
}
