import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages, type Tarball } from '@memio/release/pack';
import { publishedPackages } from '@memio/workspace';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packages, as they would be published. */
    tarballs: Tarball[];
  }
}

/** Packs the packages once, for all tests. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'memio-packed-'));
  provide('tarballs', await packPackages(publishedPackages(), folder));
  return () => rm(folder, { recursive: true, force: true });
}
