import { defineConfig } from 'vitest/config';

/** The packages are imported as their sources, see `exports` in each `package.json`; the rest are Vite's defaults. */
const conditions = ['@memio/source', 'module', 'node', 'development|production'];

export default defineConfig({
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,gallery}/**/*.test.ts', 'tools/*/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.large.test.ts', 'tools/runtimes/**'],
    // Many tests wait for others (servers, programs, deadlines): a core need not be kept free.
    maxWorkers: '100%',
    testTimeout: 20_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
    coverage: { include: ['packages/*/src/**/*.ts'], exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/oracle/**'] },
  },
});
