import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { BytesIO } from '@memio/core';
import { surroundings } from '../surroundings.ts';

export interface ChildOptions {
  /** The most bytes to take of what it makes. */
  maxBytes: number;
  /** Ends the child at once. */
  signal: AbortSignal;
}

// From src as well as from dist.
const CHILD = fileURLToPath(new URL('../../dist/gallery-server/child.js', import.meta.url));

/**
 * Runs the recipe `name` of the module `url` in a process of its own, in an empty folder that is deleted afterwards,
 * with an environment that has nothing of ours but PATH. The child has ended when this settles.
 *
 * @returns a report and the bytes of the files, as `packReport` begins it; the cursor is at 0
 */
export async function runInChild(name: string, url: string, { maxBytes, signal }: ChildOptions): Promise<BytesIO> {
  const cwd = await mkdtemp(join(tmpdir(), 'memio-gallery-'));
  const { args, env, stop } = await surroundings(name);
  try {
    const child = spawn(process.execPath, [CHILD, url, ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    const ended = once(child, 'close');
    try {
      const [answer, complaint] = await Promise.all([
        BytesIO.from(child.stdio[3] as Readable, { maxBytes, signal }),
        BytesIO.from(child.stderr!, { maxBytes, signal }),
      ]);
      if (answer.size === 0)
        throw new Error(lastLine(complaint.text()) ?? 'The process of the recipe ended without an answer');
      return answer;
    } finally {
      kill();
      signal.removeEventListener('abort', kill);
      await ended;
    }
  } finally {
    await stop();
    await rm(cwd, { recursive: true, force: true });
  }
}

/** The line of a crash report that says what it was. */
const lastLine = (complaint: string): string | undefined => /^\w*Error.*$/m.exec(complaint)?.[0];
