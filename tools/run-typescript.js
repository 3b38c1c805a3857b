// Runs the `main` of a TypeScript module, since Node.js 20 cannot: node tools/run-typescript.js <module> [arguments]
import { resolve } from 'node:path';
import { createViteServer } from 'vitest/node';

const [module = '', ...args] = process.argv.slice(2);
const server = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  optimizeDeps: { noDiscovery: true },
  server: { middlewareMode: true, watch: null, ws: false },
});
try {
  const { main } = await server.ssrLoadModule(resolve(module));
  process.exitCode = await main(args);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await server.close();
}
