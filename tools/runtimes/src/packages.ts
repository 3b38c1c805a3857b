import { publishedPackages } from '../../workspace/src/index.ts';

const published = publishedPackages().filter(({ manifest }) => !manifest.memio?.runner);

/** The packages of the table, by the names of their folders. */
export const PACKAGES: readonly string[] = published.map(({ short }) => short);

/** Why a package cannot be used at all where there is no Node.js. */
export const PROCESS_ONLY: Readonly<Record<string, string>> = Object.fromEntries(
  published.flatMap(({ short, manifest: { memio } }) => (memio?.needsNode ? [[short, memio.needsNode]] : [])),
);
