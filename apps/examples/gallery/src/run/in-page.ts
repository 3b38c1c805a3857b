import type { MadeFile, Outcome } from './outcome.ts';
import { workerMemory } from './worker-memory.ts';

/** What the worker tells: a line of the log, or what came of the run. */
export type WorkerMessage =
  | { line: string }
  | { done: { error: string | undefined; milliseconds: number; files: MadeFile[] } };

const DEADLINE = 30_000;

/** Its run is over; it lives on until the browser has told its memory, or the next run begins. */
let idle: Worker | undefined;

/** Runs a recipe in a worker made for it, so that it cannot freeze the page and starts afresh each time. */
export function runInPage(name: string): Promise<Outcome> {
  idle?.terminate();
  idle = undefined;
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
    const fail = (message: string) => {
      clearTimeout(timer);
      worker.terminate();
      reject(new Error(message));
    };
    const timer = setTimeout(() => fail(`The recipe was ended: it ran longer than ${DEADLINE / 1000} s`), DEADLINE);
    const log: string[] = [];
    worker.onerror = ({ message }) => fail(message || 'The worker could not be started');
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => {
      if ('line' in data) return void log.push(data.line);
      clearTimeout(timer);
      idle?.terminate();
      idle = worker;
      const memory = workerMemory().then((text) => (idle === worker ? text : 'not measured: another recipe ran'));
      resolve({ ...data.done, log, where: 'in this page, in a worker', memory });
      void memory.finally(() => worker.terminate());
    };
  });
}
