import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chart } from './chart.ts';
import { cpythonVersion, machine, nodes } from './machine.ts';
import { type Effort, measure } from './measure.ts';
import { goalsTable, markdown, notFirst, type Result, type Run, workloadTable } from './report.ts';
import { takingPart } from './select.ts';
import { toText } from './table.ts';
import { workloads } from './workloads/index.ts';

const HELP = `Usage: pnpm bench [options]

  --quick             on this Node only, few and short samples, without the largest workload; no page is written
  --only a,b          only workloads whose id contains one of these; no page is written
  --contestants a,b   only contestants whose name contains one of these; no page is written
  --node 20,24        only on these major versions of Node; no page is written
  --rounds n          so many samples of each
  --list              the ids of the workloads, and who takes part
`;
const FULL: Effort = { processes: 5, rounds: 15, stretch: 20 };
const QUICK: Effort = { processes: 1, rounds: 5, stretch: 5 };
/** A sample takes seconds. */
const LARGEST = 512 * 1024 * 1024;
const DOCS = new URL('../../../docs/', import.meta.url);

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    contestants: { type: 'string' },
    node: { type: 'string' },
    rounds: { type: 'string' },
  },
});
const matches = (filter: string | undefined, name: string) =>
  filter === undefined || filter.split(',').some((part) => name.includes(part));

async function main(): Promise<void> {
  if (options.help) return console.log(HELP);
  const effort = { ...(options.quick ? QUICK : FULL) };
  if (options.rounds) effort.processes = effort.rounds = atLeastOne(options.rounds);
  const chosen = workloads.filter(({ id, payload, notQuick }) =>
    options.only ? matches(options.only, id) : !options.quick || !(notQuick || payload >= LARGEST),
  );
  if (chosen.length === 0) throw new Error(`No workload has an id with ${options.only}: see --list`);
  const cpython = cpythonVersion();
  if (!cpython) console.error('There is no python3: CPython does not take part.');
  const taking = async (workload: Result['workload']) =>
    (await takingPart(workload)).filter(
      ({ name, kind }) => matches(options.contestants, name) && (cpython || kind !== 'cpython'),
    );
  if (options.list) {
    for (const workload of chosen) {
      console.log(`${workload.id}: ${(await taking(workload)).map(({ name }) => name).join(', ')}`);
    }
    return;
  }

  const began = new Date();
  const on = machine();
  const onNodes = nodes(options.node !== undefined || !(options.quick || options.only)).filter(
    ({ major }) => options.node?.split(',').includes(String(major)) ?? true,
  );
  if (onNodes.length === 0) throw new Error(`There is no Node ${options.node}`);
  console.log(`${on.cpu}, ${on.cores} cores, ${on.memory}, ${on.system}; load ${on.load.toFixed(1)}`);
  const runs: Run[] = [];
  for (const [index, { version, major, program }] of onNodes.entries()) {
    const results: Result[] = [];
    for (const workload of chosen.filter(({ firstNodeOnly }) => index === 0 || !firstNodeOnly)) {
      const result = { workload, measured: await measure(program, workload, await taking(workload), effort) };
      results.push(result);
      console.log(`\nNode ${version}, ${workload.id}: ${workload.title}\n${toText(workloadTable(result))}`);
    }
    runs.push({ version, major, results });
  }

  console.log(`\nGoals\n${toText(goalsTable(runs))}`);
  if (!(options.quick || options.only || options.contestants || options.node)) {
    mkdirSync(DOCS, { recursive: true });
    writeFileSync(new URL('benchmarks.md', DOCS), markdown(runs, on, began, cpython));
    writeFileSync(new URL('benchmarks.svg', DOCS), chart(runs.at(-1)!, on, began));
    console.log('\nWritten: docs/benchmarks.md and docs/benchmarks.svg');
  }
  console.log(`\nWhere memio is not first\n${toText(notFirst(runs))}`);
  console.log(`\nTook ${Math.round((Date.now() - began.getTime()) / 1000)} s`);
}

function atLeastOne(rounds: string): number {
  if (/^[1-9]\d*$/.test(rounds)) return Number(rounds);
  throw new Error(`Cannot take ${rounds} samples: --rounds is a whole number of at least 1`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
