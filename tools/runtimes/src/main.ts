import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle, ROOT } from './bundle.ts';
import type { Report, Result } from './inside/protocol.ts';
import { KNOWN, LEFT_OUT } from './known.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { PACKAGES, PROCESS_ONLY } from './packages.ts';
import { withTable } from './readme.ts';
import { RUNTIMES, type Runtime, versionOf } from './runtimes.ts';
import { testsOf } from './suites.ts';
import { type Row, table } from './table.ts';

const { values } = parseArgs({ options: { only: { type: 'string' }, check: { type: 'boolean', default: false } } });
const README = join(ROOT, 'README.md');

const strangers = KNOWN.filter((known) => !PACKAGES.includes(known.package)).map((known) => known.package);
if (strangers.length > 0) throw new Error(`Unknown package in known.ts: ${strangers.join(', ')}`);
const runtimes = chosen(values.only);
const versions = new Map(runtimes.map((runtime) => [runtime, versionOf(runtime)]));
const modules = await bundleAll();
const reports = new Map<string, Report>();
// Half of the tests' time is waiting: two runtimes go side by side.
const queue = [...runtimes];
await Promise.all([lane(), lane()]);

let failed = 0;
const rows = runtimes.map(rowOf);
finish();

async function lane(): Promise<void> {
  for (let runtime = queue.shift(); runtime; runtime = queue.shift()) {
    for (const name of PACKAGES) {
      const module = modules.get(`${runtime.target} ${name}`);
      if (module) reports.set(`${runtime.id} ${name}`, await reportOf(runtime, name, module));
    }
  }
}

async function reportOf(runtime: Runtime, name: string, module: string): Promise<Report> {
  const hanging = KNOWN.filter((known) => known.hangs && known.package === name && known.runtimes.includes(runtime.id));
  const started = performance.now();
  try {
    return await runtime.run(module, [...LEFT_OUT, ...hanging.flatMap(({ tests }) => tests)]);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { results: [{ file: `packages/${name}`, name: 'as a whole', state: 'failed', why }], cutShort: [] };
  } finally {
    console.log(`${runtime.id} ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
}

function rowOf(runtime: Runtime): Row {
  const outcomes = new Map<string, Outcome>();
  for (const name of PACKAGES) {
    const report = reports.get(`${runtime.id} ${name}`);
    if (!report) continue;
    // Node.js runs everything.
    const reference = reports.get(`${RUNTIMES[0]!.id} ${name}`);
    const outcome = outcomeOf(report, runtime.id, name, reference, testsOf(name, runtime.target).absent);
    outcomes.set(name, outcome);
    failed += outcome.failures.length;
    for (const failure of outcome.failures) console.log(`FAILED in ${runtime.title}: ${told(failure)}`);
  }
  return { title: runtime.title, version: versions.get(runtime)!, outcomes };
}

function chosen(only: string | undefined): readonly Runtime[] {
  if (only === undefined) return RUNTIMES;
  return only.split(',').map((id) => {
    const runtime = RUNTIMES.find((each) => each.id === id);
    if (!runtime) throw new Error(`Unknown runtime ${id}: there are ${RUNTIMES.map((each) => each.id).join(', ')}`);
    return runtime;
  });
}

async function bundleAll(): Promise<Map<string, string>> {
  const bundled = new Map<string, string>();
  for (const target of new Set(runtimes.map((runtime) => runtime.target))) {
    for (const name of PACKAGES) {
      if (target === 'web' && PROCESS_ONLY[name]) continue;
      bundled.set(`${target} ${name}`, await bundle(target, name, testsOf(name, target).files));
    }
  }
  return bundled;
}

function told({ file, name, why }: Result): string {
  return `${file}: ${name}\n${(why ?? '').replaceAll(/^/gm, '    ')}`;
}

function finish(): void {
  const passed = rows
    .flatMap(({ outcomes }) => [...outcomes.values()])
    .reduce((sum, outcome) => sum + outcome.passed, 0);
  if (failed === 0 && values.only === undefined) {
    const before = readFileSync(README, 'utf8');
    const after = withTable(before, table(rows, PACKAGES));
    if (!values.check) writeFileSync(README, after);
    else if (before !== after) {
      failed += 1;
      console.log(
        `The table in the README is not what this run gives: run \`pnpm runtimes\`\n\n${table(rows, PACKAGES)}`,
      );
    }
  } else if (values.only !== undefined) console.log(`\n${table(rows, PACKAGES)}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
}
