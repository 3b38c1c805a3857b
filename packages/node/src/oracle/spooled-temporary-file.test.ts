import { BytesIO } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { Python } from '@memio/testkit/python';
import * as fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { SpooledBytesIO } from '../spooled-bytes-io.ts';

type Value = number | null | { bytes: string } | { bytes: string }[];
type Step = [name: string, ...args: Value[]];

const MAX_SIZE = 8;
const RUNS = 150;

const bytes = fc
  .constantFrom('a', 'ab\n', 'a\nb\n', '\n', 'line\r\n', '\0', '123456', '12345678', '\xff\xfe', 'x\n'.repeat(20))
  .map((text) => ({ bytes: text }));
const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(-1), fc.constant(null));
const step = (name: string, ...args: fc.Arbitrary<Value>[]): fc.Arbitrary<Step> =>
  fc.tuple(...args).map((values): Step => [name, ...values]);

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: step('write', bytes) },
    { weight: 2, arbitrary: step('writelines', fc.array(bytes, { maxLength: 3 })) },
    { weight: 2, arbitrary: step('read', size) },
    { weight: 1, arbitrary: step('readinto', bytes) },
    { weight: 2, arbitrary: step('readline', size) },
    { weight: 1, arbitrary: step('readlines', fc.constantFrom(null, -1, 0)) },
    { weight: 1, arbitrary: step('iter') },
    { weight: 5, arbitrary: step('seek', fc.integer({ min: -2, max: 20 })) },
    { weight: 1, arbitrary: step('seek', fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 2)) },
    { weight: 2, arbitrary: step('truncate', fc.oneof(fc.nat(12), fc.constant(null))) },
    { weight: 1, arbitrary: step('tell') },
    { weight: 1, arbitrary: step('rollover') },
    { weight: 1, arbitrary: step('close') },
  ),
  { minLength: 1, maxLength: 30, size: 'max' },
);

/**
 * Without the steps at which the two differ by design: a `truncate` to more than there is, which lets Python's file grow
 * once it has rolled over (its BytesIO does not), a write of nothing behind `max_size`, which makes Python's roll over,
 * and `rollover` or `truncate` of a closed stream, which open Python's again, empty. A hint to `readlines` is left out
 * altogether: Python's BytesIO stops as soon as it has as many bytes, its file when it has more.
 */
function comparable(drawn: readonly Step[]): Step[] {
  const model = new BytesIO();
  return drawn.filter(([name, ...args]) => {
    if (model.closed) return name !== 'rollover' && name !== 'truncate';
    if (name === 'truncate' && ((args[0] as number | null) ?? model.tell()) > model.size) return false;
    const isEmpty = name === 'writelines' && (args[0] as unknown[]).length === 0;
    if (isEmpty && model.tell() > MAX_SIZE) return false;
    call(model, name, args);
    return true;
  });
}

function call(stream: BytesIO, name: string, args: Value[]): unknown {
  const decoded = args.map(decode);
  try {
    if (name === 'rollover') return (stream as Partial<SpooledBytesIO>).rollover?.() ?? null;
    if (name === 'iter') return [...stream].map(encode);
    const result = (stream as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!(...decoded);
    return name === 'readinto' ? [result, encode(decoded[0])] : encode(result ?? null);
  } catch {
    return { error: true };
  }
}

const decode = (value: Value): unknown => {
  if (Array.isArray(value)) return value.map(decode);
  return value === null || typeof value === 'number' ? value : new Uint8Array(Buffer.from(value.bytes, 'latin1'));
};

const encode = (result: unknown): unknown => {
  if (Array.isArray(result)) return result.map(encode);
  return result instanceof Uint8Array ? { bytes: Buffer.from(result).toString('latin1') } : result;
};

function run(taken: readonly Step[]): unknown[] {
  using stream = new SpooledBytesIO(undefined, { maxSize: MAX_SIZE });
  return taken.map(([name, ...args]) => {
    const result = call(stream, name, args);
    if (stream.closed) return [result, null, null, null];
    return [result, stream.tell(), stream.rolled, encode(stream.getvalue())];
  });
}

describeWith('python3', 'SpooledBytesIO is not compared with tempfile.SpooledTemporaryFile')(
  'SpooledBytesIO and tempfile.SpooledTemporaryFile',
  () => {
    const python = new Python(new URL('spooled.py', import.meta.url));
    afterAll(() => python.stop());

    it('do the same, and move to the file at the same step', async () => {
      let rolled = 0;
      await fc.assert(
        fc.asyncProperty(steps, async (drawn) => {
          const taken = comparable(drawn);
          const trace = run(taken);
          if (JSON.stringify(trace).includes('true')) rolled += 1;
          expect(trace).toEqual(await python.request({ max_size: MAX_SIZE, steps: taken }));
        }),
        { numRuns: RUNS },
      );
      expect(rolled).toBeGreaterThan(RUNS / 4);
    });

    it.each<[string, Step[], unknown, unknown]>([
      ['truncate() to more than there is lets a file of Python grow', [['rollover'], ['truncate', 3]], '', '\0\0\0'],
      [
        'readlines() stops with as many bytes as the hint, a file of Python with more',
        [['write', { bytes: 'a\nb\n' }], ['rollover'], ['seek', 0], ['readlines', 2]],
        [{ bytes: 'a\n' }],
        [{ bytes: 'a\n' }, { bytes: 'b\n' }],
      ],
      [
        'seek() to before the start from the cursor fails on a file of Python',
        [['rollover'], ['seek', -1, 1]],
        0,
        { error: true },
      ],
      [
        'a write of nothing behind max_size moves a file of Python',
        [
          ['seek', 9],
          ['write', { bytes: '' }],
        ],
        false,
        true,
      ],
    ])('differ by design: %s', async (_, taken, ours, theirs) => {
      const entries = [run(taken), (await python.request({ max_size: MAX_SIZE, steps: taken })) as unknown[]];
      const last = entries.map((trace) => trace.at(-1) as [unknown, number, boolean, { bytes: string }]);
      const told = last.map(([result, , rolled, content]) =>
        typeof ours === 'boolean' ? rolled : typeof ours === 'string' ? content.bytes : result,
      );
      expect(told).toEqual([ours, theirs]);
    });
  },
);
