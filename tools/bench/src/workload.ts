import type { Api } from './contestants.ts';

/** What every workload says of itself; a group adds what its work needs. It is plain data: CPython gets it as JSON. */
export interface Workload {
  /** Short, for `--only`. */
  id: string;
  group: string;
  title: string;
  /**
   * `process`: every sample is taken in a process of its own, which also gives its peak memory; for large work, where
   * the state of the heap matters. `loop`: repeated in a process that is warm. `both`: the time from a warm process, the
   * peak memory from processes of their own.
   */
  samples: 'process' | 'loop' | 'both';
  /** So many processes at most, where a sample takes seconds. */
  samplesAtMost?: number;
  /** Left out of `--quick`. */
  notQuick?: true;
  /** Where several Nodes are measured, not on the others: their figures would say the same. */
  firstNodeOnly?: true;
  /** The bytes that the work is about, for peak memory and for contestants that cannot do as much. 0 if there is no such figure. */
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

/** What the processes of one workload have in common. */
export interface Shared {
  path: string;
  remove(): Promise<void>;
}

/** A kind of work: its workloads, and how one is done with what a contestant offers. */
export interface Group<W extends Workload> {
  workloads: readonly W[];
  /** Whether the contestant can do that work at all. */
  suits(workload: W, api: Api<unknown>): boolean;
  /** Whether cpython.py does it too. */
  hasCPython: boolean;
  share?(workload: W): Promise<Shared | undefined>;
  /** @param path what `share` has made */
  prepare(workload: W, api: Api<unknown>, path?: string): Task | Promise<Task>;
}
