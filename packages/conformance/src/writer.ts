import { getEventListeners } from 'node:events';
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { BytesIO, b } from '@memio/core';
import { describe, isStream, type WriteOptions } from '@memio/core/adapter';
import { expect, vi } from 'vitest';
import { type Absent, type Case, Cases, isAbsent } from './case.ts';
import {
  contentOf,
  during,
  expectError,
  expectExclusive,
  expectFreeToGrow,
  expectNoBuffer,
  expectReason,
  type Memory,
  occupied,
  REASONS,
  scramble,
  stateOf,
} from './expectations.ts';
import { step, type Trial } from './trial.ts';

/** What the suite passes on. */
export interface WriterOptions extends WriteOptions {
  deterministic?: boolean;
}

/** Makes something to write, anew with each call. */
export type Make<Input> = () => Input | Promise<Input>;

/** Something that cannot be written. */
export type Fault<Input> =
  | Make<Input>
  | {
      source: Make<Input>;
      /** Of the adapter, where the fault is in them. */
      options?: object;
      /** What the error matches. Default: an `AdapterError`. An instance of `Error` is that very error. */
      error?: object;
    };

/** What the suite has to know of a `write*` function. What the adapter cannot have is `{ absent: 'why' }`. */
export interface Writer<Input> {
  /** The package and its function, as errors name them. */
  adapter: string;
  operation: string;
  write(source: Input, options: WriterOptions): Promise<BytesIO>;
  /** Something of at least a hundred bytes that can be written, anew with each call. */
  sample: Make<Input>;
  /** Throws unless `bytes` are the sample, whole. Reads them with another program than the one that wrote them. */
  verify(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** The arrays and streams that a sample was made of. The suite overwrites them, and puts back what was there. */
  memory: ((source: Input) => readonly Memory[]) | Absent;
  faults: Record<
    /** The host library fails midway. */
    | 'errorMidway'
    /** It stops midway without an error. */
    | 'closesEarly'
    /** It was stopped before. */
    | 'destroyed'
    /** It was used up before; to write it again is fine, too. */
    | 'consumed'
    /** It waits for something that never comes. */
    | 'neverEnds',
    Fault<Input> | Absent
  > &
    /** Further ones, by what is wrong: `'an entry is no text'`. */
    Record<string, Fault<Input> | Absent>;
  /** What the adapter has to complete, or must not complete twice: `'a document that nobody ended'`. All are the sample. */
  completes: Record<string, Make<Input>> | Absent;
  /** What else is no source, besides `undefined`, `null`, numbers and so on: a `TypeError`. */
  wrong: readonly unknown[];
  /** Sizes and the like that are out of range: a `RangeError`. */
  outOfRange: Record<string, Exclude<Fault<Input>, { error: object }>> | Absent;
  /** Whether the same input makes the same bytes, whenever and wherever: always, or with the option of that name. */
  deterministic: 'always' | true | Absent;
}

const FAULTS: Record<string, string> = {
  errorMidway: 'the library fails midway',
  closesEarly: 'the library stops early',
  destroyed: 'the source was destroyed before',
  consumed: 'the source was used before',
  neverEnds: 'the source never ends',
};

const NO_SOURCE: readonly unknown[] = [undefined, null, 5, true, 5n, Symbol('source')];
const NO_STREAM: readonly unknown[] = [null, 5, 'file.bin', {}, [], b`bytes`, new WritableStream()];

/** Each rule of the adapter contract, as cases for one writer. */
export function writerCases<Input>(writer: Writer<Input>): Case[] {
  const cases = new Cases();
  const { adapter, operation, verify } = writer;
  const { memory, deterministic } = writer;
  /** What makes the bytes, and so their number, the same each time. */
  const same: WriterOptions = deterministic === true ? { deterministic } : {};
  const adapterError = { name: 'AdapterError', code: 'ERR_MEMIO_ADAPTER', adapter, operation };

  /** Making a source is bounded too: it may use the adapter. */
  const made = (trial: Trial, make: Make<Input> = writer.sample) => trial.result(async () => make());
  const writes = async (trial: Trial, options: WriterOptions = {}, make: Make<Input> = writer.sample) => {
    const source = await made(trial, make);
    return trial.result(() => writer.write(source, options));
  };
  const fails = async (trial: Trial, options: WriterOptions = {}, make: Make<Input> = writer.sample) => {
    const source = await made(trial, make);
    return trial.error(() => writer.write(source, options));
  };
  /** What a write fails with that must leave the stream as it was, wherever its cursor is. */
  const failsCleanly = async (trial: Trial, options: WriterOptions = {}, make: Make<Input> = writer.sample) => {
    let error: unknown;
    for (const cursor of [4, 0, 10, 12]) {
      const into = occupied(cursor);
      const before = stateOf(into);
      error = await fails(trial, { ...options, into }, make);
      await turn();
      expect(stateOf(into), 'the stream after the failure').toEqual(before);
      expectFreeToGrow(into);
    }
    return error;
  };
  /** Writes the sample at `cursor` into a stream of `size` bytes. */
  const writesAt = async (trial: Trial, cursor: number, size: number) => {
    const into = new BytesIO(new Uint8Array(size).fill(0xaa));
    into.seek(cursor);
    expect(await writes(trial, { into }), 'what it returns').toBe(into);
    const end = into.tell();
    expect(end, 'the cursor afterwards').toBeGreaterThan(cursor);
    const bytes = into.getvalue();
    await verify(bytes.slice(cursor, end));
    const expected = new Uint8Array(Math.max(size, end)).fill(0xaa, 0, size);
    expected.set(bytes.subarray(cursor, end), cursor);
    expect(bytes, 'the whole stream').toEqual(expected);
  };
  const faults = Object.entries(writer.faults).map(([name, given]) => {
    const fault = typeof given === 'function' ? { source: given } : given;
    return { name, title: FAULTS[name] ?? name, fault };
  });
  const failing = faults.flatMap(({ name, title, fault }) =>
    isAbsent(fault) || name === 'neverEnds' || name === 'consumed' ? [] : [{ title, ...fault }],
  );

  cases.add(1, 'writes at the cursor in the middle of a stream and keeps what lies around it', async (trial) => {
    const { length } = (await writes(trial)).getvalue();
    await writesAt(trial, 7, 2 * length + 100);
  });
  cases.add(1, 'writes over the end of a stream', (trial) => writesAt(trial, 7, 10));
  cases.add(1, 'writes at the end of a stream', (trial) => writesAt(trial, 10, 10));
  cases.add(1, 'writes behind the end of a stream and fills the gap with zeros', (trial) => writesAt(trial, 15, 10));
  cases.add(1, 'writes one behind the other into one stream', async (trial) => {
    const into = new BytesIO();
    const ends = [0];
    for (let times = 0; times < 3; times++) ends.push((await writes(trial, { into })).tell());
    for (const [index, end] of ends.slice(1).entries()) await verify(into.getvalue().slice(ends[index], end));
    expect(into.size, 'the size').toBe(ends.at(-1));
  });
  cases.add(1, 'returns a new stream that is ready to read from 0, without `into`', async (trial) => {
    const stream = await writes(trial);
    if (!isStream(stream)) throw new Error(`It returned ${Object.prototype.toString.call(stream)}, not a BytesIO`);
    expect(stream.tell(), 'the cursor').toBe(0);
    const bytes = stream.read();
    expectNoBuffer([bytes]);
    await verify(bytes);
  });

  for (const { title, source, options } of failing) {
    cases.add(2, `leaves \`into\` as it was when ${title}`, async (trial) => {
      await failsCleanly(trial, options, source);
    });
  }
  cases.add(2, 'writes everything in one step, and until then leaves `into` as it is', async (trial) => {
    const into = occupied();
    const before = stateOf(into);
    const seen: unknown[] = [];
    const look = () => seen.push(stateOf(into));
    await during(writes(trial, { into, onProgress: look }), look);
    const after = stateOf(into);
    for (const state of seen) expect([before, after], 'the states of the stream meanwhile').toContainEqual(state);
    expect(seen, 'the states of the stream meanwhile').toContainEqual(before);
  });
  cases.add(2, 'refuses a closed `into` before any work is done', async (trial) => {
    const into = occupied();
    into.close();
    const onProgress = vi.fn();
    expectError(await fails(trial, { into, onProgress }), { name: 'ClosedError', code: 'ERR_MEMIO_CLOSED' });
    expect(onProgress, 'onProgress').not.toHaveBeenCalled();
  });
  cases.add(2, 'refuses an `into` that is closed midway', async (trial) => {
    const source = await made(trial);
    const into = occupied();
    const error = trial.error(() => {
      const work = writer.write(source, { into });
      into.close();
      return work;
    });
    expectError(await error, { name: 'ClosedError', code: 'ERR_MEMIO_CLOSED' });
  });
  cases.add(
    2,
    'refuses an `into` that has to grow while a view on it is out, and leaves it as it was',
    async (trial) => {
      const into = occupied();
      const before = stateOf(into);
      const view = into.getbuffer();
      expectError(await fails(trial, { into }), { name: 'BufferError', code: 'ERR_MEMIO_BUFFER' });
      expect(stateOf(into), 'the stream').toEqual(before);
      view.release();
      expectFreeToGrow(into);
    },
  );
  cases.add(2, 'leaves `into` as it was when onProgress throws, and rejects with that error', async (trial) => {
    const own = new Error('no terminal');
    const onProgress = vi.fn(() => {
      throw own;
    });
    expect(await failsCleanly(trial, { onProgress }), 'the error').toBe(own);
    expect(onProgress, 'onProgress, once in each of four attempts').toHaveBeenCalledTimes(4);
  });

  cases.add(2, 'leaves `into` as it was when onProgress rejects, and rejects with that error', async (trial) => {
    const own = new Error('no terminal');
    const onProgress = () => Promise.reject(own) as never;
    expect(await failsCleanly(trial, { onProgress }), 'the error').toBe(own);
  });

  for (const { name, title, fault } of faults) {
    if (name === 'neverEnds') continue;
    cases.add(
      3,
      name === 'consumed' ? `settles with a result or a typed error when ${title}` : `fails when ${title}`,
      async (trial) => {
        const { source, options, error } = fault as Exclude<typeof fault, Absent>;
        const input = await made(trial, source);
        const outcome = await trial.outcome(() => writer.write(input, { ...options }));
        if ('error' in outcome) expectError(outcome.error, error ?? adapterError);
        else if (name === 'consumed') await verify(outcome.result.getvalue());
        else throw new Error('It gave a result where it has to fail');
      },
      fault,
    );
  }
  cases.add(3, 'rejects with the reason of a signal that was aborted before, and does nothing', async (trial) => {
    for (const reason of REASONS) {
      const signal = AbortSignal.abort(reason);
      const onProgress = vi.fn();
      expectReason(await failsCleanly(trial, { signal, onProgress }), signal);
      expect(onProgress, 'onProgress').not.toHaveBeenCalled();
    }
  });
  cases.add(3, 'rejects with the reason of a signal that is aborted while it works', async (trial) => {
    for (const reason of REASONS) {
      const { into, signal, error } = await abortedAtOnce(trial, reason);
      expectReason(error, signal);
      await wait(1);
      expect(stateOf(into), 'the stream').toEqual(stateOf(occupied()));
    }
  });
  cases.add(3, 'rejects with the reason of a signal that is aborted from onProgress', async (trial) => {
    const controller = new AbortController();
    const onProgress = vi.fn(() => controller.abort(REASONS[0]));
    expectReason(await fails(trial, { signal: controller.signal, onProgress }), controller.signal);
    await wait(2);
    expect(onProgress, 'onProgress').toHaveBeenCalledTimes(1);
  });
  cases.add(
    3,
    'rejects with the reason of the signal when the source never ends',
    async (trial) => {
      const fault = writer.faults.neverEnds as Exclude<Fault<Input>, Absent>;
      const { source, options } = typeof fault === 'function' ? { source: fault } : fault;
      const controller = new AbortController();
      const { signal } = controller;
      setTimeout(() => controller.abort(REASONS[0]), 3);
      const into = occupied();
      expectReason(await fails(trial, { ...options, into, signal }, source), signal);
      expect(stateOf(into), 'the stream').toEqual(stateOf(occupied()));
    },
    writer.faults.neverEnds,
  );
  cases.add(
    3,
    'stands by its result when the signal is aborted afterwards, and has let go of the signal',
    async (trial) => {
      const controller = new AbortController();
      const stream = await writes(trial, { signal: controller.signal });
      expect(getEventListeners(controller.signal, 'abort'), 'listeners on the signal').toEqual([]);
      controller.abort(REASONS[0]);
      await wait(1);
      await verify(stream.getvalue());
    },
  );
  cases.add(3, 'lets go of the signal when it fails', async (trial) => {
    const { signal } = new AbortController();
    const own = new Error('no terminal');
    const onProgress = () => {
      throw own;
    };
    await fails(trial, { signal, onProgress });
    expect(getEventListeners(signal, 'abort'), 'listeners on the signal').toEqual([]);
  });
  cases.add(
    3,
    'tells its progress, rising to the number of bytes, and is silent once it has settled',
    async (trial) => {
      const told: number[] = [];
      const stream = await writes(trial, { onProgress: (written) => told.push(written) });
      const calls = told.length;
      expect(told, 'what was told').toEqual([...told].sort((one, other) => one - other));
      expect(told.at(-1), 'what was told last').toBe(stream.size);
      await wait(2);
      expect(told.length, 'calls, those after it had settled included').toBe(calls);
    },
  );
  cases.add(3, 'settles for each of many at once', async (trial) => {
    const streams = await Promise.all(Array.from({ length: 8 }, () => writes(trial)));
    for (const stream of streams) await verify(stream.getvalue());
  });

  if (isAbsent(writer.completes)) cases.add(4, 'completes the source', async () => {}, writer.completes);
  else {
    for (const [name, make] of Object.entries(writer.completes)) {
      cases.add(4, `completes ${name}`, async (trial) => {
        await verify((await writes(trial, {}, make)).getvalue());
      });
    }
  }

  const memoryOf = (source: Input) => (isAbsent(memory) ? [] : memory(source));
  const abortedAtOnce = async (trial: Trial, reason: unknown) => {
    const source = await made(trial);
    const controller = new AbortController();
    const { signal } = controller;
    const into = occupied();
    const error = await trial.error(() => {
      const work = writer.write(source, { into, signal });
      controller.abort(reason);
      return work;
    });
    return { source, into, signal, error };
  };
  cases.add(
    6,
    'keeps none of the caller’s memory after it has settled',
    async (trial) => {
      const source = await made(trial);
      const stream = await trial.result(() => writer.write(source, {}));
      const restore = scramble(memoryOf(source));
      try {
        await wait(1);
        await verify(stream.getvalue());
      } finally {
        restore();
      }
    },
    memory,
  );
  cases.add(
    6,
    'keeps none of the caller’s memory after it was aborted',
    async (trial) => {
      const { source } = await abortedAtOnce(trial, REASONS[0]);
      scramble(memoryOf(source))();
    },
    memory,
  );
  cases.add(
    6,
    'does not change the caller’s memory',
    async (trial) => {
      const source = await made(trial);
      const before = contentOf(memoryOf(source));
      await trial.result(() => writer.write(source, {}));
      expect(contentOf(memoryOf(source)), 'the memory of the source').toEqual(before);
    },
    memory,
  );
  cases.add(6, 'returns memory that is the caller’s alone', async (trial) => {
    expectExclusive([await writes(trial)], [await writes(trial)]);
  });

  cases.add(7, 'refuses what is no source with a TypeError', async (trial) => {
    for (const wrong of [...NO_SOURCE, ...writer.wrong]) {
      await step(describe(wrong), async () => {
        const error = await failsCleanly(trial, {}, () => wrong as Input);
        expectError(error, { name: 'TypeError', code: 'ERR_MEMIO_TYPE' });
      });
    }
  });
  cases.add(7, 'refuses what is no stream as `into` with a TypeError', async (trial) => {
    for (const into of NO_STREAM) {
      const error = await fails(trial, { into: into as BytesIO });
      expectError(error, { name: 'TypeError', code: 'ERR_MEMIO_TYPE' });
    }
  });
  if (isAbsent(writer.outOfRange)) cases.add(7, 'refuses sizes out of range', async () => {}, writer.outOfRange);
  else {
    for (const [name, given] of Object.entries(writer.outOfRange)) {
      const { source, options } = typeof given === 'function' ? { source: given } : given;
      cases.add(7, `refuses with a RangeError ${name}`, async (trial) => {
        const error = await failsCleanly(trial, options, source);
        expectError(error, { name: 'RangeError', code: 'ERR_MEMIO_RANGE' });
      });
    }
  }

  cases.add(8, 'stays within the maxBytes of `into`, and uses them to the last one', async (trial) => {
    const size = 4 + (await writes(trial, same)).size;
    const limited = (maxBytes: number) => {
      const into = new BytesIO(b`0123456789`, { maxBytes });
      into.seek(4);
      return into;
    };
    const into = limited(size - 1);
    const error = await fails(trial, { ...same, into });
    expectError(error, { name: 'LimitError', code: 'ERR_MEMIO_LIMIT', limit: 'maxBytes', allowed: size - 1 });
    expect(stateOf(into), 'the stream').toEqual(stateOf(occupied()));
    await verify((await writes(trial, { ...same, into: limited(size) })).getvalue().slice(4));
  });

  cases.add(
    9,
    `makes the same bytes again, at another time and in another time zone${deterministic === true ? ', with deterministic: true' : ''}`,
    async (trial) => {
      const made: Uint8Array[] = [];
      const zone = process.env['TZ'];
      try {
        for (const [now, there] of MOMENTS) {
          vi.useFakeTimers({ toFake: ['Date'], now });
          process.env['TZ'] = there;
          made.push((await writes(trial, same)).getvalue());
        }
      } finally {
        vi.useRealTimers();
        if (zone === undefined) delete process.env['TZ'];
        else process.env['TZ'] = zone;
      }
      for (const bytes of made) await verify(bytes as Uint8Array<ArrayBuffer>);
      for (const again of made.slice(1)) expect(again, 'the bytes the second time').toEqual(made[0]);
    },
    deterministic,
  );

  cases.add(11, 'refuses an option that it does not know, by name', async (trial) => {
    const error = await failsCleanly(trial, { noSuchOption: true } as WriterOptions);
    expectError(error, { name: 'TypeError', code: 'ERR_MEMIO_TYPE', message: expect.stringContaining('noSuchOption') });
  });

  return cases.list;
}

const MOMENTS: readonly (readonly [now: number, zone: string])[] = [
  [Date.UTC(2024, 1, 29, 23, 59, 58), 'Pacific/Honolulu'],
  [Date.UTC(2026, 6, 15, 12, 0, 0), 'Pacific/Honolulu'],
  [Date.UTC(2026, 6, 15, 12, 0, 0), 'Asia/Kolkata'],
];
