/**
 * The adapter contract as tests. An adapter calls `describeWriter` and `describeReader` once for each of its functions;
 * the cases are data, so that they can be run on broken adapters, too.
 *
 * @module
 */
import { describe, it } from 'vitest';
import { type Case, type Patience, runCase } from './case.ts';
import { type Reader, readerCases } from './reader.ts';
import { type Writer, writerCases } from './writer.ts';

export { type Absent, type Case, type Patience, runCase } from './case.ts';
export { catchStrays, failure, type Run, readFailure, SOON, ten } from './failures.ts';
export { type Budget, type Damage, type Reader, readerCases } from './reader.ts';
export { type Fault, type Make, type Writer, type WriterOptions, writerCases } from './writer.ts';

const PATIENCE: Patience = { limit: 2000, quiet: 5 };

/** Tests a `write*` function against the contract. Call it at the top of `src/contract.test.ts`. */
export function describeWriter<Input>(writer: Writer<Input>): void {
  describeCases(writer.operation, writerCases(writer));
}

/** Tests a `read*` function against the contract. Call it at the top of `src/contract.test.ts`. */
export function describeReader<Result>(reader: Reader<Result>): void {
  describeCases(reader.operation, readerCases(reader));
}

function describeCases(operation: string, cases: readonly Case[]): void {
  describe(`${operation}(), by the rules of the adapter contract,`, () => {
    for (const each of cases) {
      if (each.absent !== undefined)
        process.stderr.write(`NOT TESTED: ${each.id} ${operation}() ${each.title}: ${each.absent}\n`);
      it(`${each.id} ${each.title}`, { timeout: 30_000 }, ({ skip }) =>
        each.absent === undefined ? runCase(each, PATIENCE) : skip(each.absent),
      );
    }
  });
}
