/** What is known of one test when it has ended. */
export interface Result {
  file: string;
  name: string;
  /** `skipped` is what the test itself says; `absent`, that it needs what the runtime does not have. */
  state: 'passed' | 'failed' | 'skipped' | 'absent';
  /** What went wrong, or what the test needs. */
  why?: string;
}

/** Of a file whose tests could not all be collected, since it needs what the runtime does not have. */
export interface CutShort {
  file: string;
  why: string;
}

/** What a run in a runtime gives. */
export interface Report {
  results: Result[];
  cutShort: CutShort[];
}

/** Stands in front of a report on standard output, where tests may print as well. */
export const MARK = '\u0001report ';

/** Stands in front of the name of a test that begins, so that one that never ends is known. */
export const BEGINS = '\u0001begins ';
