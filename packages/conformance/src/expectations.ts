import { setImmediate as turn } from 'node:timers/promises';
import { BytesIO, b, isMemioError } from '@memio/core';
import { expect } from 'vitest';

/** Memory that belongs to a caller. */
export type Memory = Uint8Array | BytesIO;

/** Reasons to abort with: what a signal carries is passed on as it is, also when it is no error, or is falsy. */
export const REASONS: readonly unknown[] = [new Error('the customer left'), 'a reason of text', 0, undefined];

/** A stream of ten bytes. */
export function occupied(cursor = 4): BytesIO {
  const stream = new BytesIO(b`0123456789`);
  stream.seek(cursor);
  return stream;
}

/** Bytes, size and cursor: what a failure must leave as they were. */
export const stateOf = (stream: BytesIO): unknown => ({
  cursor: stream.tell(),
  size: stream.size,
  bytes: stream.getvalue(),
});

/** Neither the caller's memory nor what is lent to an operation any more. */
export function expectFreeToGrow(stream: BytesIO): void {
  stream.seek(0, 2);
  stream.write(b`free to grow`);
}

/** One of memio's own errors; where `expected` is given, that one. */
export function expectError(error: unknown, expected?: object): void {
  if (expected instanceof Error) expect(error).toBe(expected);
  else if (expected) expect(error).toMatchObject(expected);
  else if (!isMemioError(error)) throw new Error(`Not a typed error of memio: ${error}`, { cause: error });
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code === 'ERR_MEMIO_ADAPTER' && cause === undefined) throw new Error('The AdapterError has no cause');
}

export function expectReason(error: unknown, signal: AbortSignal): void {
  expect(error, 'what the abort rejects with').toBe(signal.reason);
}

export const contentOf = (memory: readonly Memory[]): Uint8Array[] =>
  memory.map((each) => (each instanceof Uint8Array ? new Uint8Array(each) : each.getvalue()));

/** Does to memory what its owner is free to do. The returned function undoes it. */
export function scramble(memory: readonly Memory[]): () => void {
  const before = contentOf(memory);
  const write = (contents: readonly Uint8Array[]) => {
    for (const [index, each] of memory.entries()) {
      if (each instanceof Uint8Array) each.set(contents[index]!);
      else {
        each.truncate(0);
        each.seek(0);
        each.write(contents[index]!);
        each.seek(0);
      }
    }
  };
  write(before.map((bytes) => bytes.map((byte) => byte ^ 0xff)));
  return () => write(before);
}

const arraysOf = (memory: readonly Memory[]): Uint8Array[] =>
  memory.map((each) => (each instanceof Uint8Array ? each : each.transfer()));

/** Memory that is the receiver's alone: no part of something larger, and nothing that another one has as well. */
export function expectExclusive(one: readonly Memory[], other: readonly Memory[]): void {
  const arrays = arraysOf([...one, ...other]);
  for (const { buffer, byteOffset } of arrays) {
    expect(Object.prototype.toString.call(buffer), 'the memory of the result').toBe('[object ArrayBuffer]');
    expect(byteOffset, 'where the bytes begin in their buffer').toBe(0);
  }
  const buffers = arrays.filter(({ length }) => length > 0).map(({ buffer }) => buffer);
  expect(new Set(buffers).size, 'buffers that are not shared').toBe(buffers.length);
}

export function expectNoBuffer(memory: readonly Memory[]): void {
  for (const array of arraysOf(memory)) expect(array.constructor.name, 'the class of the bytes').toBe('Uint8Array');
}

/** Calls `look` in every turn of the event loop until `work` settles. */
export async function during(work: Promise<unknown>, look: () => void): Promise<void> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  work.then(end, end);
  while (!settled) {
    look();
    await turn();
  }
  await work;
}
