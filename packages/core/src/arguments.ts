import { describe, rangeError, typeError } from './errors.ts';

/** @throws {RangeError} for an integer beyond 2 ** 53 (Python: OverflowError), a `TypeError` for all else but integers */
export function requireInteger(value: unknown, action: string, name: string): asserts value is number {
  if (Number.isSafeInteger(value)) return;
  if (Number.isInteger(value)) throw rangeError(`Cannot ${action} ${value}: ${name} must be within ±2 ** 53`);
  throw typeError(`Cannot ${action} ${describe(value)}: ${name} must be an integer`);
}

/** An integer from `least` on. */
export function requireCount(value: unknown, action: string, name: string, least = 0): asserts value is number {
  requireInteger(value, action, name);
  if (value < least) throw rangeError(`Cannot ${action} ${value}: ${name} must be >= ${least}`);
}

/** `requireCount`, where `Infinity` stands for no limit. */
export function requireLimit(value: unknown, action: string, name: string): asserts value is number {
  if (value !== Number.POSITIVE_INFINITY) requireCount(value, action, name);
}

/** Refuses what is not an `AbortSignal`. @throws {TypeError} names an `AbortController` as such */
export function requireSignal(value: unknown, action: string): asserts value is AbortSignal | undefined {
  const { aborted, addEventListener, signal } = Object(value) as Partial<AbortSignal> & { signal?: unknown };
  if (value === undefined || (typeof aborted === 'boolean' && typeof addEventListener === 'function')) return;
  const cure = signal === undefined ? '' : '; pass controller.signal';
  throw typeError(`Cannot ${action} with ${describe(value)}: signal must be an AbortSignal${cure}`);
}

/** Options of one function: an object whose every name is in `known`, so that a misspelt one is not ignored. */
export function requireOptions(options: unknown, action: string, known?: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw typeError(`Cannot ${action}: options must be an object, not ${describe(options)}`);
  if (!known) return;
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const close = known.find((each) => each.toLowerCase() === name.toLowerCase());
    const cure = close
      ? `did you mean ${close}?`
      : known.length > 0
        ? `the options are ${known.join(', ')}`
        : 'it takes no options';
    throw typeError(`Cannot ${action}: unknown option ${JSON.stringify(name)}; ${cure}`);
  }
}
