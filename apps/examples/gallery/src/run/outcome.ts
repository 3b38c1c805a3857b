/** A file that a recipe made. */
export interface MadeFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What came of the run of a recipe. */
export interface Outcome {
  log: string[];
  /** As the user would see it, when the recipe failed. */
  error: string | undefined;
  files: MadeFile[];
  /** What `main` took. */
  milliseconds: number;
  /** What it ran in, in words. */
  where: string;
  /** What it needed, in words; it may take the browser a while to tell. */
  memory: Promise<string>;
}
