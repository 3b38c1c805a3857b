import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MARK, type Report } from '../inside/protocol.ts';
import { report } from './bounded.ts';

/** A worker without Node's compatibility, whose test event prints the report. */
export function runInWorkerd(workerd: string, module: string, leftOut: readonly string[]): Promise<Report> {
  const folder = dirname(module);
  // A module of workerd has no address, and PDFKit asks for it when it is loaded: a bundler has to give it one.
  const tests = readFileSync(module, 'utf8').replaceAll('import.meta.url', '"file:///tests.js"');
  writeFileSync(join(folder, 'worker-tests.js'), tests);
  writeFileSync(
    join(folder, 'worker.js'),
    `import { run } from './worker-tests.js';
export default {
  async test() { console.log(${JSON.stringify(MARK)} + JSON.stringify(await run(${JSON.stringify(leftOut)}))); },
};
`,
  );
  writeFileSync(
    join(folder, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "tests", worker = (
  compatibilityDate = "2026-11-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "worker-tests.js", esModule = embed "worker-tests.js"),
  ],
))]);
`,
  );
  return report(workerd, ['test', 'worker.capnp'], folder);
}
