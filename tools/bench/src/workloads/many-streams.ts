import assert from 'node:assert/strict';
import type { Api } from '../contestants.ts';
import type { Group, Task, Workload } from '../workload.ts';

/** Stream after stream: made, written to, read back, closed. */
export interface ManyStreams extends Workload {
  group: 'many-streams';
  size: number;
  chunk: number;
  /** Streams in a pass. */
  count: number;
  /** `read`: into memory of its own. `readinto`: into an array that the caller has. */
  back: 'read' | 'readinto';
}

const many = (back: ManyStreams['back'], title: string): ManyStreams => ({
  id: `streams-${back}`,
  group: 'many-streams',
  title: `streams of 150 bytes in three writes, ${title}, closed`,
  size: 150,
  chunk: 50,
  count: 20_000,
  back,
  payload: 150,
  samples: 'loop',
});

export const group: Group<ManyStreams> = {
  workloads: [many('read', 'read back'), many('readinto', 'read back into an array')],

  hasCPython: true,

  suits: ({ back }, api) => api.open !== undefined && api.copy !== undefined && (back === 'read' || !!api.readinto),

  prepare({ size, chunk, count, back }, api): Task {
    const { open, write, copy, close, seek, read, readinto } = api as Required<Api<unknown>>;
    const content = Buffer.from(Uint8Array.from({ length: size }, (_, at) => 0x20 + (at % 90)));
    const chunks = Array.from({ length: size / chunk }, (_, i) => content.subarray(i * chunk, (i + 1) * chunk));
    const target = new Uint8Array(size);
    let result: Uint8Array | Promise<Uint8Array> = target;
    const one = () => {
      const stream = open(size);
      for (let index = 0; index < chunks.length; index++) write(stream, chunks[index]!);
      if (back === 'readinto') {
        seek(stream, 0);
        readinto(stream, target);
      } else if (read) {
        seek(stream, 0);
        result = read(stream, size);
      } else {
        result = copy(stream);
      }
      close?.(stream);
    };
    return {
      alive: open(size),
      operations: count,
      async run(iterations) {
        for (let streams = iterations * count; streams > 0; streams--) {
          one();
          if (result instanceof Promise) result = await result;
        }
      },
      check() {
        assert(content.equals(result as Uint8Array), 'other bytes came back');
        target.fill(0);
      },
    };
  },
};
