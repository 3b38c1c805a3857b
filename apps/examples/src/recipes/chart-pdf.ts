// Chart: bars and a line over an axis, drawn into a PDF as vectors, which stay sharp at any size.
// npm install @memio/core @memio/pdfkit pdfkit
// Runs in browsers and Node.js.

import type { BytesIO } from '@memio/core';
import { type PdfDocument, writePdf } from '@memio/pdfkit';

export interface Chart {
  title: string;
  names: [unit: string, bars: string, line: string];
  /** Values from 0 on. */
  rows: [label: string, bar: number, line: number][];
}

const [INK, GREY, RULE, BAR, LINE] = ['#111827', '#6b7280', '#e5e7eb', '#60a5fa', '#c2410c'];

function drawChart(doc: PdfDocument, { title, names: [unit, bars, line], rows }: Chart): void {
  const values = rows.flatMap(([, bar, line]) => [bar, line]);
  const wrong = values.find((value) => !(value >= 0 && value < Infinity));
  if (wrong !== undefined) throw new RangeError(`Cannot draw a chart of ${wrong}: values must be >= 0`);
  const most = Math.max(...values, 0) || 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [0.2, 0.5, 1, 2].map((factor) => factor * power).find((step) => most / step <= 6)!;
  const marks = Math.ceil(most / step);
  const [left, right, top, bottom] = [90, doc.page.width - 60, 130, doc.page.height - 70];
  const column = (right - left) / rows.length;
  const x = (index: number): number => left + column * (index + 0.5);
  const y = (value: number): number => bottom - ((bottom - top) * value) / (marks * step);

  doc.font('Helvetica-Bold', 20).fillColor(INK).text(title, 56, 48);
  doc.font('Helvetica', 10).fillColor(GREY).text(unit, 56, 76).lineWidth(0.75);
  for (let mark = 0; mark <= marks; mark++) {
    const [at, number] = [y(mark * step), (mark * step).toLocaleString('en', { maximumSignificantDigits: 3 })];
    doc.text(number, 36, at - 5, { width: left - 46, align: 'right' });
    const colour = mark === 0 ? GREY : RULE;
    doc.moveTo(left, at).lineTo(right, at).stroke(colour);
  }
  // Every label, or as many as there is room for: text that is broken would go on on another page.
  const every = Math.ceil(Math.max(...rows.map(([label]) => doc.widthOfString(label) + 6)) / column);
  for (const [index, [label, bar]] of rows.entries()) {
    doc.rect(x(index) - column * 0.32, y(bar), column * 0.64, bottom - y(bar)).fill(BAR);
    const start = x(index) - doc.widthOfString(label) / 2;
    if (index % every === 0) doc.fillColor(GREY).text(label, start, bottom + 8, { lineBreak: false });
  }
  const points = rows.map(([, , value], index) => `${x(index)} ${y(value)}`).join(' L ');
  doc.path(`M ${points}`).lineWidth(2).lineJoin('round').stroke(LINE);
  for (const [index, [, , value]] of rows.entries()) doc.circle(x(index), y(value), 3.5).fillAndStroke('white', LINE);

  const next = left + 40 + doc.widthOfString(bars);
  doc.rect(left, 102, 10, 10).fill(BAR).rect(next, 106, 18, 2).fill(LINE).fillColor(INK);
  doc.text(bars, left + 16, 103).text(line, next + 24, 103);
}

export const writeChart = (chart: Chart): Promise<BytesIO> =>
  writePdf((doc) => drawChart(doc, chart), { size: 'A4', layout: 'landscape', margin: 40 });

export default async function main(): Promise<Record<string, BytesIO>> {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const made = [212, 348, 655, 930, 1124, 1187, 1160, 1042, 748, 446, 236, 168];
  const used = [612, 548, 520, 430, 385, 352, 340, 348, 395, 478, 560, 634];
  const rows = months.map((month, index): Chart['rows'][number] => [month, made[index]!, used[index]!]);
  const names: Chart['names'] = ['Kilowatt-hours a month, 2024', 'Made', 'Used'];
  const pdf = await writeChart({ title: 'Electricity from the roof', names, rows });
  console.log(`A chart of ${rows.length} months: ${pdf.size} bytes`);
  return { 'chart.pdf': pdf };
}
