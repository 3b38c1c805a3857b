import { describe, typeError } from '@memio/core/adapter';

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

/** The type that `typeof` gives for each option. */
type OptionTypes = Readonly<Record<string, 'boolean' | 'function' | 'number' | 'object' | 'string'>>;

/**
 * Refuses options that do not exist, which would be ignored otherwise, and values of another type. `undefined` stands for
 * the default.
 *
 * @param action such as `read a TAR`
 */
export function requireOptions(action: string, options: object, types: OptionTypes): void {
  for (const [name, value] of Object.entries(options)) {
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (!type)
      throw typeError(`Cannot ${action} with ${name}: there is no such option, but ${Object.keys(types).join(', ')}`);
    // Budgets are checked where they are used, with a message of their own.
    if (value !== undefined && type !== 'number' && typeof value !== type)
      throw typeError(`Cannot ${action} with ${name} ${describe(value)}: expected a ${type}`);
  }
}

/** What a writer takes besides the options of the contract. */
export const TAR_OPTIONS = { gzip: 'boolean', mtime: 'object', deterministic: 'boolean' } as const;
