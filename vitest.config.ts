import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * The packages are imported as their sources, by the condition `@memio/source` of their `exports`. Not as a condition of
 * Vite: that would become one of the process, and of every worker and program that a test starts.
 */
const sources = readdirSync(new URL('packages', import.meta.url)).flatMap((one) => {
  const folder = new URL(`packages/${one}/`, import.meta.url);
  const { name, exports } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
  return Object.entries<{ '@memio/source'?: string }>(exports ?? {}).flatMap(([entry, { '@memio/source': source }]) =>
    source
      ? [{ find: new RegExp(`^${name}${entry.slice(1)}$`), replacement: fileURLToPath(new URL(source, folder)) }]
      : [],
  );
});

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,gallery}/**/*.test.ts', 'tools/*/src/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.large.test.ts', 'tools/runtimes/**'],
    // Many tests wait for others (servers, programs, deadlines): a core need not be kept free.
    maxWorkers: '100%',
    testTimeout: 20_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'test-results.json' }]] : ['default'],
    coverage: {
      include: ['packages/{core,formats}/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.test-d.ts', '**/oracle/**'],
      reporter: ['text-summary', 'html'],
      thresholds: {
        'packages/core/src/**': { lines: 97, branches: 92 },
        'packages/formats/src/**': { lines: 93, branches: 85 },
      },
    },
  },
});
