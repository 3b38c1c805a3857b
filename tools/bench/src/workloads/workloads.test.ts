import { describeWith } from '@memio/testkit';
import { describe, expect, test } from 'vitest';
import { ContestantProcess } from '../contestant-process.ts';
import { contestants } from '../contestants.ts';
import { takingPart } from '../select.ts';
import type { Workload } from '../workload.ts';
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
      const task = groups[workload.group]!.prepare(small(workload), await load());
      await task.run(3);
      expect(task.check).not.toThrow();
    },
  );

  test('memio, a peer and CPython take part', () => {
    const kinds = those.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['memio', 'package', 'cpython']));
  });
});

describeWith('python3', 'its share of the benchmark is not checked')('CPython', () => {
  const cpython = contestants.find(({ kind }) => kind === 'cpython')!;

  test.each(workloads.map((workload) => [workload.id, workload] as const))(
    '%s: it makes the right bytes and says how long it took',
    async (_, workload) => {
      const child = new ContestantProcess(process.execPath, small(workload), cpython, 1);
      try {
        expect(await child.ask('once')).toEqual({ nanoseconds: expect.any(Number), peak: expect.any(Number) });
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
  const task = groups[workload.group]!.prepare(small(workload), {
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
  const task = groups[workload.group]!.prepare(small(workload), {
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
