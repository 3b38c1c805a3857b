import { LimitError } from '@memio/core';
import { requireBudget } from './budget.ts';

/** What an archive may cost. More is a `LimitError`; `Infinity` lifts a limit. */
export interface ZipBudgets {
  /** The most entries, folders counted. Default: 10,000. */
  maxEntries?: number | undefined;
  /** The most bytes that all files together may inflate to. Default: 268,435,456 (256 MiB). */
  maxBytes?: number | undefined;
  /**
   * How many times its compressed size a file may inflate to. It is no matter for files of up to 4 MiB: what is small
   * is harmless, and blank pixels shrink by a factor of 1,000 as well. Default: 200.
   */
  maxRatio?: number | undefined;
}

/** Files of up to so many bytes may have any ratio. */
const ANY_RATIO = 4 * 1024 * 1024;

/** Counts what reading an archive takes, and throws when it exceeds a budget. */
export class ZipUsage {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #maxRatio: number;
  #bytes = 0;

  /** Throws a `TypeError` or `RangeError` for a budget that is not a number >= 0 */
  constructor({ maxEntries = 10_000, maxBytes = 268_435_456, maxRatio = 200 }: ZipBudgets) {
    for (const [name, value] of Object.entries({ maxEntries, maxBytes, maxRatio })) requireBudget(name, value);
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#maxRatio = maxRatio;
  }

  /** @throws {LimitError} when an archive has more than `maxEntries` entries */
  requireEntries(count: number): void {
    const allowed = this.#maxEntries;
    if (count > allowed)
      throw new LimitError(`Cannot read ${count} entries of a ZIP: maxEntries is ${allowed}`, 'maxEntries', allowed);
  }

  /** Of what the archive says: an honest bomb is refused before anything of it is inflated. */
  requireSizes(files: readonly { name: string; size: number; compressedSize: number }[]): void {
    this.#requireBytes(files.reduce((total, { size }) => total + size, 0));
    for (const file of files) this.#requireRatio(file, file.size);
  }

  /** Of what comes out, whatever the archive says. */
  count(file: { name: string; compressedSize: number }, length: number, inflated: number): void {
    this.#bytes += length;
    this.#requireBytes(this.#bytes);
    this.#requireRatio(file, inflated);
  }

  #requireBytes(total: number): void {
    const allowed = this.#maxBytes;
    if (total > allowed)
      throw new LimitError(`Cannot inflate a ZIP to ${total} bytes: maxBytes is ${allowed}`, 'maxBytes', allowed);
  }

  #requireRatio({ name, compressedSize }: { name: string; compressedSize: number }, inflated: number): void {
    const allowed = this.#maxRatio;
    if (inflated <= ANY_RATIO || inflated <= compressedSize * allowed || allowed === Number.POSITIVE_INFINITY) return;
    const what = `${JSON.stringify(name.slice(0, 80))} from ${compressedSize} to ${inflated} bytes`;
    throw new LimitError(`Cannot inflate ${what}: maxRatio is ${allowed}`, 'maxRatio', allowed);
  }
}
