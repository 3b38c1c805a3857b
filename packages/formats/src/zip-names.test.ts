import { DataError } from '@memio/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireZipName, safeZipName } from './zip-names.ts';

describe('requireZipName()', () => {
  it.each([
    ['', 'it is empty'],
    ['/', 'it is empty'],
    ['/etc/passwd', 'it is absolute'],
    ['C:a', 'it is absolute'],
    ['a\\b', 'it contains a backslash; use /'],
    ['a/../b', 'it escapes the archive'],
    ['a//b', 'it has a part that is empty or "."'],
    ['./a', 'it has a part that is empty or "."'],
    ['a\0', 'it contains a NUL'],
    ['\ud800', 'it is not well-formed text'],
  ])('refuses %j', (name, fault) => {
    expect(() => requireZipName(name)).toThrow(RangeError);
    expect(() => requireZipName(name)).toThrow(fault);
  });

  it('refuses what is not a string', () => {
    expect(() => requireZipName(1)).toThrow(TypeError);
  });

  it.each(['a', 'a/', 'a/b.txt', '..a/b..', 'Ünïcödé/😀'])('accepts %j', (name) => {
    expect(() => requireZipName(name)).not.toThrow();
  });
});

describe('safeZipName()', () => {
  it.each([
    ['C:\\Users\\a.txt', 'Users/a.txt'],
    ['../../etc/passwd', 'etc/passwd'],
    ['/a//./b', 'a/b'],
    ['c:d:x', 'x'],
  ])('makes %j relative', (name, safe) => {
    expect(safeZipName(name)).toBe(safe);
  });

  it.each(['..', '/', 'C:', './'])('leaves nothing of %j', (name) => {
    expect(safeZipName(name)).toBe('');
  });

  it('throws a DataError for a NUL', () => {
    expect(() => safeZipName('a\0b')).toThrow(DataError);
  });

  it('makes only names that can be written', () => {
    const parts = fc.constantFrom('a', '..', '.', '', '/', '\\', 'c:', '\0', 'é');
    fc.assert(
      fc.property(fc.array(parts), (pieces) => {
        let safe: string;
        try {
          safe = safeZipName(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(DataError);
          return;
        }
        if (safe !== '') requireZipName(safe);
      }),
    );
  });
});
