import { BytesIO, b } from '@memio/core';

/** What the run of a recipe has to say; the bytes of its files follow it. */
export interface RunReport {
  log: string[];
  /** As the user would see it, when the recipe failed. */
  error?: string | undefined;
  files: { name: string; size: number }[];
  /** What `main` took. */
  milliseconds: number;
  /** The most memory that the process has had, in bytes. */
  peak: number;
  /** What it ran in: `Node.js 20.20.2`. */
  runtime: string;
}

/** The length of the report in 4 bytes, and the report as JSON: the head of an answer. */
export function packReport(report: RunReport): BytesIO {
  const json = b`${JSON.stringify(report)}`;
  const head = new BytesIO();
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  head.writelines([length, json]);
  return head;
}

/** Reads the head of an answer; the cursor is left at the first byte of the first file. */
export function readReport(answer: BytesIO): RunReport {
  const length = new DataView(answer.read(4).buffer).getUint32(0);
  return JSON.parse(new TextDecoder().decode(answer.read(length))) as RunReport;
}

/** An error as the user sees it: its name, what it says, and its code where it has one. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught ${String(error)}`;
  const { code } = error as { code?: unknown };
  return `${error.name}: ${error.message}${typeof code === 'string' ? ` (${code})` : ''}`;
}
