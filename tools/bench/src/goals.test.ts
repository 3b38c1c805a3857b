import { expect, test } from 'vitest';
import { type Contestant, contestants } from './contestants.ts';
import { GOALS, type Goal, judge } from './goals.ts';
import type { Measured } from './measure.ts';
import { workloads } from './workloads/index.ts';

const sure = (value: number) => ({ low: value, median: value, high: value });
const took = (name: string, time: number, peak?: number): Measured => ({
  contestant: contestants.find((contestant: Contestant) => contestant.name === name)!,
  time: sure(time),
  ...(peak === undefined ? {} : { peak: sure(peak) }),
});
const MEASURED = [
  took('memio', 100, 125),
  took('limit', 90),
  took('Buffer.concat', 80),
  took('bl', 120),
  took('smart-buffer', 200),
  took('CPython io.BytesIO', 50),
];
const held = (goal: Omit<Goal, 'workload'>, nodeMajor = 20) =>
  judge({ workload: 'any', ...goal }, nodeMajor, MEASURED, 100);

test.each([
  ['a contestant by its name', { against: 'CPython io.BytesIO', atMost: 2 }, 2, 'CPython io.BytesIO', true],
  ['the fastest peer', { against: 'peers', atMost: 1 }, 1.25, 'Buffer.concat', false],
  ['the fastest npm package', { against: 'packages', atMost: 0.5 }, 100 / 120, 'bl', false],
  ['the fastest peer that copies', { against: 'copying peers', atMost: 0.5 }, 0.5, 'smart-buffer', true],
  ['the payload', { against: 'payload', atMost: 1.2 }, 1.25, 'payload', false],
])('a goal against %s is judged by the medians', (_, goal, measured, against, met) => {
  expect(held(goal)).toEqual({ measured, against, met });
});

test('a goal of the peak memory is judged by that, and only where it was measured', () => {
  const measured = [took('memio', 100, 90), took('by hand', 50, 100), took('get-stream', 50)];
  const judged = (against: string) => judge({ workload: 'any', of: 'peak', against, atMost: 1 }, 20, measured, 0);
  expect(judged('by hand')).toEqual({ measured: 0.9, against: 'by hand', met: true });
  expect(judged('get-stream')).toBeUndefined();
});

test('a goal may be wider from Node 24 on', () => {
  const goal = { against: 'payload', atMost: 1.2, atMostFrom24: 1.35 };
  expect([held(goal, 22)?.met, held(goal, 24)?.met]).toEqual([false, true]);
});

test('a goal whose contestants were not measured is not judged', () => {
  expect(held({ against: 'get-stream', atMost: 1 })).toBeUndefined();
  expect(held({ who: 'memio transfer()', against: 'limit', atMost: 1 })).toBeUndefined();
});

test('every goal is of a workload that there is', () => {
  const ids = workloads.map(({ id }) => id);
  expect(GOALS.filter(({ workload }) => !ids.includes(workload))).toEqual([]);
});
