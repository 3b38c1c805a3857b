import { contestants } from './contestants.ts';
import { GOALS, type Goal, isPeer, judge } from './goals.ts';
import type { Machine } from './machine.ts';
import type { Measured } from './measure.ts';
import { duration, type Table, times, toMarkdown } from './table.ts';
import type { Workload } from './workload.ts';

export interface Result {
  workload: Workload;
  measured: readonly Measured[];
}

/** Everything that was measured on one Node. */
export interface Run {
  version: string;
  major: number;
  results: readonly Result[];
}

const medianOf = (measured: readonly Measured[], name: string) =>
  measured.find(({ contestant }) => contestant.name === name)?.time.median;

/** One workload on one Node, fastest first. */
export function workloadTable({ workload, measured }: Result): Table {
  const limit = medianOf(measured, 'limit');
  const memio = medianOf(measured, 'memio');
  const withPeak = workload.samples !== 'loop';
  const peakOf = (bytes: number) =>
    workload.payload ? times(bytes / workload.payload) : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
  const line = ({ contestant, time, peak }: Measured) => [
    contestant.name,
    contestant.chunks,
    duration(time.median),
    `${duration(time.low)} – ${duration(time.high)}`,
    ...(limit ? [times(time.median / limit)] : []),
    ...(memio ? [times(time.median / memio)] : []),
    ...(withPeak ? [peak ? peakOf(peak.median) : ''] : []),
  ];
  const head = [
    'contestant',
    'chunks',
    'median',
    'quartiles',
    ...(limit ? ['of limit'] : []),
    ...(memio ? ['of memio'] : []),
    ...(withPeak ? [workload.payload ? 'peak of payload' : 'peak'] : []),
  ];
  return { left: 2, lines: [head, ...measured.toSorted((a, b) => a.time.median - b.time.median).map(line)] };
}

/** Every goal, a column for each Node. */
export function goalsTable(runs: readonly Run[]): Table {
  const lines = GOALS.flatMap((goal) => {
    const judged = runs.map((run) => {
      const result = run.results.find(({ workload }) => workload.id === goal.workload);
      return { result, verdict: result && judge(goal, run.major, result.measured, result.workload.payload) };
    });
    const title = judged.find(({ result }) => result)?.result?.workload.title;
    if (title === undefined || judged.every(({ verdict }) => !verdict)) return [];
    return [
      [
        title,
        wording(goal),
        ...judged.map(({ verdict }) =>
          verdict
            ? `${times(verdict.measured)}${verdict.against === goal.against ? '' : ` (${verdict.against})`} ${verdict.met ? 'met' : 'NOT MET'}`
            : '',
        ),
      ],
    ];
  });
  return { left: 2, lines: [['workload', 'goal', ...runs.map(({ version }) => `Node ${version}`)], ...lines] };
}

function wording({ who = 'memio', of, against, atMost, atMostFrom24 }: Goal): string {
  const most = `${atMost} ×${atMostFrom24 ? ` (from Node 24 on ${atMostFrom24} ×)` : ''}`;
  const subject = who === 'memio' ? '' : `${who} `;
  if (against === 'payload') return `${subject}peak memory ≤ ${most} payload`;
  const whom = {
    packages: 'the next npm package',
    peers: 'the next peer',
    'copying peers': 'the next peer that copies',
  };
  const figure = of === 'peak' ? 'peak memory ' : '';
  return `${subject}${figure}≤ ${most} ${whom[against as keyof typeof whom] ?? against}`;
}

/** Who was faster than memio, and where. */
export function notFirst(runs: readonly Run[]): Table {
  const lines = runs.flatMap(({ version, results }) =>
    results.flatMap(({ workload, measured }) => {
      const memio = medianOf(measured, 'memio');
      if (!memio) return [];
      const ahead = measured
        .filter(({ contestant, time }) => isRival(contestant) && time.median < memio)
        .toSorted((a, b) => a.time.median - b.time.median)
        .map(({ contestant, time }) => {
          const kept = contestant.chunks === 'kept' ? ', keeps chunks' : '';
          return `${contestant.name} (${times(time.median / memio)}${kept})`;
        });
      return ahead.length > 0 ? [[workload.title, `Node ${version}`, ahead.join(', ')]] : [];
    }),
  );
  return { left: 3, lines: [['workload', 'on', 'faster than memio (its time of memio’s)'], ...lines] };
}

const isRival = ({ kind }: Measured['contestant']) => isPeer(kind) || kind === 'cpython';

/** Workloads that are named by their operation share a table: a line each, a column for each contestant. */
function operationsTable(results: readonly Result[]): Table {
  const names = contestants
    .map(({ name }) => name)
    .filter((name) => results.some(({ measured }) => medianOf(measured, name) !== undefined));
  const line = ({ workload, measured }: Result) => {
    const memio = medianOf(measured, 'memio')!;
    return [
      workload.title,
      ...names.map((name) => {
        const time = measured.find(({ contestant }) => contestant.name === name)?.time;
        if (!time) return '';
        const spread = `${duration(time.low)} – ${duration(time.high)}`;
        return name === 'memio'
          ? `**${duration(time.median)}** (${spread})`
          : `${duration(time.median)}, ${times(time.median / memio)} (${spread})`;
      }),
    ];
  };
  return { left: 1, lines: [['operation', ...names], ...results.map(line)] };
}

