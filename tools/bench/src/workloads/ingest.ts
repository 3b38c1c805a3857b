import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chunks, chunksOf } from '../chunks.ts';
import type { Incoming } from '../contestants.ts';
import type { Group, Shared, Task, Workload } from '../workload.ts';

/** A stream becomes one piece of memory. */
export interface Ingest extends Workload {
  group: 'ingest';
  from: 'web' | 'response' | 'file';
  chunk: number;
  count: number;
}

const CHUNK = 64 * 1024;

const SOURCES = {
  web: 'a web stream of fresh chunks of 64 KiB',
  response: 'a Response with Content-Length, fresh chunks of 64 KiB',
  file: 'a Node stream of a file',
} as const;

const ingest = (from: Ingest['from'], mebibytes: number, of: Pick<Workload, 'samples' | 'samplesAtMost'>): Ingest => ({
  id: `ingest-${from}-${mebibytes}m`,
  group: 'ingest',
  title: `${mebibytes} MiB from ${SOURCES[from]}`,
  from,
  chunk: CHUNK,
  count: mebibytes * 16,
  payload: mebibytes * 1024 ** 2,
  ...(from === 'web' ? {} : { firstNodeOnly: true }),
  ...(mebibytes === 256 ? { invited: ['memio transfer()', 'chunks alone'] } : {}),
  ...(from === 'web' && mebibytes !== 16 ? {} : { notQuick: true }),
  ...of,
});

export const group: Group<Ingest> = {
  workloads: (['web', 'response', 'file'] as const).flatMap((from) => [
    ingest(from, 1, { samples: 'loop' }),
    ingest(from, 16, { samples: 'both', samplesAtMost: 3 }),
    ingest(from, 256, { samples: 'process', samplesAtMost: 3 }),
  ]),

  hasCPython: false,

  suits: (_, api) => api.ingest !== undefined,

  async share({ from, chunk, count }): Promise<Shared | undefined> {
    if (from !== 'file') return undefined;
    const folder = await mkdtemp(join(tmpdir(), 'memio-bench-'));
    const remove = () => rm(folder, { recursive: true, force: true });
    try {
      const path = join(folder, 'payload');
      const chunks = chunksOf(chunk, count, 'fresh');
      const file = await open(path, 'wx');
      try {
        for (let index = 0; index < count; index++) await file.write(chunks.chunk(index));
      } finally {
        await file.close();
      }
      return { path, remove };
    } catch (error) {
      await remove();
      throw error;
    }
  },

  prepare({ from, chunk, count }, api, path): Task {
    const chunks = chunksOf(chunk, count, 'fresh');
    const source: Record<Ingest['from'], () => Incoming> = {
      web: () => webStream(chunks),
      response: () => new Response(webStream(chunks), { headers: { 'content-length': String(chunks.total) } }),
      file: () => createReadStream(path!),
    };
    let result: Uint8Array | undefined;
    return {
      alive: api.open?.(0),
      operations: 1,
      async run(iterations) {
        for (; iterations > 0; iterations--) result = await api.ingest!(source[from](), chunks.total);
      },
      check() {
        chunks.check(result!);
      },
    };
  },
};

function webStream(chunks: Chunks): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      if (next < chunks.count) controller.enqueue(chunks.chunk(next++));
      else controller.close();
    },
  });
}
