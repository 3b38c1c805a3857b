import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Does something in a folder of its own, which is gone afterwards, whatever happens, and when the process is ended. */
export async function inTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'memio-release-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  const end = () => process.exit(1);
  process.once('exit', remove).once('SIGINT', end).once('SIGTERM', end);
  try {
    return await use(folder);
  } finally {
    process.off('exit', remove).off('SIGINT', end).off('SIGTERM', end);
    remove();
  }
}