/** The most memory resident at once for each way of taking what was built; in a cell the Nodes in their order. */
function peakTable(runs: readonly Run[], group: string): Table {
  const taken = runs[0]!.results
    .filter(({ workload }) => workload.samples !== 'loop' && workload.group === group)
    .map(({ workload }) => workload);
  const peakOf = ({ results }: Run, { id, payload }: Workload, name: string) => {
    const measured = results.find(({ workload }) => workload.id === id)?.measured;
    const peak = measured?.find(({ contestant }) => contestant.name === name)?.peak;
    return peak ? [times(peak.median / payload)] : [];
  };
  const lines = contestants.flatMap(({ name }) => {
    const cells = taken.map((workload) => runs.flatMap((run) => peakOf(run, workload, name)).join(' / '));
    return cells.some(Boolean) ? [[name, ...cells]] : [];
  });
  return { left: 1, lines: [['contestant', ...taken.map(({ title }) => title)], ...lines] };
}

/** The page. */
export function markdown(runs: readonly Run[], on: Machine, date: Date, cpython: string | undefined): string {
  const versions = runs.map(({ version }) => version).join(' and ');
  const section = ({ version, results }: Run) => {
    const isSmall = ({ workload }: Result) => workload.group === 'small-operations';
    return [
      `## Node ${version}`,
      ...results
        .filter((result) => !isSmall(result))
        .flatMap((result) => [`### ${capital(result.workload.title)}`, toMarkdown(workloadTable(result))]),
      '### Small operations',
      'Of one operation: the median, what it is of memio’s, and the quartiles.',
      toMarkdown(operationsTable(results.filter(isSmall))),
    ];
  };
  return `${[
    '# Benchmarks',
    `Measured on ${date.toISOString().slice(0, 10)} with \`npx -y pnpm@12.21.0 bench\` on ${on.cpu}, ${on.cores} cores, ${on.memory} memory, ${on.system}, with Node ${versions}${cpython ? ` and CPython ${cpython}` : ''}. The machine’s load was ${on.load.toFixed(1)} when the run began. This page and its chart are written by that command: do not edit them.`,
    '![Time and peak memory of memio and its peers at building 256 MiB and at small writes](benchmarks.svg)',
    ...HOW,
    'The contestants:',
    notes(),
    '## Goals',
    'Medians. Where a goal is held against the next of several, the one that it was is in parentheses.',
    toMarkdown(goalsTable(runs)),
    '## Where memio is not first',
    BEYOND,
    toMarkdown(notFirst(runs)),
    '## Peak memory',
    `Of the payload, in a process of its own, the median of the samples; on Node ${runs.map(({ version }) => version).join(' / ')}.`,
    toMarkdown(peakTable(runs, 'building')),
    toMarkdown(peakTable(runs, 'ingest')),
    ...runs.flatMap(section),
  ].join('\n\n')}\n`;
}

const BEYOND = `Among the peers and CPython, whatever they do with the chunks. Out of reach, and why:

- Who keeps references copies once where \`write\` and \`getvalue\` copy twice. \`getbuffer\` and \`transfer\` save the second copy.
- CPython grows by having the kernel move pages instead of copying them, and its \`getvalue\` shares memory until the next write; no buffer that every API of JavaScript accepts can do either.
- A small array of its own costs some 300 ns beyond 64 bytes. A slice of a shared pool is cheaper, but who transfers its buffer or reads all of it touches the bytes of others.`;

const HOW = [
  '## How it is measured',
  `- Everything is measured in one run, and what counts are the ratios. \`limit\` is one exactly sized \`Uint8Array\` and one \`set\` per chunk, a single copy into memory that is touched for the first time; where a copy is asked for, a second one.
- The contestants take turns, A B C A B C. Every contestant has a process of its own; for 256 MiB and more, one for every sample, cold. Given are the median and the quartiles.
- What each made is compared with what it was given, byte by byte, after every sample and outside of the timed part.
- Everyone is given the same chunks. In the rows that say "fresh", a chunk is new memory, made when its turn comes, as a file or a socket hands it over; making them is part of everyone's time and a row of its own, \`chunks alone\`. In the other rows they are made beforehand.
- "chunks" says what becomes of them: who *copied* them leaves the caller free to use them again; who *kept* references saves that copy and relies on the caller not to touch them. Only the former do what \`BytesIO.write\` does.
- "peak of payload" is the most memory that was ever resident, less that of the same process before the work, to the bytes of the payload.
- CPython runs the same loops in Python: a method of the stream is looked up and called each time, as in JavaScript. Who takes the bound method out of the loop and unrolls it saves about a third of a small operation there.`,
];

function notes(): string {
  const lines = contestants.flatMap(({ name, note, atMost }) => {
    const said = [note, atMost && `only up to ${atMost.bytes / 1024 ** 2} MiB: it ${atMost.because}`].filter(Boolean);
    return said.length > 0 ? [`- ${name}: ${said.join('; ')}`] : [];
  });
  return lines.join('\n');
}

const capital = (text: string) => text[0]!.toUpperCase() + text.slice(1);
