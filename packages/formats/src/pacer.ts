/** How long a loop may run before timers and other events get their turn, in milliseconds. */
const TURN = 20;

/**
 * Gives other events their turn in a loop of ours, so that timers and `signal` stay effective.
 *
 * @example
 * ```ts
 * const pacer = new Pacer(AbortSignal.timeout(1000));
 * for (let step = 0; step < 10; step++) {
 *   const pause = pacer.pause();
 *   if (pause) await pause;
 * }
 * ```
 */
export class Pacer {
  readonly #signal: AbortSignal | undefined;
  #since: number = performance.now();

  /** A loop begins. @param signal stops it */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Call it between two pieces of work.
   *
   * @returns a promise to wait for, or `undefined` while there is time; it rejects with the reason of the signal
   * @throws the reason of the signal
   */
  pause(): Promise<void> | undefined {
    this.throwIfAborted();
    if (performance.now() - this.#since < TURN) return undefined;
    return eventLoopTurn().then(() => {
      this.throwIfAborted();
      this.#since = performance.now();
    });
  }

  /** @throws the reason of the signal, once it is aborted */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }
}

function eventLoopTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?(callback: () => void): void };
  return new Promise((resolve) => (setImmediate ? setImmediate(resolve) : setTimeout(resolve)));
}
