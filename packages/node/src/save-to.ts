import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import type { BytesIO } from '@memio/core';
import { rangeError, requireCount, requireOptions } from '@memio/core/adapter';
import { type Content, holdContent } from '@memio/core/internal';
import { requirePath, requireStream } from './arguments.ts';
import { fileError } from './file-error.ts';

/** Options of `saveTo`. */
export interface SaveOptions {
  /**
   * Writes a temporary file beside the target and renames it: the target is the old file or the new one, at no time a
   * part, and on failure nothing is left. The new file keeps the permissions of the old one, not its owner or its hard
   * links. What is not a regular file (a device, a FIFO) is written to directly; a FIFO waits for its reader.
   * Default: `true`.
   */
  atomic?: boolean | undefined;
  /** Waits until the bytes are on the disk, and the new name too. Default: `false`. */
  fsync?: boolean | undefined;
  /** The permissions of a new file, less the umask. Default: those of the file that is replaced, otherwise `0o666`. */
  mode?: number | undefined;
}

const PIECE = 1024 * 1024;
/** As many as Linux follows. Before this, `stat` has found no loop; one may be made meanwhile. */
const MOST_LINKS = 40;

/**
 * Saves the whole content of `io`, whatever its cursor, as a file. Bytes in memory are written from where they are,
 * without a copy beyond 2 MiB, and bytes in a file in pieces of 1 MiB; meanwhile a change of the size of `io` throws
 * `BufferError`. Symbolic links stay: the file that they lead to is replaced, or made where there is none.
 *
 * A process that is killed meanwhile leaves the temporary file (`.memio-*.tmp`) beside the target.
 *
 * @throws {Error} when the file system refuses, with the `code` of Node.js (`ENOENT`, `ENOSPC`, …), a message that names
 *   `path`, and what Node.js threw as `cause`
 * @throws {TypeError} when `io` is not a BytesIO, or an argument of the wrong type
 * @throws {ClosedError} when `io` is closed
 *
 * @example
 * ```ts
 * await saveTo(io, 'report.pdf');
 * ```
 */
export async function saveTo(io: BytesIO, path: string | URL, options: SaveOptions = {}): Promise<void> {
  requireOptions(options, 'save', ['atomic', 'fsync', 'mode']);
  const { atomic = true, fsync = false, mode } = options;
  requireStream(io, 'save');
  const target = requirePath(path, 'save to');
  if (mode !== undefined) requireCount(mode, 'save with mode', 'mode');
  if (mode !== undefined && mode > 0o7777) throw rangeError(`Cannot save with mode ${mode}: mode must be <= 0o7777`);

  const content = holdContent(io, 'saveTo()');
  try {
    const old = await stat(target).catch(unlessMissing);
    if (atomic && (!old || old.isFile())) {
      const real = old ? await realpath(target) : await behindLinks(target);
      await replace(real, content, { fsync, mode, keep: old && mode === undefined ? old.mode & 0o7777 : undefined });
    } else {
      await writeInto(await open(target, 'w', mode), content, fsync);
    }
  } catch (cause) {
    throw fileError('save to', target, cause);
  } finally {
    content.release();
  }
}

interface Replacement {
  fsync: boolean;
  mode: number | undefined;
  /** Permissions that the umask must not change. */
  keep: number | undefined;
}

async function replace(target: string, content: Content, { fsync, mode, keep }: Replacement): Promise<void> {
  const folder = dirname(target);
  const temporary = join(folder, `.memio-${randomBytes(8).toString('hex')}.tmp`);
  const handle = await open(temporary, 'wx', keep ?? mode);
  try {
    await writeInto(handle, content, fsync, keep);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (fsync) await syncFolder(folder);
}

/** Writes all of `content` and closes `handle` in any case. */
async function writeInto(handle: FileHandle, content: Content, fsync: boolean, mode?: number): Promise<void> {
  try {
    if (mode !== undefined) await handle.chmod(mode);
    for (let start = 0; start < content.size; start += PIECE) {
      const piece = content.lend(start, Math.min(start + PIECE, content.size));
      for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at, piece.length - at)).bytesWritten;
    }
    if (fsync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A new name is durable once its folder is; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Where a path that leads to nothing leads, over links too: the file is made there, and the links stay. Folders are
 * resolved by the file system, and not by name: `..` below a link to a folder is the parent of what the link leads to.
 */
async function behindLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links <= MOST_LINKS; links++) {
    const folder = await realpath(dirname(target));
    const next = await readlink(target).catch(() => undefined);
    if (next === undefined) return join(folder, basename(target));
    target = isAbsolute(next) ? next : folder + sep + next;
  }
  throw Object.assign(new Error('ELOOP: too many symbolic links'), { code: 'ELOOP' });
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
