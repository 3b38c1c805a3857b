/**
 * What the runner and a contestant's process say to each other, a JSON line each. The process is started with a `Job`
 * as its argument and answers every `Request` with an `Answer`.
 */
export interface Job {
  workload: string;
  contestant: string;
  /** How long a timed stretch of a warm process should take. */
  stretch: number;
  /** What the group has made for all contestants. */
  path?: string;
}

/**
 * - `once`: prepares, and does the work once.
 * - `warm`: prepares, and repeats the work until a stretch takes as long as it should.
 * - `round`: one stretch.
 */
export type Request = 'once' | 'warm' | 'round';

export interface Answer {
  /** Of one operation. */
  nanoseconds?: number;
  /** The most memory that was ever resident, in bytes: before the work, when all is prepared, and with it. */
  idle?: number;
  peak?: number;
  error?: string;
}
