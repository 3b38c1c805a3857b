import { describe, expect, it } from 'vitest';
import { findProgram, requireProgram } from './program.ts';

describe('findProgram()', () => {
  it('finds a program on PATH', () => {
    expect(findProgram('node')).toMatch(/node/);
  });

  it('gives undefined for a program that is not installed', () => {
    expect(findProgram('no-such-program')).toBeUndefined();
  });
});

describe('requireProgram()', () => {
  it('says what to install', () => {
    expect(() => requireProgram('no-such-program')).toThrow(
      'no-such-program is not installed (apt-get install no-such-program)',
    );
  });
});
