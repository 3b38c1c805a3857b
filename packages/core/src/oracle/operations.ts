import * as fc from 'fast-check';

/**
 * An argument as both languages understand it: an integer, a string, `null` (None), or one of the records. Written as
 * JSON, since it is sent to python3 and stored in vectors.json.
 */
export type Value =
  | number
  | string
  | null
  | { undefined: true }
  | { minusZero: true }
  | { float: string }
  | { object: true }
  /** The stream itself. */
  | { stream: true }
  /** The bytes of a Latin-1 string, repeated and cut to `length`; in JavaScript as a `Uint8Array` or as `as` says. */
  | { bytes: string; length?: number; as?: Kind }
  /** A slice of a view that is out; no bytes when none is. */
  | { view: [index: number, start: number, end: number] }
  /** An array; with `lazy`, an iterator over it. */
  | { list: Value[]; lazy?: true };

/**
 * A step is the name of a method of BytesIO and its arguments, or one of these:
 * `new` (makes another stream, which the later steps use), `iter` (makes an iterator), `next` (one step of the iterator),
 * `loop` (a for loop that stops after so many lines), `chunks` (a size, and a loop that stops after so many), `exit` (the end of `using` or `with`), and `view.read`,
 * `view.write` (an index and a byte) and `view.release` on one of the views that are out.
 */
export type Step = readonly [name: string, ...args: Value[]];

const KINDS = [
  'Uint8Array',
  'Buffer',
  'slice',
  'Int8Array',
  'Uint8ClampedArray',
  'Uint16Array',
  'Int32Array',
  'Float64Array',
  'BigInt64Array',
  'DataView',
  'ArrayBuffer',
  'resizable ArrayBuffer',
  'SharedArrayBuffer',
] as const;
export type Kind = (typeof KINDS)[number];

/*
 * What is kept out of the sequences, because the two languages differ by design. exclusions.test.ts says what BytesIO
 * does instead.
 *
 * - Booleans: integers in Python, a TypeError here. `bigint`s: integers in Python, a TypeError here.
 * - Floats with an integral value: a TypeError in Python, not told from integers here.
 * - Integers beyond 2 ** 53 - 1 either way: an integer in Python, a RangeError here. oracle.py stops CPython's cursor at
 *   2 ** 53 - 1 as it would stop at sys.maxsize, so that this bound is compared all the same.
 * - `undefined` for an argument whose default is not None (`seek`'s whence, `peek`'s size): leaves it out in JavaScript.
 * - `writelines('')`: an iterable of nothing in Python; strings are always a TypeError here.
 * - A wrong argument to `write` or `truncate` on a closed stream: which error comes first differs between versions of
 *   CPython. oracle.py lets `closed` win for `write`, the argument for `truncate`, as CPython 3.11 does.
 * - Sizes that only one of the two can hold: cursors are either small or so large that neither can write there.
 * - An index outside a view: an IndexError in Python, ignored by every typed array.
 * - What Python has not: `size`, `transfer`, `adopt`, `maxBytes` and the asynchronous methods; and what BytesIO has not:
 *   attributes, pickling and `__init__` called twice.
 */

const SMALL = fc.integer({ min: 0, max: 12 });
const BOUNDARIES = fc.constantFrom(255, 256, 257, 4095, 4096, 4097, 65535, 65536, 65537);
/** The storage's last growth boundaries below what would make a sequence slow. */
const LARGE = fc.constantFrom(2 ** 21 - 1, 2 ** 21, 2 ** 21 + 1);
/** Beyond the address space: no engine can hold that much, but a cursor may stand there. */
const HUGE = fc.constantFrom(2 ** 48, 2 ** 52, 2 ** 53 - 2, 2 ** 53 - 1);
const undefinedValue = fc.constant<Value>({ undefined: true });
const weighted = <T>(...choices: [number, fc.Arbitrary<T>][]): fc.Arbitrary<T> =>
  fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })));

const integers: fc.Arbitrary<Value> = weighted<Value>(
  [30, SMALL],
  [6, BOUNDARIES],
  [3, fc.integer({ min: -12, max: -1 })],
  [1, HUGE],
  [1, HUGE.map((size) => -size)],
  [1, fc.constant({ minusZero: true })],
);
const notIntegers: fc.Arbitrary<Value> = fc.oneof(
  fc.constantFrom<Value>('', '1', 'size', { object: true }, { list: [] }, { list: [1] }, { bytes: '1' }),
  fc.constantFrom('1.5', '-0.5', 'NaN', 'Infinity', '-Infinity').map((float): Value => ({ float })),
);
/** An argument that Python declares as `size=-1` or `size=None`. */
const sizes = weighted<Value>([20, integers], [2, fc.constant(null)], [2, undefinedValue], [1, notIntegers]);

const patterns = weighted(
  [6, fc.constantFrom('a', 'ab\n', 'a\nb\n', '\n', '\n\n', 'line\r\n', '\0', '\0\n\0', 'no newline', '\xff\xfe\n')],
  [2, fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes))],
);
/** Small ones for the most part, so that they overlap with what is read or written. */
const slices = fc
  .tuple(fc.nat(3), fc.integer({ min: -4, max: 8 }), weighted([3, fc.integer({ min: -2, max: 12 })], [1, BOUNDARIES]))
  .map(([index, start, end]): Value => ({ view: [index, start, end] }));
