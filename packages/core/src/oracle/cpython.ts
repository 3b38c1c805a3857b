import { Python } from '@memio/testkit/python';
import type { Step } from './operations.ts';
import type { Trace } from './trace.ts';

/** CPython's `io.BytesIO`, in one long-lived process. */
export class CPython {
  readonly #python = new Python(new URL('oracle.py', import.meta.url));

  run(steps: readonly Step[]): Promise<Trace> {
    return this.#python.request({ steps }) as Promise<Trace>;
  }

  version(): Promise<string> {
    return this.#python.request({}) as Promise<string>;
  }

  stop(): void {
    this.#python.stop();
  }
}
