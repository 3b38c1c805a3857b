import { fileURLToPath } from 'node:url';
import type { BytesIO } from '@memio/core';
import { describe, isStream, rangeError, typeError } from '@memio/core/adapter';

export function requireStream(value: unknown, action: string): asserts value is BytesIO {
  if (!isStream(value)) throw typeError(`Cannot ${action} ${describe(value)}: expected a BytesIO`);
}

export function requireInteger(value: unknown, action: string, name: string): asserts value is number {
  if (!Number.isSafeInteger(value)) throw typeError(`Cannot ${action} ${describe(value)}: ${name} must be an integer`);
}

/** An integer from `least` on. */
export function requireCount(value: unknown, action: string, name: string, least: number = 0): asserts value is number {
  requireInteger(value, action, name);
  if (value < least) throw rangeError(`Cannot ${action} ${value}: ${name} must be >= ${least}`);
}

/** `requireCount`, where `Infinity` stands for no limit. */
export function requireLimit(value: unknown, action: string, name: string): asserts value is number {
  if (value !== Number.POSITIVE_INFINITY) requireCount(value, action, name);
}

export function requireSignal(value: unknown, action: string): asserts value is AbortSignal | undefined {
  if (value !== undefined && typeof (value as AbortSignal | null)?.aborted !== 'boolean')
    throw typeError(`Cannot ${action} with ${describe(value)}: signal must be an AbortSignal`);
}

export function requirePath(value: unknown, action: string): string {
  if (value instanceof URL) return fileURLToPath(value);
  if (typeof value !== 'string') throw typeError(`Cannot ${action} ${describe(value)}: path must be a string or a URL`);
  return value;
}
