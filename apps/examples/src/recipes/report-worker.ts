// Report in a worker: a PDF made in a thread of its own and handed over without a copy, while this thread goes on.
// npm install @memio/core @memio/pdfkit pdfkit
// Runs in Node.js.

import { on } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { BytesIO } from '@memio/core';
import { writePdf } from '@memio/pdfkit';

export interface Report {
  title: string;
  rows: string[][];
}

export function writeReport({ title, rows }: Report): Promise<BytesIO> {
  return writePdf(
    (doc) => {
      doc.font('Helvetica-Bold', 20).text(title).moveDown().font('Helvetica', 9);
      doc.table({
        data: rows,
        defaultStyle: { border: [0, 0, 0.5, 0], borderColor: '#cbd5e1', padding: [6, 0, 4, 0] },
      });
    },
    { size: 'A4', margin: 56, info: { Title: title } },
  );
}

/**
 * Makes the report in a worker, which runs this very file; what it throws is thrown here. A Web Worker does the same:
 * `new Worker(new URL(import.meta.url), { type: 'module' })`, and `postMessage(bytes, [bytes.buffer])` in it.
 */
export async function reportInWorker(report: Report): Promise<{ pdf: BytesIO; leftBehind: number }> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { report } });
  const messages: unknown[] = [];
  for await (const [message] of on(worker, 'message', { close: ['exit'] })) messages.push(message);
  const [bytes, leftBehind] = messages as [Uint8Array<ArrayBuffer>, number] | [];
  if (!bytes || leftBehind === undefined) throw new Error(`Cannot make "${report.title}": the worker ended before it`);
  return { pdf: BytesIO.adopt(bytes), leftBehind };
}

// What the worker does; in every other thread there is no such data.
if (workerData?.report) {
  const pdf = await writeReport(workerData.report);
  const bytes = pdf.transfer(); // the memory itself: the stream is empty now
  parentPort?.postMessage(bytes, [bytes.buffer]);
  parentPort?.postMessage(bytes.length); // 0: what was handed over is no longer here
}

export default async function main(): Promise<Record<string, BytesIO>> {
  const rows = Array.from({ length: 200 }, (_, day) => {
    const date = new Date(Date.UTC(2024, 0, day + 1)).toISOString().slice(0, 10);
    return [date, `${((day * 37) % 23) + 4} boats`, `${((day * 53) % 190) + 20} visitors`];
  });
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  const { pdf, leftBehind } = await reportInWorker({ title: 'The harbour, day by day', rows });
  clearInterval(timer);
  console.log(`A report of ${rows.length} days: ${pdf.size} bytes`);
  console.log(`The worker has ${leftBehind} bytes of it left: it was handed over, not copied`);
  console.log(`A timer of this thread went off ${ticks} times in the meantime`);
  return { 'report.pdf': pdf };
}
