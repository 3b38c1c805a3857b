// @ts-expect-error esbuild reads it as text
import vectors from '../../../../../packages/core/src/oracle/data/vectors.json' with { type: 'text' };
import { absent } from '../not-applicable.ts';

/** The one file that tests of the core read. */
export function readFileSync(file: URL): string {
  if (String(file).endsWith('/vectors.json')) return vectors as unknown as string;
  return absent('files') as string;
}

/** There is nothing to remove. */
export const rmSync = (): void => {};
