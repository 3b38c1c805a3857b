import { LimitError } from '@memio/core';
import { requireBudget } from './budget.ts';
import { quoteName } from './zip-names.ts';

/** What an archive may cost. More is a `LimitError`; `Infinity` lifts a limit. */
export interface ZipBudgets {
  /** The most entries, folders counted. Default: 10,000. */
  maxEntries?: number | undefined;
  /** The most bytes that all files together may inflate to. Default: 268,435,456 (256 MiB). */
  maxBytes?: number | undefined;
  /**
   * How many times its compressed size a file may inflate to. Files of up to 4 MiB may have any ratio: they are harmless,
   * and blank pixels shrink by a factor of 1,000 as well. Default: 200.
   */
  maxRatio?: number | undefined;
}

/** Files of up to so many bytes may have any ratio. */
const ANY_RATIO = 4 * 1024 * 1024;

/**
 * Compares what an archive states with the budgets, before anything is inflated. A file never inflates to more than its
 * stated size, so nothing has to be counted later.
 */
export class ZipLimits {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #maxRatio: number;
  #bytes = 0;

  /** @throws {TypeError} or {RangeError} for a budget that is not a number from 0 on */
  constructor({ maxEntries = 10_000, maxBytes = 268_435_456, maxRatio = 200 }: ZipBudgets) {
    for (const [name, value] of Object.entries({ maxEntries, maxBytes, maxRatio })) requireBudget(name, value);
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#maxRatio = maxRatio;
  }

  /** @throws {LimitError} when there are more than `maxEntries` */
  requireEntries(count: number): void {
    const allowed = this.#maxEntries;
    if (count > allowed)
      throw new LimitError(`Cannot read ${count} entries of a ZIP: maxEntries is ${allowed}`, 'maxEntries', allowed);
  }

  /** Adds a file that is going to be read. @throws {LimitError} when it exceeds `maxRatio`, or all of them `maxBytes` */
  add({ name, size, compressedSize }: { name: string; size: number; compressedSize: number }): void {
    this.#bytes += size;
    if (this.#bytes > this.#maxBytes) {
      const message = `Cannot inflate a ZIP to ${this.#bytes} bytes: maxBytes is ${this.#maxBytes}`;
      throw new LimitError(message, 'maxBytes', this.#maxBytes);
    }
    const allowed = this.#maxRatio;
    if (size <= ANY_RATIO || size <= compressedSize * allowed || allowed === Number.POSITIVE_INFINITY) return;
    const what = `${quoteName(name)} from ${compressedSize} to ${size} bytes`;
    throw new LimitError(`Cannot inflate ${what}: maxRatio is ${allowed}`, 'maxRatio', allowed);
  }
}
