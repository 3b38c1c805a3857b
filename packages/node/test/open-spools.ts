import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** Descriptors of this process can be listed on Linux only. */
export const CAN_LIST: boolean = process.platform === 'linux';

/**
 * How many temporary files of streams are open in this process, of those that were made in `dir`. Their names are gone as
 * soon as they are open; elsewhere than on Linux the names are what is counted, where there are any.
 */
export function openSpools(dir: string): number {
  if (!CAN_LIST) return readdirSync(dir).filter((name) => name.startsWith('memio-')).length;
  return openFiles().filter(({ path }) => path.startsWith(join(realpathSync(dir), 'memio-'))).length;
}

/** The descriptors of this process, and what they lead to: a path that ends with ` (deleted)` once its name is gone. */
export function openFiles(): { fd: number; path: string }[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [{ fd: Number(fd), path: readlinkSync(`/proc/self/fd/${fd}`) }];
    } catch {
      return []; // the one that lists them
    }
  });
}

/** How many descriptors this process has; always the same where they cannot be listed. */
export const openDescriptors = (): number => (CAN_LIST ? openFiles().length : 0);
