import type { ReflectionKind } from 'typedoc';

/** One module of the API reference. */
export interface Entry {
  /** What is imported. */
  readonly name: string;
  /** Below `packages/`. */
  readonly folder: string;
  /** Below its `src/`. */
  readonly source: string;
  /** What has to have TSDoc. */
  readonly documented: readonly ReflectionKind.KindString[];
  /** What its types mention and another module exports, or what nobody needs by name. */
  readonly elsewhere: readonly string[];
}

const EXPORTS: ReflectionKind.KindString[] = ['Class', 'Interface', 'TypeAlias', 'Variable'];
const MEMBERS: ReflectionKind.KindString[] = [...EXPORTS, 'Function', 'Method', 'Constructor', 'Accessor'];

/** Members of an adapter's types are mostly those of its host library, which has documents of its own for them. */
const adapter = (folder: string, elsewhere: readonly string[] = []): Entry => ({
  name: `@memio/${folder}`,
  folder,
  source: 'index.ts',
  documented: EXPORTS,
  elsewhere,
});

/** In the order of the reference. */
export const ENTRIES: readonly Entry[] = [
  { ...adapter('core', ['Optional']), documented: MEMBERS },
  {
    name: '@memio/core/adapter',
    folder: 'core',
    source: 'adapter.ts',
    documented: MEMBERS,
    elsewhere: ['BytesIO', 'FromOptions', 'MemioErrorCode', 'Source'],
  },
  { ...adapter('node', ['Optional']), documented: MEMBERS },
  adapter('formats'),
  adapter('pdfkit', ['ImageOrFont', 'Options']),
  adapter('jszip'),
  adapter('pngjs'),
  adapter('sharp'),
];
