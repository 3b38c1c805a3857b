import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { BytesIO, b } from '@memio/core';
import type { WriteOptions } from '@memio/core/adapter';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** For tests of an adapter's own ways to fail: a hang fails the test after this many milliseconds. */
export const SOON = { timeout: 3000 };

/** A call of a `write*` function that has everything but the options of the contract. */
export type Run = (options: WriteOptions) => Promise<BytesIO>;

/** A stream of ten bytes whose cursor is in the middle. */
export const ten = (): BytesIO => {
  const stream = new BytesIO(b`0123456789`);
  stream.seek(4);
  return stream;
};

/** What `run` fails with. The stream it should have written to must be as it was: bytes, size and cursor. */
export async function failure(run: Run): Promise<unknown> {
  const into = ten();
  const error = await errorOf(run({ into }));
  expect([into.tell(), into.getvalue()]).toEqual([4, b`0123456789`]);
  return error;
}

/** What `read` fails with from a cursor in the middle of a stream, which must stay there and be free to grow. */
export async function readFailure(bytes: Uint8Array, read: (stream: BytesIO) => Promise<unknown>): Promise<unknown> {
  const stream = new BytesIO(b`${b`head`}${bytes}`);
  stream.seek(4);
  const error = await errorOf(read(stream));
  expect(stream.tell()).toBe(4);
  stream.seek(0, 2);
  stream.write(b`more`);
  return error;
}

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => ({ error }),
  );
  expect(outcome).toBeTypeOf('object');
  return (outcome as { error: unknown }).error;
}

/**
 * Fails every test of the file that leaves an error where nobody can catch it.
 *
 * @param warmUp is run once before, so that what is loaded on first use is no part of a test's time
 * @param quiet how many milliseconds to wait for what another thread raises late
 */
export function catchStrays(warmUp: () => Promise<unknown>, quiet = 0): void {
  const strays: unknown[] = [];
  const stray = (error: unknown) => strays.push(error);
  beforeAll(async () => {
    process.on('uncaughtException', stray).on('unhandledRejection', stray);
    await warmUp();
  });
  afterEach(async () => {
    if (quiet > 0) await wait(quiet);
    for (let turns = 0; turns < 3; turns++) await turn();
    expect(strays.splice(0)).toEqual([]);
  });
  afterAll(() => {
    process.off('uncaughtException', stray).off('unhandledRejection', stray);
  });
}
