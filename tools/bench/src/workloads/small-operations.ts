import assert from 'node:assert/strict';
import type { Api } from '../contestants.ts';
import type { Group, Task, Workload } from '../workload.ts';

type Operation = 'write' | 'readinto' | 'read' | 'readline' | 'seek' | 'tell';

/** One operation again and again on a stream that is large enough; after every pass the cursor goes back to 0. */
export interface SmallOperation extends Workload {
  group: 'small-operations';
  operation: Operation;
  /** Bytes an operation; of a line with its `\n`. */
  size: number;
  /** Operations in a pass. */
  count: number;
}

const small = (operation: Operation, size: number, count = 1000): SmallOperation => ({
  id: size > 0 ? `${operation}-${size}` : operation,
  group: 'small-operations',
  title: size > 0 ? `${operation}, ${size} ${size === 1 ? 'byte' : 'bytes'}` : operation,
  operation,
  size,
  count,
  payload: size * count,
  samples: 'loop',
});

const NEWLINE = 0x0a;
/** So many streams take turns in `tell`, lest the compiler hoist it out of the loop. */
const TURNS = 16;

export const group: Group<SmallOperation> = {
  workloads: [
    ...[1, 16, 100, 256].map((size) => small('write', size)),
    small('readinto', 100),
    small('tell', 0),
    small('seek', 0),
    ...[16, 100, 1000].map((size) => small('read', size)),
    ...[20, 100, 1000].map((size) => small('readline', size)),
    small('readline', 10_000, 100),
  ],

  hasCPython: true,

  suits({ operation }, api) {
    // Who has no cursor of its own cannot write over what is there, and a cursor that was added here is not measured.
    if (operation === 'seek' || operation === 'write') return api.tell !== undefined;
    return api[operation] !== undefined;
  },

  prepare({ operation, size, count }, api): Task {
    const { open, write, copy, seek, read, readinto, readline, tell } = api as Required<Api<unknown>>;
    // Without a size there is still a byte for every position that is sought.
    const content = Buffer.from(
      Uint8Array.from({ length: (size || 1) * count }, (_, at) =>
        at % size === size - 1 ? NEWLINE : 0x20 + ((at * 2654435761) % 90),
      ),
    );
    const chunks = Array.from({ length: count }, (_, index) => content.subarray(index * size, (index + 1) * size));
    const stream = open(content.length);
    write(stream, content);
    const same = (bytes: Uint8Array, index: number) =>
      assert(chunks[index]!.equals(bytes), `${operation} ${index} gave other bytes`);

    const task = (pass: () => void, check: () => void): Task => ({
      operations: count,
      run(iterations) {
        for (; iterations > 0; iterations--) pass();
      },
      check,
    });
    /** Every result is stored, so that none is optimised away. */
    let result: Uint8Array;
    const reading = (next: (stream: unknown) => Uint8Array) =>
      task(
        () => {
          seek(stream, 0);
          for (let index = 0; index < count; index++) result = next(stream);
        },
        () => {
          same(result, count - 1);
          seek(stream, 0);
          for (let index = 0; index < count; index++) same(next(stream), index);
        },
      );

    switch (operation) {
      case 'write': {
        const chunk = chunks[0]!;
        return task(
          () => {
            seek(stream, 0);
            for (let index = 0; index < count; index++) write(stream, chunk);
          },
          () => {
            const bytes = copy(stream) as Uint8Array;
            assert.equal(bytes.length, content.length);
            for (let at = 0; at < content.length; at += size) same(bytes.subarray(at, at + size), 0);
          },
        );
      }
      case 'readinto': {
        const target = new Uint8Array(size);
        return task(
          () => {
            seek(stream, 0);
            for (let index = 0; index < count; index++) readinto(stream, target);
          },
          () => same(target, count - 1),
        );
      }
      case 'read':
        return reading((stream) => read(stream, size));
      case 'readline':
        return reading(readline);
      case 'seek': {
        return task(
          () => {
            for (let index = 0; index < count; index++) seek(stream, index);
          },
          () => assert.equal(tell(stream), count - 1),
        );
      }
      case 'tell': {
        const streams = Array.from({ length: TURNS }, (_, index) => {
          const stream = open(TURNS);
          write(stream, Buffer.alloc(TURNS));
          seek(stream, index);
          return stream;
        });
        let sum = 0;
        return task(
          () => {
            sum = 0;
            for (let index = 0; index < count; index++) sum += tell(streams[index & (TURNS - 1)]);
          },
          () =>
            assert.equal(
              sum,
              Array.from({ length: count }, (_, index) => index & (TURNS - 1)).reduce((a, b) => a + b),
            ),
        );
      }
    }
  },
};
