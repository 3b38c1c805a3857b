import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { BytesIO, b, type Source } from '@memio/core';
import { describe, type ReadOptions } from '@memio/core/adapter';
import { expect } from 'vitest';
import { type Absent, type Case, Cases, isAbsent } from './case.ts';
import {
  expectError,
  expectExclusive,
  expectFreeToGrow,
  expectNoBuffer,
  expectReason,
  type Memory,
  REASONS,
  scramble,
  stateOf,
} from './expectations.ts';
import { step, type Trial } from './trial.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes that cannot be read. */
export type Damage =
  | Uint8Array
  | {
      bytes: Uint8Array;
      /** What the error matches. Default: a `DataError`. */
      error: object;
    };

/** A limit on what a file may cost. */
export interface Budget {
  /** What the valid file needs; it is read with this much. */
  enough: number;
  /** It is refused with this much. */
  tooLittle: number;
  /** A small file that would cost more than the default allows. */
  hostile: Uint8Array | Absent;
  /** What comes of the hostile file when the budget is `Infinity`: a result, or what the error matches. */
  lifted: 'result' | object | Absent;
}

/** What the suite has to know of a `read*` function. What the adapter cannot have is `{ absent: 'why' }`. */
export interface Reader<Result> {
  /** The package and its function, as errors name them. */
  adapter: string;
  operation: string;
  read(source: Source, options: ReadOptions & Record<string, unknown>): Promise<Result>;
  /** A small file, made by another program than the one that reads it. */
  valid: Uint8Array;
  /** Throws unless `result` is what the valid file holds. */
  verify(result: Result): unknown;
  /** The arrays and streams that a result is made of. */
  memory(result: Result): readonly Memory[];
  /** Whether these are plain arrays. A class of the host library may need its `Buffer`s. */
  plainArrays: true | Absent;
  /** Files that cannot be read, by what is wrong: `'the checksum is wrong'`. Cut off ones the suite makes by itself. */
  damaged: Record<string, Damage>;
  /** Whether reading ends where the file does, so that another one may follow, or takes everything to the end. */
  trailing: 'left' | 'taken';
  /** By the name of the option. */
  budgets: Record<string, Budget> | Absent;
}

/** The most memory that a hostile file may have taken when it is refused, in bytes. */
const MOST_FOR_HOSTILE = 64 * 1024 * 1024;
/** How many places of the valid file are cut or damaged. */
const PLACES = 48;
const NO_SOURCE: readonly unknown[] = [undefined, null, 5, true, 5n, Symbol('source'), 'file.bin', {}];
const NO_BUDGET: readonly (readonly [wrong: unknown, code: RegExp])[] = [
  [-1, /_RANGE$/],
  [Number.NaN, /_(RANGE|TYPE)$/],
  ['5', /_TYPE$/],
  [5n, /_TYPE$/],
  [{}, /_TYPE$/],
];
/** How long a source that never yields goes on, in milliseconds. */
const UNYIELDING = 400;
const gone = new Error('gone');

/** What `BytesIO.from` takes, each with the same bytes. */
const KINDS: Record<string, (bytes: Bytes) => Source> = {
  'a Uint8Array': (bytes) => bytes,
  'a Buffer that is part of a larger one': (bytes) =>
    // Not out of Node's pool, which might begin with another file.
    Buffer.from(b`head${bytes}tail`.buffer, 4, bytes.length),
  'an ArrayBuffer': (bytes) => bytes.buffer,
  'a SharedArrayBuffer': (bytes) => {
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    return shared;
  },
  'a DataView': (bytes) => new DataView(bytes.buffer),
  'a BytesIO': (bytes) => new BytesIO(bytes),
  'a Blob': (bytes) => new Blob([bytes]),
  'a Response': (bytes) => new Response(bytes),
  'a ReadableStream': (bytes) => new Blob([bytes]).stream(),
  'a Node.js stream': (bytes) => Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]),
  'an array of chunks': (bytes) => [bytes.subarray(0, 5), bytes.subarray(5)],
  'an async generator of single bytes': async function* (bytes) {
    for (const byte of bytes) yield Uint8Array.of(byte);
  },
};

