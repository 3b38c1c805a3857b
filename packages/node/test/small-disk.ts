import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, small enough to be filled. */
export interface SmallDisk {
  path: string;
  remove(): void;
}

/** A disk of 1 MiB in memory. Without the right to mount one there is none, and a line on stderr says so. */
export function mountSmallDisk(consequence: string): SmallDisk | undefined {
  const path = mkdtempSync(join(tmpdir(), 'memio-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'pipe' });
  } catch {
    rmSync(path, { recursive: true });
    process.stderr.write(`SKIPPED: a small disk cannot be mounted here, so ${consequence} (run as root on Linux)\n`);
    return undefined;
  }
  return {
    path,
    remove() {
      execFileSync('umount', [path]);
      rmSync(path, { recursive: true });
    },
  };
}
