import { defineConfig } from 'vitest/config';

/** Copies every recipe into a project of its own and installs it there: `pnpm check:recipes`. */
export default defineConfig({
  test: {
    include: ['apps/examples/test/**/*.test.ts'],
    maxConcurrency: 3,
    testTimeout: 240_000,
    hookTimeout: 120_000,
  },
});
