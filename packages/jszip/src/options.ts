import { describe, typeError } from '@memio/core/adapter';

/** The type that `typeof` gives for each option. */
export type OptionTypes = Readonly<Record<string, 'boolean' | 'function' | 'number' | 'object' | 'string'>>;

/**
 * Refuses options that do not exist, which would be ignored otherwise, and values of another type. `undefined` stands for
 * the default.
 *
 * @param action such as `read a ZIP`
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
