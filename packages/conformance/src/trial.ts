type Outcome<Result> = { result: Result } | { error: unknown };

/** Calls an adapter under a time limit, and tells apart what it may do (settle) from what it may not. */
export class Trial {
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** What came of it: a result or an error. Fails the case when the call throws or never settles. */
  async outcome<Result>(call: () => Promise<Result>): Promise<Outcome<Result>> {
    let promise: Promise<Result>;
    try {
      promise = call();
    } catch (cause) {
      throw new Error(`It threw instead of returning a promise that rejects: ${cause}`, { cause });
    }
    if (typeof promise?.then !== 'function') throw new Error(`It returned ${promise} instead of a promise`);
    let timer: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      const error = new Error(`It hangs: neither a result nor an error within ${this.#limit} ms`);
      timer = setTimeout(reject, this.#limit, error);
    });
    try {
      return await Promise.race([
        promise.then(
          (result) => ({ result }),
          (error: unknown) => ({ error }),
        ),
        hang,
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  async result<Result>(call: () => Promise<Result>): Promise<Result> {
    const outcome = await this.outcome(call);
    if ('result' in outcome) return outcome.result;
    throw new Error(`It failed: ${outcome.error}`, { cause: outcome.error });
  }

  async error(call: () => Promise<unknown>): Promise<unknown> {
    const outcome = await this.outcome(call);
    if ('error' in outcome) return outcome.error;
    throw new Error('It gave a result where it has to fail');
  }
}

/** Puts the name of the step in front of what went wrong in it. */
export async function step(name: string, run: () => Promise<void> | void): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  }
}
