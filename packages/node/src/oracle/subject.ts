import { type BytesIO, type BytesLike, isMemioError } from '@memio/core';
import { rangeError } from '@memio/core/adapter';
import { runSteps } from '../../../core/src/oracle/javascript.ts';
import type { Step } from '../../../core/src/oracle/operations.ts';
import { SpooledBytesIO } from '../spooled-bytes-io.ts';

/** What core's oracle takes. Its BytesIO is built from sources and ours from `dist`: the same, but not for the compiler. */
export type Subject = NonNullable<NonNullable<Parameters<typeof runSteps>[1]>['Subject']>;

/** File systems differ in how long a file may be that is a gap for the most part; below this, all of them agree. */
const ANY_FILE = 2 ** 40;

/** A SpooledBytesIO that keeps `maxSize` bytes in memory and its files in `dir`, as a class that the oracle can compare. */
export function subjectOf(maxSize: number, dir: string): Subject {
  class Spooled extends SpooledBytesIO {
    constructor(...[initialBytes]: ConstructorParameters<typeof BytesIO>) {
      super(initialBytes, { maxSize, dir, maxBytes: ANY_FILE });
    }

    override write(data: BytesLike): number {
      return asInMemory(() => super.write(data));
    }

    override writelines(lines: Iterable<BytesLike>): void {
      asInMemory(() => super.writelines(lines));
    }
  }
  return Spooled as unknown as Subject;
}

function asInMemory<Result>(write: () => Result): Result {
  try {
    return write();
  } catch (error) {
    throw isMemioError(error, 'ERR_MEMIO_LIMIT') ? rangeError(error.message) : error;
  }
}

/** `steps` without each `getbuffer` that a stream refused because its content was in a file. */
export function withoutRefusedViews(steps: readonly Step[], subject: Subject): Step[] {
  const trace = runSteps(steps, { Subject: subject });
  return steps.filter(
    ([name], index) => name !== 'getbuffer' || JSON.stringify(trace[index]![0]) !== '{"error":"unsupported"}',
  );
}
