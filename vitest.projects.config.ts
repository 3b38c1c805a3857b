import { defineConfig } from 'vitest/config';

/** Installs the packed packages in projects of their own, and uses them there: `pnpm check:projects`. */
export default defineConfig({
  test: {
    globalSetup: 'tools/projects/src/pack.ts',
    include: ['tools/{interop,projects}/src/**/*.project.ts'],
    maxConcurrency: 3,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
