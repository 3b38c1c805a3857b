import { isMemioError } from '@memio/core';

/** What Node.js threw about a file, with a message that names the path the caller gave; the `code` is kept. */
export function fileError(action: string, path: string, cause: unknown): unknown {
  const { code } = cause as NodeJS.ErrnoException;
  if (!(cause instanceof Error) || typeof code !== 'string' || isMemioError(cause)) return cause;
  return Object.assign(new Error(`Cannot ${action} ${path}: ${cause.message}`, { cause }), { code, path });
}
