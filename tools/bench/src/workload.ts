import type { Api } from './contestants.ts';

/** What every workload says of itself; a group adds what its work needs. It is plain data: CPython gets it as JSON. */
export interface Workload {
  /** Short, for `--only`. */
  id: string;
  group: string;
  title: string;
  /**
   * `process`: every sample is taken in a process of its own, which also gives its peak memory; for large work, where
   * the state of the heap matters. `loop`: repeated in a process that is warm.
   */
  samples: 'process' | 'loop';
  /** Where a sample takes seconds. */
  samplesAtMost?: number;
  /** The bytes that the work is about, for peak memory and for contestants that cannot do as much. */
  payload: number;
  /** Contestants that take part only where they are named. */
  invited?: readonly string[];
  /** If given, nobody else takes part. */
  only?: readonly string[];
}

/** One workload in the hands of one contestant. */
export interface Task {
  /** The timed part, `iterations` times. */
  run(iterations: number): void | Promise<void>;
  /** Throws unless the last run made the right bytes. Not timed. */
  check(): void;
  /** Operations in one iteration. */
  operations: number;
  /** A stream that lives as long as the task: engines throw away what they compiled for a class without instances. */
  alive?: unknown;
}

/** A kind of work: its workloads, and how one is done with what a contestant offers. */
export interface Group<W extends Workload> {
  workloads: readonly W[];
  /** Whether the contestant can do that work at all. */
  suits(workload: W, api: Api<unknown>): boolean;
  prepare(workload: W, api: Api<unknown>): Task;
}