const kinds = weighted<Kind>([3, fc.constant('Uint8Array')], [1, fc.constantFrom(...KINDS)]);
const bytes: fc.Arbitrary<Value> = weighted<Value>(
  [12, patterns.map((pattern) => ({ bytes: pattern }))],
  [4, fc.tuple(patterns, kinds).map(([pattern, as]) => ({ bytes: pattern, as }))],
  [2, fc.tuple(patterns, BOUNDARIES).map(([pattern, length]) => ({ bytes: pattern || 'x', length }))],
  [2, fc.tuple(patterns, SMALL, kinds).map(([pattern, length, as]) => ({ bytes: pattern || 'x', length, as }))],
  [1, fc.constant({ bytes: '' })],
  [1, slices],
);
const notBytes = fc.constantFrom<Value>(
  null,
  { undefined: true },
  0,
  3,
  { float: '1.5' },
  '',
  'text',
  { object: true },
  { list: [] },
  { list: [1, 2] },
  { stream: true },
);
const bytesOrNot = weighted<Value>([20, bytes], [1, notBytes]);
const lines = weighted<Value>(
  [
    12,
    fc
      .tuple(fc.array(weighted([12, bytes], [1, notBytes]), { maxLength: 4 }), fc.boolean())
      .map(([list, lazy]) => (lazy ? { list, lazy } : { list })),
  ],
  [1, fc.constant({ stream: true })],
  [1, patterns.map((pattern) => ({ bytes: pattern }))],
  [1, fc.constantFrom<Value>(null, { undefined: true }, 3, { float: '1.5' }, 'text', { object: true })],
);
const targets = weighted<Value>(
  [
    20,
    fc
      .tuple(weighted([9, SMALL], [1, BOUNDARIES]), kinds)
      .map(([length, as]): Value => ({ bytes: 'target', length, as })),
  ],
  [2, bytes],
  [4, slices],
  [1, notBytes],
);
const views = fc.nat(3);

const step = (name: string, ...args: fc.Arbitrary<Value>[]): fc.Arbitrary<Step> =>
  fc.tuple(...args).map((values) => [name, ...values] as const);

const choices: [number, fc.Arbitrary<Step>][] = [
  [14, step('write', bytesOrNot)],
  [5, step('writelines', lines)],
  [3, step('read', sizes)],
  [1, step('read')],
  [2, step('read1', sizes)],
  [1, step('read1')],
  [2, step('peek', weighted<Value>([20, integers], [1, notIntegers], [1, fc.constant(null)]))],
  [1, step('peek')],
  [4, step('readinto', targets)],
  [2, step('readinto1', targets)],
  [4, step('readline', sizes)],
  [3, step('readline')],
  [3, step('readlines', sizes)],
  [1, step('readlines')],
  [1, step('iter')],
  [3, step('next')],
  [2, step('loop', fc.integer({ min: 1, max: 4 }))],
  [2, step('chunks', fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }))],
  [5, step('seek', fc.constant(0))],
  [5, step('seek', integers)],
  [1, step('seek', weighted<Value>([1, notIntegers], [1, fc.constantFrom<Value>(null, { undefined: true })]))],
  [
    7,
    step(
      'seek',
      integers,
      weighted<Value>([8, fc.constantFrom(0, 1, 2)], [1, fc.constantFrom(3, -1, null)], [1, notIntegers]),
    ),
  ],
  [1, step('tell')],
  [4, step('truncate', sizes)],
  [2, step('truncate')],
  [1, step('getvalue')],
  [5, step('getbuffer')],
  [2, step('view.read', views)],
  [3, step('view.write', views, fc.nat(300), fc.nat(255))],
  [5, step('view.release', views)],
  ...['flush', 'isatty', 'readable', 'writable', 'seekable', 'fileno', 'detach'].map(
    (name): [number, fc.Arbitrary<Step>] => [0.25, step(name)],
  ),
  [0.4, step('close')],
  [0.2, step('exit')],
  [1, step('new', weighted<Value>([8, bytes], [1, notBytes]))],
  [0.5, step('new')],
  [
    0.03,
    step(
      'write',
      fc.tuple(patterns, LARGE).map(([pattern, length]) => ({ bytes: pattern || 'x', length })),
    ),
  ],
];

const steps = weighted(...choices.map(([weight, arbitrary]): [number, typeof arbitrary] => [weight * 100, arbitrary]));
/** Content with a view on it: chance alone has that too rarely. */
const viewed = fc
  .tuple(patterns, fc.integer({ min: 1, max: 40 }), fc.nat(12))
  .map(([pattern, length, cursor]): Step[] => [
    ['new', { bytes: pattern || 'x', length }],
    ['getbuffer'],
    ['seek', cursor],
  ]);

/** Sequences of up to `maxLength` steps on one stream after the other, beginning with an empty one. */
export function sequences(maxLength: number): fc.Arbitrary<Step[]> {
  return fc
    .tuple(
      weighted<Step[]>([4, fc.constant([])], [1, viewed]),
      fc.array(steps, { minLength: 1, maxLength: maxLength - 3, size: 'max' }),
    )
    .map(([first, then]) => [...first, ...then]);
}
