import { defineConfig } from 'vitest/config';

/** All pictures, rendered and compared: `pnpm check:pictures`. */
export default defineConfig({ test: { include: ['packages/pdfkit/src/oracle/*.judge.ts'], testTimeout: 300_000 } });
