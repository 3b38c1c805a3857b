import { describe, expect, it } from 'vitest';
import { requireCount, requireInteger, requireLimit, requireOptions, requireSignal } from './arguments.ts';

const TYPE = 'ERR_MEMIO_TYPE';
const RANGE = 'ERR_MEMIO_RANGE';

describe('requireInteger()', () => {
  it.each([0, -0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 1.0])('takes %s', (value) => {
    expect(() => requireInteger(value, 'use', 'size')).not.toThrow();
  });

  it.each<[unknown, string, string]>([
    [2 ** 53, RANGE, 'Cannot use 9007199254740992: size must be within ±2 ** 53'],
    [-1e300, RANGE, 'Cannot use -1e+300: size must be within ±2 ** 53'],
    [1.5, TYPE, 'Cannot use 1.5: size must be an integer'],
    [Number.NaN, TYPE, 'Cannot use NaN: size must be an integer'],
    [Number.POSITIVE_INFINITY, TYPE, 'Cannot use Infinity: size must be an integer'],
    [1n, TYPE, 'Cannot use 1n: size must be an integer'],
    ['1', TYPE, 'Cannot use the string "1": size must be an integer'],
    [new Number(1), TYPE, 'Cannot use an instance of Number: size must be an integer'],
    [undefined, TYPE, 'Cannot use undefined: size must be an integer'],
  ])('refuses %o', (value, code, message) => {
    expect(() => requireInteger(value, 'use', 'size')).toThrow(expect.objectContaining({ code, message }));
  });
});

describe('requireCount() and requireLimit()', () => {
  it.each([
    [requireCount, 0, undefined],
    [requireCount, -1, 'Cannot use -1: size must be >= 0'],
    [requireCount, Number.POSITIVE_INFINITY, 'Cannot use Infinity: size must be an integer'],
    [requireLimit, Number.POSITIVE_INFINITY, undefined],
    [requireLimit, Number.NEGATIVE_INFINITY, 'Cannot use -Infinity: size must be an integer'],
    [requireLimit, -1, 'Cannot use -1: size must be >= 0'],
    [requireLimit, Number.NaN, 'Cannot use NaN: size must be an integer'],
  ] as const)('%o of %s', (require, value, message) => {
    const check: (value: unknown, action: string, name: string) => void = require;
    if (message) expect(() => check(value, 'use', 'size')).toThrow(message);
    else expect(() => check(value, 'use', 'size')).not.toThrow();
  });

  it('starts where it is told to', () => {
    expect(() => requireCount(0, 'use', 'size', 1)).toThrow('Cannot use 0: size must be >= 1');
    expect(() => requireCount(1, 'use', 'size', 1)).not.toThrow();
  });
});

describe('requireSignal()', () => {
  it.each([undefined, new AbortController().signal, AbortSignal.abort(), { aborted: false, addEventListener() {} }])(
    'takes %o',
    (value) => {
      expect(() => requireSignal(value, 'wait')).not.toThrow();
    },
  );

  it.each<[unknown, string]>([
    [
      new AbortController(),
      'Cannot wait with an instance of AbortController: signal must be an AbortSignal; pass controller.signal',
    ],
    [{}, 'Cannot wait with an object: signal must be an AbortSignal'],
    [null, 'Cannot wait with null: signal must be an AbortSignal'],
    [1000, 'Cannot wait with 1000: signal must be an AbortSignal'],
    [{ aborted: 1 }, 'Cannot wait with an object: signal must be an AbortSignal'],
  ])('refuses %o', (value, message) => {
    expect(() => requireSignal(value, 'wait')).toThrow(expect.objectContaining({ code: TYPE, message }));
  });
});

describe('requireOptions()', () => {
  it.each([[{}], [{ maxBytes: 1 }], [Object.create(null)], [{ maxBytes: undefined }]])('takes %o', (options) => {
    expect(() => requireOptions(options, 'read', ['maxBytes', 'signal'])).not.toThrow();
  });

  it('takes any name where none is listed', () => {
    expect(() => requireOptions({ any: 1 }, 'read')).not.toThrow();
  });

  it.each<[unknown, readonly string[] | undefined, string]>([
    [null, undefined, 'Cannot read: options must be an object, not null'],
    [7, undefined, 'Cannot read: options must be an object, not 7'],
    ['a', undefined, 'Cannot read: options must be an object, not the string "a"'],
    [{ maxbytes: 1 }, ['maxBytes'], 'Cannot read: unknown option "maxbytes"; did you mean maxBytes?'],
    [
      { password: 1 },
      ['maxBytes', 'signal'],
      'Cannot read: unknown option "password"; the options are maxBytes, signal',
    ],
    [{ password: 1 }, [], 'Cannot read: unknown option "password"; it takes no options'],
  ])('refuses %o', (options, known, message) => {
    expect(() => requireOptions(options, 'read', known)).toThrow(expect.objectContaining({ code: TYPE, message }));
  });
});
