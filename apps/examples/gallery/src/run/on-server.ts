import { BytesIO } from '@memio/core';
import { ASK_HEADER } from '../../../src/gallery-server/policy.ts';
import { readReport } from '../../../src/gallery-server/report.ts';
import { formatBytes } from '../format.ts';
import type { Outcome } from './outcome.ts';

/** Has the local server run a recipe, in a process of its own. */
export async function runOnServer(name: string): Promise<Outcome> {
  const response = await ask(name);
  if (!response.ok) throw new Error((await response.text()).trim());
  const answer = await BytesIO.from(response);
  const { log, error, files, milliseconds, peak, runtime } = readReport(answer);
  return {
    log,
    error,
    milliseconds,
    files: files.map(({ name, size }) => ({ name, bytes: answer.read(size) })),
    where: `on the local server, ${runtime}`,
    memory: Promise.resolve(`at most ${formatBytes(peak)}, the process as a whole`),
  };
}

async function ask(name: string): Promise<Response> {
  try {
    return await fetch(`/run/${name}`, { method: 'POST', headers: { [ASK_HEADER]: 'run' } });
  } catch {
    throw new Error('The local server does not answer: is it still running?');
  }
}
