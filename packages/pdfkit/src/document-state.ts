import type { OpenedImage, PdfReference } from './internals.ts';

/** What memio knows of a document: its pictures, and the calls of `placeImage` that draw on it. */
export class DocumentState {
  /** By a fingerprint of the file or the pixels. */
  readonly pictures: Map<string, OpenedImage> = new Map();
  readonly profiles: Map<string, PdfReference> = new Map();
  readonly #abort = new AbortController();
  #calls = new Set<Call<unknown>>();
  #last: Promise<unknown> = Promise.resolve();
  #reported = false;

  /** A name for the next picture; PDFKit's own are `I1`, `I2` and so on. */
  nextLabel(): string {
    return `Memio${this.pictures.size + 1}`;
  }

  /** Aborted when the document will never be complete. */
  get abandoned(): AbortSignal {
    return this.#abort.signal;
  }

  /** Stops the calls at work. They resolve, since nobody may be there to catch their errors. */
  abandon(): void {
    this.#abort.abort();
    this.pictures.clear();
    this.profiles.clear();
  }

  /**
   * Runs `work` as a call on this document. It is given a promise that resolves when the calls before it have settled.
   *
   * @param abandoned what the call resolves with once the document is abandoned
   */
  call<Result>(work: (turn: Promise<unknown>) => Promise<Result>, abandoned: Result): Promise<Result> {
    const turn = this.#last;
    const settled = work(turn).catch((error) => {
      if (this.#abort.signal.aborted) return abandoned;
      throw error;
    });
    const call = new Call<Result>((resolve) => resolve(settled));
    this.#calls.add(call);
    const leave = () => this.#calls.delete(call);
    const failed = (error: unknown) => {
      call.failure = { error };
      if (this.#reported) call.silence();
    };
    // The promise that the caller has fails a moment later than `settled`: until then it can be silenced.
    const done = settled.then(leave, failed);
    this.#last = done.then(() => turn);
    return call;
  }

  /** From now on `complaint()` reports errors that nobody looked at: they are no unhandled rejections. */
  report(): void {
    this.#reported = true;
    for (const call of this.#calls) if (call.failure) call.silence();
  }

  /** What is wrong with the calls when the document is to be ended, in words and with the first error. */
  complaint(): { message: string; cause: unknown } | undefined {
    const calls = [...this.#calls];
    const failed = calls.filter(({ failure, observed }) => failure && !observed);
    const waiting = calls.filter(({ failure }) => !failure).length;
    if (waiting + failed.length === 0) return undefined;
    const cause = failed[0]?.failure?.error;
    const parts = [
      waiting > 0 && `${count(waiting)} of placeImage ${waiting === 1 ? 'is' : 'are'} not finished`,
      failed.length > 0 &&
        `${count(failed.length)} of placeImage failed without being awaited (${cause instanceof Error ? cause.message : cause})`,
    ].filter((part) => part !== false);
    return { message: `${parts.join(', and ')}: await each call, also in a callback, before the document ends`, cause };
  }
}

const count = (calls: number): string => (calls === 1 ? '1 call' : `${calls} calls`);

/** A promise that knows whether anybody looks at it: whether it was awaited, or its `then` or `catch` called. */
class Call<Result> extends Promise<Result> {
  observed = false;
  failure: { error: unknown } | undefined;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  override then<Fulfilled = Result, Rejected = never>(
    onFulfilled?: ((value: Result) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    this.observed = true;
    return super.then(onFulfilled, onRejected);
  }

  /** Its failure is reported elsewhere. */
  silence(): void {
    super.then(undefined, () => {});
  }
}

const states = new WeakMap<object, DocumentState>();

export function stateOf(doc: object): DocumentState {
  let state = states.get(doc);
  if (!state) {
    state = new DocumentState();
    states.set(doc, state);
  }
  return state;
}
