import { chunksOf, type Making } from '../chunks.ts';
import type { Api } from '../contestants.ts';
import type { Group, Task, Workload } from '../workload.ts';

/** Many chunks become one piece. */
export interface Building extends Workload {
  group: 'building';
  chunk: number;
  count: number;
  making: Making;
  /** `view`: the whole content the cheapest way. `copy`: in memory of its own, and the stream is closed after it. */
  take: 'view' | 'copy';
}

const KiB = 1024;

const building = (id: string, title: string, of: Omit<Building, 'id' | 'title' | 'group' | 'payload'>): Building => ({
  id,
  title,
  group: 'building',
  payload: of.chunk * of.count,
  ...of,
});

const large = { chunk: 64 * KiB, making: 'fresh', samples: 'process' } as const;
const MAKING = 'chunks alone';

export const group: Group<Building> = {
  workloads: [
    building('256m-view', '256 MiB from fresh chunks of 64 KiB, the view', {
      ...large,
      count: 4096,
      take: 'view',
      invited: [MAKING],
    }),
    building('256m-copy', '256 MiB from fresh chunks of 64 KiB, a copy', {
      ...large,
      count: 4096,
      take: 'copy',
      invited: [MAKING, 'memio transfer()'],
    }),
    building('1g-view', '1 GiB from fresh chunks of 64 KiB, the view', {
      ...large,
      count: 16384,
      take: 'view',
      samplesAtMost: 3,
      only: ['memio', 'limit', 'Buffer.concat', 'smart-buffer', 'CPython io.BytesIO', MAKING],
      invited: [MAKING],
    }),
    building('1m-tiny', '1 MiB in writes of 16 bytes, the view', {
      chunk: 16,
      count: 64 * KiB,
      making: 'cycled',
      take: 'view',
      samples: 'loop',
    }),
    ...(
      [
        ['10k', '10 KiB in chunks of 1 KiB', 1 * KiB, 10],
        ['100k', '100 KiB in chunks of 4 KiB', 4 * KiB, 25],
        ['1.3m', '1.3 MiB in chunks of 16 KiB', 16 * KiB, 83],
        ['20m', '20 MiB in chunks of 64 KiB', 64 * KiB, 320],
      ] as const
    ).map(([id, title, chunk, count]) =>
      building(`${id}-copy`, `${title}, a copy, then closed`, {
        chunk,
        count,
        making: 'ready',
        take: 'copy',
        samples: 'loop',
      }),
    ),
  ],

  hasCPython: true,

  suits: ({ take }, api) => api.collect !== undefined || (api.write !== undefined && api[take] !== undefined),

  prepare({ chunk: size, count, making, take }, api): Task {
    const chunks = chunksOf(size, count, making);
    let result: Uint8Array | undefined;
    const build = () => (api.collect ? api.collect(chunks.readable()) : fill(api as Required<Api<unknown>>));
    const fill = ({ open, write, [take]: finish, close }: Required<Api<unknown>>) => {
      const stream = open(chunks.total);
      for (let index = 0; index < count; index++) write(stream, chunks.chunk(index));
      const bytes = finish(stream);
      if (take === 'copy') close?.(stream);
      return bytes;
    };
    return {
      alive: api.open?.(0),
      operations: 1,
      async run(iterations) {
        for (; iterations > 0; iterations--) {
          const bytes = build();
          result = bytes instanceof Promise ? await bytes : bytes;
        }
      },
      check() {
        chunks.check(result!);
      },
    };
  },
};
