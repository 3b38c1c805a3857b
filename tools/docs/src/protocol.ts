/** What `run-modules.ts` is sent. */
export interface Order {
  /** The URL of a compiled module. */
  module: string;
  /** Where it gets a new folder to work in. */
  folder: string;
  /** The URL of the folder of fixtures. */
  fixtures: string;
  /** Whether copies of the fixtures are in the folder it works in. */
  files: boolean;
}

export interface Failure {
  /** A line of the document. */
  line?: number;
  problem: string;
  /** Has the line when `line` is missing. */
  stack?: string;
}

/** What it answers. */
export interface Report {
  failures: Failure[];
  /** The lines of the document whose results were compared. */
  reached: number[];
}
