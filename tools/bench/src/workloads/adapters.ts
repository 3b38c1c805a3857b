import type { Api } from '../contestants.ts';
import type { Group, Task, Workload } from '../workload.ts';

/** A file is made by a host library. */
export interface Adapters extends Workload {
  group: 'adapters';
  format: 'pdf' | 'zip' | 'png';
  /** Pages, entries, or rows of pixels. */
  count: number;
  /** Of a ZIP. */
  compression?: 'STORE' | 'DEFLATE';
}

const adapter = (
  id: string,
  title: string,
  of: Pick<Adapters, 'format' | 'count' | 'compression' | 'notQuick' | 'firstNodeOnly'>,
): Adapters => ({
  id: `adapters-${id}`,
  group: 'adapters',
  title,
  ...of,
  payload: 0,
  samples: 'both',
  samplesAtMost: 9,
});

export const group: Group<Adapters> = {
  workloads: [
    adapter('pdf', 'a PDF of 50 pages of text and a table', {
      format: 'pdf',
      count: 50,
      notQuick: true,
      firstNodeOnly: true,
    }),
    adapter('zip-store', 'a ZIP of 200 entries of 50 kB, stored', { format: 'zip', count: 200, compression: 'STORE' }),
    adapter('zip-deflate', 'a ZIP of 200 entries of 50 kB, deflated', {
      format: 'zip',
      count: 200,
      compression: 'DEFLATE',
      notQuick: true,
      firstNodeOnly: true,
    }),
    adapter('png', 'a PNG of 1500 x 1000 pixels', { format: 'png', count: 1000, notQuick: true }),
  ],

  hasCPython: false,

  suits: ({ format }, api) => api[format] !== undefined,

  async prepare({ format, count, compression }, api): Promise<Task> {
    const { make, check } = await WORK[format](api as Required<Api<unknown>>, count, compression!);
    let result: Uint8Array | undefined;
    return {
      operations: 1,
      async run(iterations) {
        for (; iterations > 0; iterations--) result = await make();
      },
      check() {
        check(result!);
      },
    };
  },
};

interface Work {
  make(): Uint8Array | Promise<Uint8Array>;
  check(bytes: Uint8Array): void;
}

/** What goes into the file is made beforehand, and what it takes to make the file is imported. */
const WORK: Record<
  Adapters['format'],
  (api: Required<Api<unknown>>, count: number, compression: 'STORE' | 'DEFLATE') => Promise<Work>
> = {
  async pdf(api, count) {
    const pdf = await import('./documents/pdf.ts');
    const make = await api.pdf();
    const draw = pdf.drawing(count);
    return { make: () => make(draw, pdf.OPTIONS), check: (bytes) => pdf.check(bytes, count) };
  },
  async zip(api, count, compression) {
    const zip = await import('./documents/zip.ts');
    const make = await api.zip();
    const entries = zip.entriesOf(count);
    return { make: () => make(entries, compression), check: (bytes) => zip.check(bytes, entries, compression) };
  },
  async png(api, count) {
    const png = await import('./documents/png.ts');
    const make = await api.png();
    const image = png.imageOf(png.WIDTH, count);
    return { make: () => make(image), check: (bytes) => png.check(bytes, image) };
  },
};
