import { entryPoints, isAdapter, publishedPackages, ROOT } from '@memio/workspace';
import type { ReflectionKind } from 'typedoc';

/** One module of the API reference. */
export interface Entry {
  /** What is imported. */
  readonly name: string;
  /** The folder of its package. */
  readonly home: string;
  /** Below that. */
  readonly source: string;
  /** What has to have TSDoc. */
  readonly documented: readonly ReflectionKind.KindString[];
}

const EXPORTS: ReflectionKind.KindString[] = ['Class', 'Interface', 'TypeAlias', 'Variable'];
const MEMBERS: ReflectionKind.KindString[] = [...EXPORTS, 'Function', 'Method', 'Constructor', 'Accessor'];

/** In the order of the reference. */
export function entries(root: string = ROOT): Entry[] {
  return publishedPackages(root).flatMap((one) =>
    [...entryPoints(one)].map(([name, file]) => ({
      name,
      home: one.path,
      source: file.slice(one.path.length + 1).replace(/^dist(.*)\.js$/, 'src$1.ts'),
      // Members of an adapter's types are mostly those of its host library, which has documents of its own for them.
      documented: one.manifest.memio?.internal ? [] : isAdapter(one.manifest) ? EXPORTS : MEMBERS,
    })),
  );
}
