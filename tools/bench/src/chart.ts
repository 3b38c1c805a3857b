import type { Machine } from './machine.ts';
import type { Measured } from './measure.ts';
import type { Run } from './report.ts';
import { times } from './table.ts';

interface Panel {
  title: string;
  workload: string;
  figure: (measured: Measured, limit: Measured, payload: number) => number | undefined;
}

const timeOfLimit: Panel['figure'] = ({ time }, limit) => time.median / limit.time.median;

const PANELS: readonly Panel[] = [
  {
    title: '256 MiB from fresh chunks of 64 KiB, the view: time, of a plain copy',
    workload: '256m-view',
    figure: timeOfLimit,
  },
  {
    title: 'The same: peak memory, of the payload',
    workload: '256m-view',
    figure: ({ peak }, _, payload) => peak && peak.median / payload,
  },
  { title: '1 MiB in writes of 16 bytes: time, of a plain copy', workload: '1m-tiny', figure: timeOfLimit },
];

const WIDTH = 760;
const LABEL = 170;
const VALUE = 60;
const ROW = 22;
/** A longer bar is cut there; its figure stands beside it. */
const LONGEST = 8;

/** Bars for each panel, shortest first. One file for light and dark pages: its colours ask which it is. */
export function chart({ version, results }: Run, on: Machine, date: Date): string {
  let y = 0;
  const parts = PANELS.flatMap(({ title, workload: id, figure }) => {
    const result = results.find(({ workload }) => workload.id === id);
    const limit = result?.measured.find(({ contestant }) => contestant.kind === 'limit');
    if (!result || !limit) return [];
    const bars = result.measured
      .flatMap((measured) => {
        const { kind, name } = measured.contestant;
        const value = kind === 'floor' ? undefined : figure(measured, limit, result.workload.payload);
        return value === undefined ? [] : [{ kind, name, value }];
      })
      .toSorted((a, b) => a.value - b.value);
    const longest = Math.min(LONGEST, Math.max(...bars.map(({ value }) => value)));
    const head = `<text class="title" x="0" y="${y + 18}">${escaped(title)}</text>`;
    y += 30;
    const rows = bars.map(({ kind, name, value }) => {
      const length = ((WIDTH - LABEL - VALUE) * Math.min(value, longest)) / longest;
      const row = [
        `<text class="label" x="${LABEL - 8}" y="${y + 15}">${escaped(name)}</text>`,
        `<rect class="${kind === 'memio' || kind === 'limit' ? kind : 'other'}" x="${LABEL}" y="${y + 3}" width="${length.toFixed(1)}" height="${ROW - 6}" rx="2"/>`,
        value > longest ? `<path class="cut" d="M${LABEL + length - 14} ${y + ROW} l6 -${ROW}"/>` : '',
        `<text x="${(LABEL + length + 6).toFixed(1)}" y="${y + 15}">${times(value)}</text>`,
      ].join('');
      y += ROW;
      return row;
    });
    y += 16;
    return [head, ...rows];
  });
  const day = date.toISOString().slice(0, 10);
  parts.push(
    `<text x="0" y="${y + 12}">Shorter is better. Node ${version} on ${on.cpu}, ${on.cores} cores, ${on.memory}, ${day}</text>`,
  );
  y += 20;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">
<title>Time and peak memory of memio and its peers</title>
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.label { text-anchor: end }
.memio { fill: #0969da }
.limit { fill: #1a7f37 }
.other { fill: #8c959f }
.cut { stroke: #ffffff; stroke-width: 3 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.memio { fill: #58a6ff }
.limit { fill: #3fb950 }
.other { fill: #6e7681 }
.cut { stroke: #0d1117 }
}
</style>
${parts.join('\n')}
</svg>
`;
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
