import { BEGINS, type Report } from '../protocol.ts';
import { runTests, type TestFiles } from '../run.ts';
import process from './process.ts';

/** In a browser or workerd: what starts the tests, once, and gives the report. */
export function runInPage(files: TestFiles): (leftOut: readonly string[]) => Promise<Report> {
  const strays: unknown[] = [];
  const stray = (error: unknown) => void strays.push(error);
  return (leftOut) => {
    process.on('uncaughtException', stray).on('unhandledRejection', stray);
    return runTests(files, strays, (name) => console.log(`${BEGINS}${name}`), leftOut);
  };
}
