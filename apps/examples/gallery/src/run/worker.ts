// Runs one recipe, that the worker is named after, and hands over what came of it.
import './dispose.ts';
import { recipes } from 'virtual:browser-recipes';
import type { BytesIO } from '@memio/core';
import { describeError } from '../../../src/gallery-server/report.ts';
import type { WorkerMessage } from './in-page.ts';

const tell = (message: WorkerMessage, transfer: Transferable[] = []): void => postMessage(message, { transfer });

for (const method of ['log', 'info', 'warn', 'error'] as const) {
  console[method] = (...words: unknown[]) => tell({ line: words.map(String).join(' ') });
}

let made: Record<string, BytesIO> = {};
let error: string | undefined;
let start = performance.now();
try {
  const { default: main } = await recipes[self.name]!();
  start = performance.now();
  made = await main();
} catch (cause) {
  error = describeError(cause);
}
const milliseconds = performance.now() - start;
// The memory of the streams goes to the page as it is, without a copy.
const files = Object.entries(made).map(([name, io]) => ({ name, bytes: io.transfer() }));
tell(
  { done: { error, milliseconds, files } },
  files.map(({ bytes }) => bytes.buffer),
);
