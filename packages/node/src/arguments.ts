import { fileURLToPath } from 'node:url';
import type { BytesIO } from '@memio/core';
import { describe, isStream, typeError } from '@memio/core/adapter';

export function requireStream(value: unknown, action: string): asserts value is BytesIO {
  if (!isStream(value)) throw typeError(`Cannot ${action} ${describe(value)}: expected a BytesIO`);
}

export function requirePath(value: unknown, action: string): string {
  if (value instanceof URL) return fileURLToPath(value);
  if (typeof value !== 'string') throw typeError(`Cannot ${action} ${describe(value)}: path must be a string or a URL`);
  return value;
}