/** Sources that fail by themselves, and the code of what comes of it. */
const FAILING: Record<string, [make: (bytes: Bytes) => Source | Promise<Source>, code: string]> = {
  'fails midway': [
    async function* (bytes) {
      yield bytes.subarray(0, 5);
      throw gone;
    },
    'ERR_MEMIO_SOURCE',
  ],
  'is shorter than it said': [
    (bytes) => new Response(bytes, { headers: { 'content-length': String(bytes.length + 1) } }),
    'ERR_MEMIO_TRUNCATED',
  ],
  'is a response of status 500': [(bytes) => new Response(bytes, { status: 500 }), 'ERR_MEMIO_STATUS'],
  'was read before': [
    async (bytes) => {
      const response = new Response(bytes);
      await response.arrayBuffer();
      return response;
    },
    'ERR_MEMIO_SOURCE',
  ],
  'is locked': [
    (bytes) => {
      const stream = new Blob([bytes]).stream();
      stream.getReader();
      return stream;
    },
    'ERR_MEMIO_SOURCE',
  ],
  'was destroyed before': [(bytes) => Readable.from([bytes]).destroy(), 'ERR_MEMIO_SOURCE'],
  'is destroyed midway': [
    (bytes) => {
      const stream = new Readable({ read() {} });
      stream.push(bytes.subarray(0, 5));
      setTimeout(() => stream.destroy(gone), 1);
      return stream;
    },
    'ERR_MEMIO_SOURCE',
  ],
};

