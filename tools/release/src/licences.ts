import { pnpm, ROOT } from '@memio/workspace';

/** They ask for a notice at most. */
const PERMISSIVE = new Set([
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
]);

/** Decided one by one. `licence` is what pnpm reads from the package. None but sharp's is near what users install. */
const EXCEPTIONS: readonly { name: RegExp; licence: string; reason: string }[] = [
  {
    name: /^@img\/sharp-libvips-[\w-]+$/,
    licence: 'LGPL-3.0-or-later',
    reason: 'a shared library of sharp, which users of sharp install with or without memio',
  },
  { name: /^(lightningcss|lightningcss-[\w-]+|axe-core)$/, licence: 'MPL-2.0', reason: 'a tool' },
  { name: /^argparse$/, licence: 'Python-2.0', reason: 'a tool' },
  { name: /^@fontsource\/dejavu-sans$/, licence: 'OFL-1.1', reason: 'a font in tests' },
  { name: /^@cspell\/dict-en-common-misspellings$/, licence: 'CC BY-SA 4.0', reason: 'a list of words of a tool' },
  { name: /^caniuse-lite$/, licence: 'CC-BY-4.0', reason: 'data of a tool: Next.js, which tests run' },
  { name: /^@cspell\/dict-django$/, licence: 'WTFPL', reason: 'a list of words of a tool' },
  { name: /^spawndamnit$/, licence: 'Unknown', reason: 'a tool; MIT, by its LICENSE' },
  { name: /^(only|humanize-number)$/, licence: 'Unknown', reason: 'a tool; MIT, by its Readme.md' },
];

/** Fails if the licence of an installed package is neither permissive nor an exception. */
export async function main(): Promise<number> {
  const listed = JSON.parse(await pnpm(['-r', 'licenses', 'list', '--json'], { cwd: ROOT })) as Licences;
  const problems = refused(listed);
  for (const problem of problems) console.error(problem);
  for (const [licence, packages] of Object.entries(listed)) console.log(`${licence}: ${packages.length} packages`);
  return problems.length === 0 ? 0 : 1;
}

/** What pnpm prints: the packages by licence. */
type Licences = Readonly<Record<string, readonly { name: string }[]>>;

export function refused(listed: Licences): string[] {
  return Object.entries(listed).flatMap(([licence, packages]) => {
    if (isPermissive(licence)) return [];
    const names = packages.map(({ name }) => name);
    const left = names.filter((name) => !EXCEPTIONS.some((one) => one.licence === licence && one.name.test(name)));
    return left.map((name) => `The licence of ${name} is not allowed: ${licence}`);
  });
}

/** Whether a licence, or one of those to choose from (`MIT OR GPL-3.0`), is permissive. */
function isPermissive(licence: string): boolean {
  const choices = licence.replaceAll(/[()]/g, '').split(' OR ');
  return choices.some((choice) => choice.split(' AND ').every((one) => PERMISSIVE.has(one.trim())));
}
