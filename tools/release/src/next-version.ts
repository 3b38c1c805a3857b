const BUMPS = ['major', 'minor', 'patch'] as const;
export type Bump = (typeof BUMPS)[number];

/** The version after a change. All packages have the same. */
export function nextVersion(version: string, bump: Bump): string {
  const parts = version.split('.').map(Number);
  const index = BUMPS.indexOf(bump);
  return parts.map((part, at) => (at < index ? part : at === index ? part + 1 : 0)).join('.');
}

/** The largest change that changesets announce; `undefined` without any. */
export function largestBump(changesets: readonly string[]): Bump | undefined {
  const bumps = changesets.flatMap((text) => [...text.split('\n---')[0]!.matchAll(/^"@memio\/.+": (\w+)$/gm)]);
  return BUMPS.find((bump) => bumps.some(([, found]) => found === bump));
}
