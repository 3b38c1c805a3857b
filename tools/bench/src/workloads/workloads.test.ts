import { existsSync } from 'node:fs';
import { describeWith } from '@memio/testkit';
import { describe, expect, test } from 'vitest';
import { ContestantProcess } from '../contestant-process.ts';
import { contestants } from '../contestants.ts';
import { takingPart } from '../select.ts';
import type { Workload } from '../workload.ts';
import type { Adapters } from './adapters.ts';
import { groups, workloads } from './index.ts';

/** The same work, small enough for a test. */
const small = (workload: Workload): Workload => ({ ...workload, ...('count' in workload ? { count: 10 } : {}) });

const taking = await Promise.all(
  workloads.map(async (workload) => [workload.id, workload, await takingPart(workload)] as const),
);

describe.each(taking)('%s', (_, workload, those) => {
  const inJavaScript = those.filter(({ kind }) => kind !== 'cpython' && kind !== 'floor');

  test.each(inJavaScript.map((contestant) => [contestant.name, contestant] as const))(
    '%s makes the right bytes',
    async (_, { load }) => {
      const group = groups[workload.group]!;
      const shared = await group.share?.(small(workload));
      try {
        const task = await group.prepare(small(workload), await load(), shared?.path);
        await task.run(3);
        expect(task.check).not.toThrow();
      } finally {
        await shared?.remove();
      }
    },
  );

  test('memio, a peer and, where it does the same, CPython take part', () => {
    const kinds = those.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['memio', 'package']));
    expect(kinds.includes('cpython')).toBe(groups[workload.group]!.hasCPython);
  });
});

describeWith('python3', 'its share of the benchmark is not checked')('CPython', () => {
  const cpython = contestants.find(({ kind }) => kind === 'cpython')!;

  const itsOwn = workloads.filter(({ group }) => groups[group]!.hasCPython);

  test.each(itsOwn.map((workload) => [workload.id, workload] as const))(
    '%s: it makes the right bytes and says how long it took',
    async (_, workload) => {
      const child = new ContestantProcess(process.execPath, small(workload), cpython, 1);
      try {
        expect(await child.ask('once')).toEqual({
          nanoseconds: expect.any(Number),
          idle: expect.any(Number),
          peak: expect.any(Number),
        });
      } finally {
        await child.end();
      }
    },
  );
});

test('a contestant that loses a chunk is found out', async () => {
  const workload = workloads.find(({ id }) => id === '1m-tiny')!;
  const honest = await contestants.find(({ name }) => name === 'Buffer.concat')!.load();
  let writes = 0;
  const task = await groups[workload.group]!.prepare(small(workload), {
    ...honest,
    write(stream, chunk) {
      if (++writes !== 5) honest.write!(stream, chunk);
    },
  });
  await task.run(1);
  expect(task.check).toThrow();
});

test('a contestant that changes a byte is found out', async () => {
  const workload = workloads.find(({ id }) => id === '100k-copy')!;
  const honest = await contestants.find(({ name }) => name === 'Buffer.concat')!.load();
  const task = await groups[workload.group]!.prepare(small(workload), {
    ...honest,
    copy(stream) {
      const bytes = honest.copy!(stream) as Uint8Array;
      bytes[bytes.length - 1]! ^= 1;
      return bytes;
    },
  });
  await task.run(1);
  expect(task.check).toThrow('chunk 9');
});

const byId = (id: string) => workloads.find((workload) => workload.id === id)!;
const load = (name: string) => contestants.find((contestant) => contestant.name === name)!.load();

test('the file that is read is removed afterwards', async () => {
  const shared = await groups['ingest']!.share!(small(byId('ingest-file-1m')));
  expect(existsSync(shared!.path)).toBe(true);
  await shared!.remove();
  expect(existsSync(shared!.path)).toBe(false);
});

test.each(['web', 'response'])('who loses the end of what comes from a %s is found out', async (from) => {
  const { ingest } = await load('limit');
  const task = await groups['ingest']!.prepare(small(byId(`ingest-${from}-1m`)), {
    ingest: async (source, size) => (await ingest!(source, size)).subarray(0, -1),
  });
  await task.run(1);
  expect(task.check).toThrow();
});

describe.each(['pdf', 'zip-store', 'zip-deflate', 'png'])('adapters-%s', (id) => {
  const workload = small(byId(`adapters-${id}`)) as Adapters;
  /** What `name` makes, changed before it is checked. */
  const made = async (name: string, change: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) => {
    const api = await load(name);
    let bytes: Uint8Array | undefined;
    const task = await groups['adapters']!.prepare(workload, {
      async [workload.format]() {
        const make = (await api[workload.format]!()) as (...args: unknown[]) => Promise<Uint8Array>;
        return async (...args: unknown[]) => {
          bytes = change(await make(...args));
          return bytes;
        };
      },
    });
    await task.run(1);
    return { bytes: bytes!, check: task.check };
  };

  // Where the platform compresses for memio the bytes are others: no more than a twentieth may be due to that.
  test('memio makes a file as long as the one that is made by hand', async () => {
    const [memio, byHand] = await Promise.all([made('memio'), made('by hand')]);
    const most = workload.id === 'adapters-zip-deflate' ? byHand.bytes.length / 20 : 0;
    expect(Math.abs(memio.bytes.length - byHand.bytes.length)).toBeLessThanOrEqual(most);
  });

  test.each([
    ['is cut off', (bytes: Uint8Array) => bytes.subarray(0, -10)],
    ['lacks a piece', (bytes: Uint8Array) => Buffer.concat([bytes.subarray(0, 1000), bytes.subarray(1100)])],
    ['is empty', () => new Uint8Array()],
  ])('a file that %s is found out', async (_, change) => {
    expect((await made('by hand', change)).check).toThrow();
  });
});
