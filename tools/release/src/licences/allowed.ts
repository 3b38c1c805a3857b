/** They ask for a notice at most. */
const PERMISSIVE = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
];

/** What users of a package get with it. */
export const PRODUCTION: ReadonlySet<string> = new Set(PERMISSIVE);

/** What we work with. None of it is published. */
export const DEVELOPMENT: ReadonlySet<string> = new Set([...PERMISSIVE, 'MPL-2.0', 'OFL-1.1', 'Python-2.0']);

/** Decided one by one. `licence` is what the package.json says. */
export const EXCEPTIONS: readonly { name: RegExp; licence: string | undefined; reason: string }[] = [
  {
    name: /^@img\/sharp-libvips-[\w-]+$/,
    licence: 'LGPL-3.0-or-later',
    reason: 'a shared library that sharp loads; who installs sharp has it, whether with us or without',
  },
  { name: /^png-js$/, licence: undefined, reason: 'MIT, by its LICENSE' },
  { name: /^(only|humanize-number)$/, licence: undefined, reason: 'MIT, by its Readme.md' },
  { name: /^spawndamnit$/, licence: 'SEE LICENSE IN LICENSE', reason: 'MIT, by its LICENSE' },
];

/** Whether a licence, or one of those to choose from (`MIT OR GPL-3.0`), is in a list. */
export function allows(list: ReadonlySet<string>, licence: string): boolean {
  const choices = licence.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => list.has(one.trim())));
}
