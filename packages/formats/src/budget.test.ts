import { LimitError } from '@memio/core';
import { describe, expect, it } from 'vitest';
import { requireBudget, requirePixels } from './budget.ts';

describe('requireBudget()', () => {
  it.each([0, 0.5, Number.POSITIVE_INFINITY])('accepts %d', (value) => {
    expect(() => requireBudget('maxPixels', value)).not.toThrow();
  });

  it.each<[unknown, ErrorConstructor, string]>([
    ['1', TypeError, 'Cannot set maxPixels to the string "1": expected a number'],
    [null, TypeError, 'Cannot set maxPixels to null: expected a number'],
    [1n, TypeError, 'Cannot set maxPixels to 1n: expected a number'],
    [-1, RangeError, 'Cannot set maxPixels to -1: expected 0 or more'],
    [Number.NaN, RangeError, 'Cannot set maxPixels to NaN: expected 0 or more'],
  ])('refuses %s', (value, Class, message) => {
    expect(() => requireBudget('maxPixels', value)).toThrow(Class);
    expect(() => requireBudget('maxPixels', value)).toThrow(message);
  });
});

describe('requirePixels()', () => {
  it('accepts an image of exactly maxPixels', () => {
    expect(() => requirePixels('read a PNG', 4, 5, 20)).not.toThrow();
  });

  it('throws a LimitError that has the budget', () => {
    expect(() => requirePixels('read a PNG', 4, 5, 19)).toThrow(
      new LimitError('Cannot read a PNG of 4 x 5 pixels: maxPixels is 19', 'maxPixels', 19),
    );
  });
});
