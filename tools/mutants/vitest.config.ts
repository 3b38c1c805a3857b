import { defineConfig } from 'vitest/config';

/** What judges the mutants: the tests of core, but for those of live CPython and of servers, which take too long. */
export default defineConfig({
  test: {
    include: ['packages/core/src/*.test.ts', 'packages/core/src/oracle/vectors.test.ts'],
    exclude: ['**/*-server.test.ts', '**/*.large.test.ts'],
  },
});
