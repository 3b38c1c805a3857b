import { describe, requireOptions, typeError } from '@memio/core/adapter';

/** Options of `writeTar` and `streamTar`. */
export interface TarOptions {
  /** Compresses the archive with the platform's `CompressionStream`: a `.tar.gz`. Default: `false`. */
  gzip?: boolean | undefined;
  /** Of entries that have no `mtime` of their own. Default: now. */
  mtime?: Date | undefined;
  /**
   * Makes the same bytes of the same input: `mtime` is 1970-01-01 unless it is given. With `gzip` the bytes also depend on
   * the platform's compressor. Default: `false`.
   */
  deterministic?: boolean | undefined;
}

/** The names of what a writer takes besides the options of the contract. */
export const TAR_OPTIONS: readonly string[] = ['gzip', 'mtime', 'deterministic'];

/** Refuses options that do not exist, and switches that are not booleans. */
export function requireTarOptions(options: TarOptions, action: string, known: readonly string[]): void {
  requireOptions(options, action, known);
  for (const [name, value] of Object.entries({ gzip: options.gzip, deterministic: options.deterministic }))
    if (value !== undefined && typeof value !== 'boolean')
      throw typeError(`Cannot ${action} with ${name} ${describe(value)}: expected a boolean`);
}
