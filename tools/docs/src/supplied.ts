import type { Syntax } from './syntax.ts';

/** What an `@example` may use besides what its package and core export: by name, the statement that declares it. */
const FIXTURES: Record<string, string> = {
  /** A stream with some bytes in it, and one without. */
  io: "const io = new BytesIO(new TextEncoder().encode('Hello, bytes\\n'));",
  packed: 'const packed = new BytesIO();',
  /** An image, as bytes. */
  png: "const png = await (await import('node:fs/promises')).readFile('photo.png');",
  /** An answer, as of `fetch`. */
  response: "const response = new Response('Hello, bytes\\n');",
};

/** What of Node.js an `@example` may use without an import. */
const NODE: Record<string, string> = { createGzip: 'node:zlib', pipeline: 'node:stream/promises' };

/** The public names of a package. */
export type Exports = Readonly<Record<string, readonly string[]>>;

/**
 * The imports and declarations, on one line, that make an `@example` a module.
 *
 * @param exports public names by package; of two packages that export a name, the first is imported
 */
export function supply({ names, declared }: Syntax, exports: Exports): string {
  const wanted = [...names].filter((name) => !declared.has(name));
  const fixtures = wanted.flatMap((name) => (Object.hasOwn(FIXTURES, name) ? [FIXTURES[name]!] : []));
  if (fixtures.some((line) => line.includes('BytesIO')) && !wanted.includes('BytesIO')) wanted.push('BytesIO');
  const imports = wanted.flatMap((name) => {
    const from =
      Object.keys(exports).find((module) => exports[module]!.includes(name)) ??
      (Object.hasOwn(NODE, name) ? NODE[name] : undefined);
    return from === undefined ? [] : [`import { ${name} } from '${from}';`];
  });
  return [...imports, ...fixtures].join(' ');
}
