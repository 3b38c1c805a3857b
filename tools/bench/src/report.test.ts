import { describe, expect, test } from 'vitest';
import { chart } from './chart.ts';
import { contestants } from './contestants.ts';
import type { Measured } from './measure.ts';
import { goalsTable, markdown, notFirst, type Run, workloadTable } from './report.ts';
import { workloads } from './workloads/index.ts';

const MiB = 1024 * 1024;
const sure = (value: number) => ({ low: value, median: value, high: value });
const took = (name: string, milliseconds: number, peak?: number): Measured => ({
  contestant: contestants.find((contestant) => contestant.name === name)!,
  time: sure(milliseconds * 1e6),
  ...(peak === undefined ? {} : { peak: sure(peak * MiB) }),
});
const resultOf = (id: string, ...measured: Measured[]) => ({
  workload: workloads.find((workload) => workload.id === id)!,
  measured,
});

const VIEW = resultOf(
  '256m-view',
  took('memio', 120, 288),
  took('limit', 100, 256),
  took('get-stream', 2000, 512),
  took('Buffer.concat', 90, 512),
  took('CPython io.BytesIO', 60, 256),
);
const RUN: Run = {
  version: '20.20.2',
  major: 20,
  results: [VIEW, resultOf('write-16', took('memio', 1e-5), took('CPython io.BytesIO', 2e-5))],
};

test('workloadTable() lists the fastest first, with its share of the limit, of memio and of the payload', () => {
  expect(workloadTable(VIEW).lines).toEqual([
    ['contestant', 'chunks', 'median', 'quartiles', 'of limit', 'of memio', 'peak of payload'],
    ['CPython io.BytesIO', 'copied', '60.0 ms', '60.0 ms – 60.0 ms', '0.60 ×', '0.50 ×', '1.00 ×'],
    ['Buffer.concat', 'kept', '90.0 ms', '90.0 ms – 90.0 ms', '0.90 ×', '0.75 ×', '2.00 ×'],
    ['limit', 'copied', '100 ms', '100 ms – 100 ms', '1.00 ×', '0.83 ×', '1.00 ×'],
    ['memio', 'copied', '120 ms', '120 ms – 120 ms', '1.20 ×', '1.00 ×', '1.13 ×'],
    ['get-stream', 'copied', '2.00 s', '2.00 s – 2.00 s', '20.00 ×', '16.67 ×', '2.00 ×'],
  ]);
});

test('goalsTable() says of each goal that was measured what came out and whether it is met', () => {
  expect(goalsTable([RUN]).lines).toEqual([
    ['workload', 'goal', 'Node 20.20.2'],
    [VIEW.workload.title, '≤ 1.2 × limit', '1.20 × met'],
    [VIEW.workload.title, '≤ 0.75 × Buffer.concat', '1.33 × NOT MET'],
    [VIEW.workload.title, 'peak memory ≤ 1.2 × (from Node 24 on 1.35 ×) payload', '1.13 × met'],
    [VIEW.workload.title, '≤ 1 × the next peer', '1.33 × (Buffer.concat) NOT MET'],
    ['write, 16 bytes', '≤ 0.8 × CPython io.BytesIO', '0.50 × met'],
  ]);
});

test('workloadTable() gives the peak memory in MiB where there is no payload that it could be a share of', () => {
  const { lines } = workloadTable(resultOf('adapters-png', took('memio', 100, 11.5), took('by hand', 100, 12)));
  expect(lines.map((line) => line.at(-1))).toEqual(['peak', '11.5 MiB', '12.0 MiB']);
});

test('notFirst() names who was faster, but not the limit, and says who keeps chunks', () => {
  expect(notFirst([RUN]).lines.slice(1)).toEqual([
    [VIEW.workload.title, 'Node 20.20.2', 'CPython io.BytesIO (0.50 ×), Buffer.concat (0.75 ×, keeps chunks)'],
  ]);
});

const ON = { cpu: 'A Processor', cores: 2, memory: '24 GiB', system: 'Linux', load: 0.25 };
const DATE = new Date('2026-01-31T12:00:00Z');

test('markdown() says when and on what machine, and which Node and CPython', () => {
  const page = markdown([RUN], ON, DATE, '3.11.7');
  expect(page).toContain('Measured on 2026-01-31');
  expect(page).toContain(
    'on A Processor, 2 cores, 24 GiB memory, Linux, with Node 20.20.2 and CPython 3.11.7. The machine’s load was 0.3',
  );
  expect(page).toContain('| write, 16 bytes | **10.0 ns** (10.0 ns – 10.0 ns) | 20.0 ns, 2.00 × (20.0 ns – 20.0 ns) |');
});

describe('chart()', () => {
  const svg = chart(RUN, ON, DATE);

  test('says when and on what machine', () => {
    expect(svg).toContain('Shorter is better. Node 20.20.2 on A Processor, 2 cores, 24 GiB, 2026-01-31');
  });

  const widths = [...svg.matchAll(/<rect class="(\w+)".*? width="([\d.]+)"/g)].map(([, kind, width]) => [
    kind,
    Number(width),
  ]);

  test('draws bars in proportion, the shortest first, and cuts those that are too long', () => {
    const [time, peak] = [widths.slice(0, 5), widths.slice(5)];
    expect(time.map(([kind, width]) => [kind, Math.round((width as number) * 8) / 530])).toEqual([
      ['other', expect.closeTo(0.6, 1)],
      ['other', expect.closeTo(0.9, 1)],
      ['limit', expect.closeTo(1, 1)],
      ['memio', expect.closeTo(1.2, 1)],
      ['other', 8],
    ]);
    expect(peak).toHaveLength(5);
    expect(svg.match(/class="cut"/g)).toHaveLength(1);
    expect(svg).toContain('>20.00 ×<');
  });

  test('has colours for dark pages too', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
  });
});