/** Each rule of the adapter contract that concerns reading, as cases for one reader. Rules 1, 4 and 9 are of writers. */
export function readerCases<Result>(reader: Reader<Result>): Case[] {
  const cases = new Cases();
  const { adapter, operation, verify, memory } = reader;
  const dataError = { name: 'DataError', code: 'ERR_MEMIO_DATA', adapter, operation };
  /** A copy: nothing that happens in one case is seen by the next. */
  const valid = (): Bytes => Uint8Array.from(reader.valid);
  const damaged = Object.entries(reader.damaged).map(([name, damage]) =>
    damage instanceof Uint8Array ? { name, bytes: damage, error: dataError } : { name, ...damage },
  );
  /** The valid file in a stream, with its cursor on the first byte of the file. */
  const embedded = (file: Uint8Array = reader.valid, tail: Uint8Array = b``) => {
    const stream = new BytesIO(b`${b`head`}${file}${tail}`);
    stream.seek(4);
    return stream;
  };
  const reads = async (trial: Trial, source: Source, options = {}) => {
    const result = await trial.result(() => reader.read(source, options));
    await verify(result);
    return result;
  };
  /** What reading fails with. The stream is left as it was, and is free to grow. */
  const failsCleanly = async (trial: Trial, file: Uint8Array, options: Parameters<typeof reader.read>[1] = {}) => {
    const stream = embedded(file);
    const before = stateOf(stream);
    const error = await trial.error(() => reader.read(stream, options));
    expect(stateOf(stream), 'the stream after the failure').toEqual(before);
    expectFreeToGrow(stream);
    return error;
  };
  const abortedAtOnce = async (trial: Trial, reason: unknown) => {
    const controller = new AbortController();
    const { signal } = controller;
    const stream = embedded();
    const before = stateOf(stream);
    const error = await trial.error(() => {
      const work = reader.read(stream, { signal });
      controller.abort(reason);
      return work;
    });
    expect(stateOf(stream), 'the stream after the abort').toEqual(before);
    expectFreeToGrow(stream);
    return { error, signal };
  };
  const places = (length: number) =>
    length <= PLACES
      ? Array.from({ length }, (_, place) => place)
      : Array.from({ length: PLACES }, (_, index) => Math.floor((index * (length - 1)) / (PLACES - 1)));

  cases.add(2, 'leaves a stream as it was when the bytes are wrong', async (trial) => {
    for (const { name, bytes } of damaged) await step(name, async () => void (await failsCleanly(trial, bytes)));
  });
  cases.add(
    2,
    'leaves a stream as it was when there are no bytes at the cursor, or it is behind the end',
    async (trial) => {
      for (const cursor of [4, 9]) {
        const stream = new BytesIO(b`head`);
        stream.seek(cursor);
        expectError(await trial.error(() => reader.read(stream, {})));
        expect(stateOf(stream), 'the stream').toEqual({ cursor, size: 4, bytes: b`head` });
        expectFreeToGrow(stream);
      }
    },
  );

  for (const { name, bytes, error } of damaged) {
    cases.add(3, `fails when ${name}`, async (trial) => {
      expectError(await trial.error(() => reader.read(bytes.slice(), {})), error);
    });
  }
  cases.add(3, 'fails when the file is cut off, wherever', async (trial) => {
    for (const length of places(reader.valid.length)) {
      await step(`${length} of ${reader.valid.length} bytes`, async () =>
        expectError(await trial.error(() => reader.read(valid().slice(0, length), {})), dataError),
      );
    }
  });
  cases.add(3, 'gives a result or a typed error when a byte is damaged, wherever', async (trial) => {
    for (const place of places(reader.valid.length)) {
      for (const bits of [0x01, 0x80, 0xff]) {
        await step(`byte ${place} ^ ${bits}`, async () => {
          const bytes = valid();
          bytes[place]! ^= bits;
          const outcome = await trial.outcome(() => reader.read(bytes, {}));
          if ('error' in outcome) expectError(outcome.error);
        });
      }
    }
  });
  for (const [name, [make, code]] of Object.entries(FAILING)) {
    cases.add(3, `fails when the source ${name}`, async (trial) => {
      const source = await make(valid());
      expectError(await trial.error(() => reader.read(source, {})), { name: 'SourceError', code });
    });
  }
  cases.add(3, 'rejects with the reason of a signal that was aborted before', async (trial) => {
    for (const reason of REASONS) {
      const signal = AbortSignal.abort(reason);
      expectReason(await failsCleanly(trial, reader.valid, { signal }), signal);
    }
  });
  cases.add(3, 'rejects with the reason of a signal that is aborted while it works', async (trial) => {
    for (const reason of REASONS) {
      const { error, signal } = await abortedAtOnce(trial, reason);
      expectReason(error, signal);
    }
  });
  cases.add(3, 'rejects with the reason of the signal when the source never ends, and cancels that', async (trial) => {
    const controller = new AbortController();
    const { signal } = controller;
    let cancelled = false;
    const source = new ReadableStream<Bytes>({
      start: (stream) => stream.enqueue(valid().slice(0, 5)),
      cancel() {
        cancelled = true;
      },
    });
    setTimeout(() => controller.abort(REASONS[0]), 3);
    expectReason(await trial.error(() => reader.read(source, { signal })), signal);
    await wait(1);
    expect(cancelled, 'whether the source was cancelled').toBe(true);
  });
  cases.add(
    3,
    'rejects with the reason of the signal though the source never lets others have a turn',
    async (trial) => {
      const controller = new AbortController();
      const { signal } = controller;
      const deadline = performance.now() + UNYIELDING;
      // It ends at last, so that a reader that waits for it fails the case and does not hang the process.
      const sources: Record<string, () => Source> = {
        *'a generator of single bytes'() {
          while (performance.now() < deadline) yield Uint8Array.of(0);
        },
        async *'an async generator of single bytes'() {
          while (performance.now() < deadline) yield Uint8Array.of(0);
        },
      };
      setTimeout(() => controller.abort(REASONS[0]), 3);
      for (const [name, make] of Object.entries(sources)) {
        await step(name, async () => expectReason(await trial.error(() => reader.read(make(), { signal })), signal));
      }
    },
  );
  cases.add(
    3,
    'stands by its result when the signal is aborted afterwards, and has let go of the signal',
    async (trial) => {
      const controller = new AbortController();
      const result = await reads(trial, valid(), { signal: controller.signal });
      expect(getEventListeners(controller.signal, 'abort'), 'listeners on the signal').toEqual([]);
      controller.abort(REASONS[0]);
      await wait(1);
      await verify(result);
    },
  );
  cases.add(3, 'settles for each of many at once', async (trial) => {
    const bytes = valid();
    await Promise.all(Array.from({ length: 8 }, () => reads(trial, bytes)));
  });

  if (reader.trailing === 'left') {
    cases.add(5, 'reads from the cursor and leaves it behind the file, where the next one begins', async (trial) => {
      const stream = embedded(reader.valid, b`${reader.valid}tail`);
      for (const times of [1, 2]) {
        await reads(trial, stream);
        expect(stream.tell(), 'the cursor afterwards').toBe(4 + times * reader.valid.length);
      }
      expect(stream.read(), 'what follows').toEqual(b`tail`);
      expectFreeToGrow(stream);
    });
  } else {
    cases.add(5, 'reads from the cursor to the end and leaves it there', async (trial) => {
      const stream = embedded();
      await reads(trial, stream);
      expect(stream.tell(), 'the cursor afterwards').toBe(stream.size);
      expectFreeToGrow(stream);
    });
  }
  cases.add(5, 'does not change what it reads', async (trial) => {
    const stream = embedded();
    const [bytes, inStream] = [valid(), stream.getvalue()];
    await reads(trial, bytes);
    await reads(trial, stream);
    expect(bytes, 'the array').toEqual(valid());
    expect(stream.getvalue(), 'the stream').toEqual(inStream);
  });
  cases.add(5, 'reads whatever BytesIO.from() takes', async (trial) => {
    for (const [kind, of] of Object.entries(KINDS))
      await step(kind, async () => void (await reads(trial, of(valid()))));
  });

  cases.add(6, 'keeps none of the caller’s memory after it has settled', async (trial) => {
    for (const source of [valid(), Buffer.from(reader.valid), new BytesIO(reader.valid)]) {
      const result = await reads(trial, source);
      scramble([source]);
      await verify(result);
    }
  });
  cases.add(6, 'returns memory that is the caller’s alone', async (trial) => {
    const source = Buffer.from(reader.valid);
    const [one, other] = [await reads(trial, source), await reads(trial, source)];
    for (const each of memory(one))
      if (!(each instanceof Uint8Array)) expect(each.tell(), 'the cursor of a stream').toBe(0);
    expectExclusive(memory(one), memory(other));
  });
  cases.add(
    6,
    'returns no Buffer',
    async (trial) => expectNoBuffer(memory(await reads(trial, Buffer.from(reader.valid)))),
    reader.plainArrays,
  );

  cases.add(7, 'refuses what is no source with a TypeError', async (trial) => {
    for (const wrong of NO_SOURCE) {
      await step(describe(wrong), async () => {
        const error = await trial.error(() => reader.read(wrong as Source, {}));
        expectError(error, { name: 'TypeError', code: 'ERR_MEMIO_TYPE' });
      });
    }
  });
  cases.add(7, 'refuses a closed stream with a ClosedError', async (trial) => {
    const stream = embedded();
    stream.close();
    const error = await trial.error(() => reader.read(stream, {}));
    expectError(error, { name: 'ClosedError', code: 'ERR_MEMIO_CLOSED' });
  });

  cases.add(8, 'reads no more than maxInputBytes, by default 256 MiB, and cancels a longer source', async (trial) => {
    const { length } = reader.valid;
    const tooLong = { name: 'LimitError', code: 'ERR_MEMIO_LIMIT', limit: 'maxInputBytes', allowed: length - 1 };
    await reads(trial, valid(), { maxInputBytes: length });
    await reads(trial, embedded(), { maxInputBytes: length });
    await reads(trial, valid(), { maxInputBytes: Number.POSITIVE_INFINITY });
    expectError(await failsCleanly(trial, reader.valid, { maxInputBytes: length - 1 }), tooLong);
    let sent = 0;
    let cancelled = false;
    /** It ends at last, so that a reader without a limit fails the case and not the process. */
    const endless = (chunk: Bytes) =>
      new ReadableStream<Bytes>({
        pull(controller) {
          sent += chunk.length;
          controller.enqueue(chunk);
          if (sent > 2 ** 20) controller.close();
        },
        cancel() {
          cancelled = true;
        },
      });
    const error = await trial.error(() => reader.read(endless(valid()), { maxInputBytes: length - 1 }));
    expectError(error, tooLong);
    expect(cancelled, 'whether the source was cancelled').toBe(true);
    expect(sent, 'the bytes that were asked for').toBeLessThanOrEqual(4 * length);
    // A claim is enough to be refused, and spares the suite the bytes.
    const claim = { headers: { 'content-length': String(2 ** 28 + 1) } };
    const byDefault = await trial.error(() => reader.read(new Response(endless(valid()), claim), {}));
    expectError(byDefault, { ...tooLong, allowed: 2 ** 28 });
    for (const [wrong, code] of NO_BUDGET) {
      await step(describe(wrong), async () => {
        const error = await failsCleanly(trial, reader.valid, { maxInputBytes: wrong as number });
        expectError(error, { code: expect.stringMatching(code) });
      });
    }
  });

  if (isAbsent(reader.budgets)) cases.add(8, 'has a budget', async () => {}, reader.budgets);
  else for (const [name, budget] of Object.entries(reader.budgets)) addBudget(name, budget);

  function addBudget(name: string, { enough, tooLittle, hostile, lifted }: Budget): void {
    const limitError = { name: 'LimitError', code: 'ERR_MEMIO_LIMIT', limit: name };
    cases.add(
      8,
      `refuses a small file that would go over ${name} by default, and takes little memory for that`,
      async (trial) => {
        const before = process.memoryUsage().arrayBuffers;
        expectError(await failsCleanly(trial, hostile as Uint8Array), limitError);
        const taken = process.memoryUsage().arrayBuffers - before;
        expect(taken, 'bytes of memory that were taken').toBeLessThan(MOST_FOR_HOSTILE);
      },
      hostile,
    );
    cases.add(8, `refuses what goes over the ${name} that the caller set, and reads what just fits`, async (trial) => {
      const error = await failsCleanly(trial, reader.valid, { [name]: tooLittle });
      expectError(error, { ...limitError, allowed: tooLittle });
      await reads(trial, valid(), { [name]: enough });
      await reads(trial, valid(), { [name]: undefined });
    });
    cases.add(
      8,
      `reads without any ${name} when that is Infinity`,
      async (trial) => {
        await reads(trial, valid(), { [name]: Number.POSITIVE_INFINITY });
        const file = Uint8Array.from(hostile as Uint8Array);
        const outcome = await trial.outcome(() => reader.read(file, { [name]: Number.POSITIVE_INFINITY }));
        if ('error' in outcome) {
          if (lifted === 'result') throw new Error(`It failed: ${outcome.error}`, { cause: outcome.error });
          expectError(outcome.error, lifted as object);
        } else if (lifted !== 'result') throw new Error('It gave a result where it has to fail');
      },
      isAbsent(hostile) ? hostile : lifted,
    );
    cases.add(8, `refuses a ${name} that is none`, async (trial) => {
      for (const [wrong, code] of NO_BUDGET) {
        await step(describe(wrong), async () => {
          const error = await failsCleanly(trial, reader.valid, { [name]: wrong });
          expectError(error, { code: expect.stringMatching(code) });
        });
      }
    });
  }

  cases.add(11, 'refuses an option that it does not know, by name', async (trial) => {
    const error = await failsCleanly(trial, reader.valid, { noSuchOption: true });
    expectError(error, { name: 'TypeError', code: 'ERR_MEMIO_TYPE', message: expect.stringContaining('noSuchOption') });
  });

  return cases.list;
}
