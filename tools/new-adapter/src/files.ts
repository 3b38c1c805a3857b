/** What an adapter is made for. */
export interface Adapter {
  /** As npm knows it. */
  library: string;
  /** As in `write<Format>`. */
  format: string;
  /** The release of the library that the adapter is developed with. */
  version: string;
  /** The lowest release that it supports. */
  lowest: string;
}

/** The library and the format of the example in CONTRIBUTING.md. */
const EXAMPLE = { library: 'fflate', format: 'Gzip' };

/** The files of a new adapter, by their paths in the repository. Its code is the example of CONTRIBUTING.md. */
export function filesOf(short: string, adapter: Adapter, contributing: string): Map<string, string> {
  const code = (name: string) => renamed(short, adapter, exampleIn(contributing, name));
  const files = {
    'package.json': manifestOf(short, adapter),
    'tsconfig.json': json({ extends: '../../tsconfig.base.json', include: ['src'] }),
    'tsconfig.build.json': json({ extends: '../../tsconfig.build.base.json' }),
    'README.md': readmeOf(short, adapter),
    'src/index.ts': code('index.ts'),
    'src/contract.test.ts': code('contract.test.ts'),
    'src/lowest.test.ts': lowestTestOf(adapter),
  };
  const found = Object.entries(files).map(([path, text]): [string, string] => [`packages/${short}/${path}`, text]);
  return new Map([...found, [`.changeset/new-${short}.md`, changesetOf(short, adapter)]]);
}

/** A fence of CONTRIBUTING.md that has a name, without its indentation. */
function exampleIn(contributing: string, name: string): string {
  const [, indent, code] =
    new RegExp(`^( *)<!-- file: ${name.replaceAll('.', '\\.')} -->\n *\`\`\`ts\n([^]*?)^ *\`\`\`$`, 'm').exec(
      contributing,
    ) ?? [];
  if (indent === undefined || code === undefined) throw new Error(`Cannot find ${name} in CONTRIBUTING.md`);
  return code.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

const renamed = (short: string, { library, format }: Adapter, code: string): string =>
  code
    .replaceAll(`@memio/${EXAMPLE.library}`, `@memio/${short}`)
    .replaceAll(`'${EXAMPLE.library}'`, `'${library}'`)
    .replaceAll(`write${EXAMPLE.format}`, `write${format}`)
    .replaceAll(`Write${EXAMPLE.format}`, `Write${format}`);

const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

const manifestOf = (short: string, { library, format, version, lowest }: Adapter): string =>
  json({
    name: `@memio/${short}`,
    version: '0.0.0',
    description: `${format} into a BytesIO with ${library}: all or nothing`,
    keywords: [format.toLowerCase(), library, 'bytesio', 'buffer', 'in-memory'],
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.19' },
    files: ['CHANGELOG.md', 'dist', 'src', '!src/**/*.test.ts', '!src/oracle'],
    main: './dist/index.js',
    types: './dist/index.d.ts',
    exports: {
      '.': { '@memio/source': './src/index.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    memio: { maxSize: { '.': 2048 } },
    scripts: { build: 'tsc -p tsconfig.build.json', typecheck: 'tsc -p tsconfig.json' },
    peerDependencies: { '@memio/core': 'workspace:^', [library]: `^${lowest}` },
    devDependencies: Object.fromEntries(
      Object.entries({
        '@memio/conformance': 'workspace:*',
        '@memio/core': 'workspace:*',
        [library]: version,
        [`${library}-lowest`]: `npm:${library}@${lowest}`,
      }).sort(([one], [other]) => (one < other ? -1 : 1)),
    ),
  });

const readmeOf = (short: string, { library, format }: Adapter): string => `# @memio/${short}

${format} into a \`BytesIO\` with [${library}](https://www.npmjs.com/package/${library}): complete or not at all.

\`\`\`sh
npm install @memio/${short} @memio/core ${library}   # or: pnpm add @memio/${short} @memio/core ${library}
\`\`\`

## A recipe

\`\`\`ts
import { b } from '@memio/core';
import { write${format} } from '@memio/${short}';

const io = await write${format}(b\`Hello\`);
io.tell(); //=> 0
io.size > 0; //=> true
\`\`\`

## API

| member | returns | rejects with |
| --- | --- | --- |
| \`write${format}(source, options?)\` | promise of the stream: \`into\`, or a new one with its cursor at 0 | \`TypeError\`, \`RangeError\`, \`AdapterError\` |

## When not to use it

- For a content that is larger than memory.
`;

const lowestTestOf = ({ library }: Adapter): string => `import { createRequire } from 'node:module';
import { expect, it, vi } from 'vitest';

// Nothing is imitated: the oldest release that the peer range allows takes the place of the newest.
vi.mock('${library}', () => vi.importActual('${library}-lowest'));

it('is tested with the lowest ${library} that the peer range allows', () => {
  const require = createRequire(import.meta.url);
  const { peerDependencies } = require('../package.json');
  expect(\`^\${require('${library}-lowest/package.json').version}\`).toBe(peerDependencies['${library}']);
});

await import('./contract.test.ts');
`;

const changesetOf = (short: string, { library, format }: Adapter): string => `---
"@memio/${short}": minor
---

New: \`@memio/${short}\` makes ${library} write ${format} into a \`BytesIO\`.

\`\`\`ts
import { write${format} } from '@memio/${short}';
\`\`\`
`;

/** The README of the repository with a row for the adapter, the last of the packages. */
export function withRow(readme: string, short: string, { format }: Adapter): string {
  const rows = [...readme.matchAll(/^\| \[`@memio\/[^`]+`\]\(packages\/[^)]+\) .*\n/gm)];
  const last = rows.at(-1);
  if (!last) throw new Error('Cannot name the package in README.md: it has no table of packages');
  const end = last.index + last[0].length;
  return `${readme.slice(0, end)}| [\`@memio/${short}\`](packages/${short}) | \`write${format}\` |\n${readme.slice(end)}`;
}
