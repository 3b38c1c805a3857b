import { describe } from '@vitest/runner';

/** Comparisons with other programs are left to the tests of the packages: they are the same in every runtime. */
export const describeWith = (): typeof describe.skip => describe.skip;
export const findProgram = (): undefined => undefined;

export class Python {
  stop(): void {}
}
