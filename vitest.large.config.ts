import { defineConfig } from 'vitest/config';

/** Tests that need gigabytes of memory: `pnpm test:large`. */
export default defineConfig({ test: { include: ['packages/*/src/**/*.large.test.ts'] } });
