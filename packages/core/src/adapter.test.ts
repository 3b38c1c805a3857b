import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import {
  AdapterError,
  abortable,
  adapterError,
  type ChunkSink,
  holdContent,
  isStream,
  readBytes,
  writeChunks,
} from './adapter.ts';
import { BytesIO, b, ClosedError, type Source, UnsupportedOperation } from './index.ts';

const of = { adapter: '@memio/host', operation: 'writeHost' };

/** A promise that its test settles. */
function deferred<Value>() {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

describe('writeChunks()', () => {
  const writing =
    (...chunks: Uint8Array[]) =>
    (sink: ChunkSink) => {
      for (const chunk of chunks) sink.push(chunk);
      sink.end();
      return () => {};
    };

  it('gives a new stream with its cursor at 0', async () => {
    const io = await writeChunks(of, {}, writing(b`ab`, b``, b`c`));
    expect(io).toBeInstanceOf(BytesIO);
    expect(io.getvalue()).toEqual(b`abc`);
    expect(io.tell()).toBe(0);
  });

  it('gives an empty stream when there are no chunks', async () => {
    expect((await writeChunks(of, {}, writing())).size).toBe(0);
  });

  it('writes into a stream at its cursor, and leaves the cursor behind the last byte', async () => {
    const into = new BytesIO(b`........`);
    into.seek(2);
    expect(await writeChunks(of, { into }, writing(b`ab`, b`c`))).toBe(into);
    expect(into.getvalue()).toEqual(b`..abc...`);
    expect(into.tell()).toBe(5);
  });

  it('writes nothing before the end', async () => {
    const into = new BytesIO(b`old`);
    const started = deferred<ChunkSink>();
    const result = writeChunks(of, { into }, (sink) => {
      started.resolve(sink);
      return () => {};
    });
    const sink = await started.promise;
    sink.push(b`new!`);
    expect(into.getvalue()).toEqual(b`old`);
    sink.end();
    await result;
    expect(into.getvalue()).toEqual(b`new!`);
  });

  it('takes chunks of every kind, by their bytes', async () => {
    const chunks = [Buffer.from('ab'), Uint16Array.of(0x6363), new DataView(b`xd`.buffer, 1), b`e`.buffer];
    const io = await writeChunks(of, {}, (sink) => {
      for (const chunk of chunks) sink.push(chunk);
      sink.end();
      return () => {};
    });
    expect(io.getvalue()).toEqual(b`abccde`);
  });

  it('tells how much was made', async () => {
    const onProgress = vi.fn();
    await writeChunks(of, { onProgress }, writing(b`ab`, b``, b`c`));
    expect(onProgress.mock.calls).toEqual([[2], [2], [3]]);
  });

  it('does not call what stops the library when it has ended, and ignores what comes then', async () => {
    const stop = vi.fn();
    const controller = new AbortController();
    const io = await writeChunks(of, { signal: controller.signal }, (sink) => {
      sink.push(b`ab`);
      sink.end();
      sink.push(b`cd`);
      sink.fail(new Error('too late'));
      sink.reject(new Error('too late'));
      sink.end();
      return stop;
    });
    expect(io.getvalue()).toEqual(b`ab`);
    controller.abort();
    expect(stop).not.toHaveBeenCalled();
  });

  type Failing = (sink: ChunkSink) => void;
  const failures: [string, Failing, object][] = [
    [
      'the library fails',
      (sink) => sink.fail(new Error('no font')),
      {
        name: 'AdapterError',
        code: 'ERR_MEMIO_ADAPTER',
        message: 'writeHost failed: no font',
        adapter: '@memio/host',
        operation: 'writeHost',
        cause: { message: 'no font' },
      },
    ],
    [
      'the library fails with a string',
      (sink) => sink.fail('oops'),
      { message: 'writeHost failed: oops', cause: 'oops' },
    ],
    ['the caller’s code fails', (sink) => sink.reject(new RangeError('mine')), { name: 'RangeError', message: 'mine' }],
    [
      'the library gives text',
      (sink) => sink.push('text'),
      {
        name: 'AdapterError',
        code: 'ERR_MEMIO_ADAPTER',
        message: expect.stringMatching(/^writeHost failed: .*string "text"/),
      },
    ],
    ['memio fails', (sink) => sink.fail(new ClosedError('closed')), { code: 'ERR_MEMIO_CLOSED', message: 'closed' }],
  ];

  it.each(failures)(
    'when %s at once, rejects, stops the library and leaves the stream as it was',
    async (_, fail, error) => {
      const into = new BytesIO(b`old`);
      into.seek(1);
      const stop = vi.fn();
      await expect(
        writeChunks(of, { into }, (sink) => {
          sink.push(b`new`);
          fail(sink);
          sink.push(b`more`);
          sink.end();
          return stop;
        }),
      ).rejects.toMatchObject(error);
      expect(stop).toHaveBeenCalledTimes(1);
      expect(into.getvalue()).toEqual(b`old`);
      expect(into.tell()).toBe(1);
    },
  );

  it.each(failures)(
    'when %s later, rejects, stops the library and leaves the stream as it was',
    async (_, fail, error) => {
      const into = new BytesIO(b`old`);
      const stop = vi.fn();
      const onProgress = vi.fn();
      await expect(
        writeChunks(of, { into, onProgress }, (sink) => {
          sink.push(b`new`);
          setTimeout(() => {
            fail(sink);
            sink.fail(new Error('once more'));
            sink.push(b`more`);
            sink.end();
          });
          return stop;
        }),
      ).rejects.toMatchObject(error);
      expect(stop).toHaveBeenCalledTimes(1);
      expect(onProgress).toHaveBeenCalledTimes(1);
      expect(into.getvalue()).toEqual(b`old`);
    },
  );

  it('rejects when the library does not even start', async () => {
    const result = writeChunks(of, {}, () => {
      throw new Error('no library');
    });
    await expect(result).rejects.toBeInstanceOf(AdapterError);
    await expect(result).rejects.toMatchObject({ message: 'writeHost failed: no library' });
  });

  it('rejects with what onProgress threw, and stops the library', async () => {
    const failure = new Error('no screen');
    const stop = vi.fn();
    const onProgress = () => {
      throw failure;
    };
    const result = writeChunks(of, { onProgress }, (sink) => {
      setTimeout(() => sink.push(b`ab`));
      return stop;
    });
    await expect(result).rejects.toBe(failure);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('rejects with the reason of an abort, and stops the library', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const stop = vi.fn();
    const into = new BytesIO(b`old`);
    const result = writeChunks(of, { into, signal: controller.signal }, (sink) => {
      sink.push(b`new`);
      setTimeout(() => controller.abort(reason));
      return stop;
    });
    await expect(result).rejects.toBe(reason);
    expect(stop).toHaveBeenCalledTimes(1);
    expect(into.getvalue()).toEqual(b`old`);
  });

  it('rejects when the stream was closed meanwhile', async () => {
    const into = new BytesIO(b`old`);
    const result = writeChunks(of, { into }, (sink) => {
      sink.push(b`new`);
      setTimeout(() => {
        into.close();
        sink.end();
      });
      return () => {};
    });
    await expect(result).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });

  it('stops the library when the stream takes no more, and hears of nothing that comes then', async () => {
    class Full extends BytesIO {
      override async writeFrom(source: AsyncIterable<Uint8Array>): Promise<number> {
        for await (const chunk of source) throw new Error(`The disk is full: ${chunk.length} bytes`);
        return 0;
      }
    }
    const stop = vi.fn();
    const onProgress = vi.fn();
    let host!: ChunkSink;
    const result = writeChunks(of, { into: new Full(), onProgress }, (sink) => {
      host = sink;
      sink.push(b`new`);
      return stop;
    });
    await expect(result).rejects.toThrow('The disk is full: 3 bytes');
    expect(stop).toHaveBeenCalledTimes(1);
    host.push(b`more`);
    host.fail(new Error('too late'));
    expect(onProgress).toHaveBeenCalledTimes(1);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it.each<[string, (sink: ChunkSink) => void]>([
    ['ended', (sink) => sink.end()],
    ['failed', (sink) => sink.fail(new Error('no font'))],
  ])('listens to the signal no longer when the library has %s', async (_, settle) => {
    const { signal } = new AbortController();
    await writeChunks(of, { signal }, (sink) => {
      expect(getEventListeners(signal, 'abort').length).toBe(1);
      settle(sink);
      return () => {};
    }).catch(() => {});
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('does not start when it was aborted before', async () => {
    const start = vi.fn();
    const reason = new Error('enough');
    await expect(writeChunks(of, { signal: AbortSignal.abort(reason) }, start)).rejects.toBe(reason);
    expect(start).not.toHaveBeenCalled();
  });

  it('does not start when it cannot write', async () => {
    const start = vi.fn();
    const closed = new BytesIO();
    closed.close();
    await expect(writeChunks(of, { into: closed }, start)).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
    for (const into of [null, {}, b``, 'text']) {
      await expect(writeChunks(of, { into: into as never }, start)).rejects.toMatchObject({
        name: 'TypeError',
        code: 'ERR_MEMIO_TYPE',
        message: expect.stringMatching(/^Cannot write into .*: expected a BytesIO$/),
      });
    }
    expect(start).not.toHaveBeenCalled();
  });

  it.each<[string, () => BytesIO, string]>([
    ['it is too small', () => new BytesIO(b`old`, { maxBytes: 4 }), 'ERR_MEMIO_LIMIT'],
    [
      'a view is out',
      () => {
        const into = new BytesIO(b`old`);
        into.getbuffer();
        return into;
      },
      'ERR_MEMIO_BUFFER',
    ],
  ])('writes all or nothing: %s', async (_, make, code) => {
    const into = make();
    into.seek(1);
    await expect(writeChunks(of, { into }, writing(b`ab`, b`cd`))).rejects.toMatchObject({ code });
    expect(into.getvalue()).toEqual(b`old`);
    expect(into.tell()).toBe(1);
  });
});

describe('readBytes()', () => {
  it('gives the bytes of a stream from its cursor on, without a copy, and moves the cursor behind them', async () => {
    const io = new BytesIO(b`onetwo`);
    io.seek(3);
    const result = await readBytes(of, io, {}, (bytes) => {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes).toEqual(b`two`);
      bytes[0] = 0x21;
      expect(() => io.write(b`longer`)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
      return 'result';
    });
    expect(result).toBe('result');
    expect(io.getvalue()).toEqual(b`one!wo`);
    expect(io.tell()).toBe(6);
    io.close();
  });

  it('moves the cursor behind what was consumed', async () => {
    const io = new BytesIO(b`onetwothree`);
    io.seek(3);
    await readBytes(of, io, {}, (_, consumed) => consumed(3));
    expect(io.tell()).toBe(6);
    await readBytes(of, io, {}, (_, consumed) => consumed(0));
    expect(io.tell()).toBe(6);
  });

  it('gives nothing behind the end, and leaves the cursor there', async () => {
    const io = new BytesIO(b`one`);
    io.seek(9);
    expect(await readBytes(of, io, {}, (bytes) => bytes.length)).toBe(0);
    expect(io.tell()).toBe(9);
  });

  it.each<[string, () => Source]>([
    ['bytes', () => b`abc`],
    ['a Blob', () => new Blob(['abc'])],
    ['a Response', () => new Response('abc')],
    ['chunks', () => [b`a`, b`bc`]],
  ])('gives everything that %s yields', async (_, make) => {
    expect(await readBytes(of, make(), {}, (bytes) => bytes.slice())).toEqual(b`abc`);
  });

  describe('with maxInputBytes', () => {
    const overrun = { code: 'ERR_MEMIO_LIMIT', limit: 'maxInputBytes', allowed: 3 };

    it('reads a source of just as many bytes, and not one of more, which it cancels', async () => {
      let cancelled = false;
      const endless = () =>
        new ReadableStream({
          pull: (controller) => controller.enqueue(b`ab`),
          cancel() {
            cancelled = true;
          },
        });
      expect(await readBytes(of, b`abc`, { maxInputBytes: 3 }, (bytes) => bytes.length)).toBe(3);
      for (const source of [b`abcd`, new Blob(['abcd']), [b`ab`, b`cd`], endless()])
        await expect(readBytes(of, source, { maxInputBytes: 3 }, () => 0)).rejects.toMatchObject(overrun);
      expect(cancelled).toBe(true);
    });

    it('counts the bytes behind the cursor of a stream, and leaves the cursor', async () => {
      const io = new BytesIO(b`head, then abc`);
      io.seek(11);
      expect(await readBytes(of, io, { maxInputBytes: 3 }, (bytes) => bytes.length)).toBe(3);
      io.seek(10);
      await expect(readBytes(of, io, { maxInputBytes: 3 }, () => 0)).rejects.toMatchObject({
        ...overrun,
        message: 'writeHost reads 3 bytes at most, and the input is longer: raise maxInputBytes',
      });
      expect(io.tell()).toBe(10);
      io.close();
    });

    it('is 256 MiB by default, and no limit when it is Infinity', async () => {
      // A stream of that size would take the memory.
      class Huge extends BytesIO {
        override get size() {
          return 2 ** 28 + 1;
        }
      }
      const source = new Huge(b`abc`);
      await expect(readBytes(of, source, {}, () => 0)).rejects.toMatchObject({ allowed: 268_435_456 });
      expect(await readBytes(of, source, { maxInputBytes: Number.POSITIVE_INFINITY }, () => 5)).toBe(5);
    });

    it.each<[unknown, string]>([
      [-1, 'ERR_MEMIO_RANGE'],
      [1.5, 'ERR_MEMIO_TYPE'],
      ['5', 'ERR_MEMIO_TYPE'],
      [null, 'ERR_MEMIO_TYPE'],
    ])('refuses %j as one', async (maxInputBytes, code) => {
      await expect(readBytes(of, b`abc`, { maxInputBytes } as object, () => 0)).rejects.toMatchObject({ code });
    });
  });

  it.each<[string, () => never, object]>([
    [
      'throws',
      () => {
        throw new Error('bad CRC');
      },
      { name: 'AdapterError', message: 'writeHost failed: bad CRC', cause: { message: 'bad CRC' } },
    ],
    [
      'throws an error of memio',
      () => {
        throw new ClosedError('closed');
      },
      { name: 'ClosedError', message: 'closed' },
    ],
    [
      'throws a string',
      () => {
        throw 'oops';
      },
      { name: 'AdapterError', message: 'writeHost failed: oops', cause: 'oops' },
    ],
  ])('leaves the cursor and gives the view back when the library %s', async (_, use, error) => {
    for (const late of [false, true]) {
      const io = new BytesIO(b`abc`);
      io.seek(1);
      const failing = late ? async () => use() : use;
      await expect(readBytes(of, io, {}, failing)).rejects.toMatchObject(error);
      expect(io.tell()).toBe(1);
      io.close();
    }
  });

  it('rejects with the reason of an abort, as it is', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const io = new BytesIO(b`abc`);
    const result = readBytes(of, io, { signal: controller.signal }, async () => {
      controller.abort(reason);
      throw reason;
    });
    await expect(result).rejects.toBe(reason);
    const other = readBytes(of, io, {}, async () => {
      throw reason;
    });
    await expect(other).rejects.toBeInstanceOf(AdapterError);
  });

  it('wraps what the library threw for another reason, aborted or not', async () => {
    const result = readBytes(of, b`abc`, { signal: new AbortController().signal }, () => {
      throw new Error('bad CRC');
    });
    await expect(result).rejects.toBeInstanceOf(AdapterError);
    const controller = new AbortController();
    const aborted = readBytes(of, b`abc`, { signal: controller.signal }, () => {
      controller.abort(new Error('enough'));
      throw new Error('bad CRC');
    });
    await expect(aborted).rejects.toMatchObject({ name: 'AdapterError', cause: { message: 'bad CRC' } });
  });

  it('does not read when it was aborted before', async () => {
    const use = vi.fn();
    const reason = new Error('enough');
    await expect(readBytes(of, b`abc`, { signal: AbortSignal.abort(reason) }, use)).rejects.toBe(reason);
    expect(use).not.toHaveBeenCalled();
  });

  it('rejects with the reason when it is aborted while the source is read', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const use = vi.fn();
    const source = async function* () {
      yield b`ab`;
      controller.abort(reason);
      await new Promise(() => {});
    };
    await expect(readBytes(of, source(), { signal: controller.signal }, use)).rejects.toBe(reason);
    expect(use).not.toHaveBeenCalled();
  });

  it('rejects with the error of the source', async () => {
    const source = function* () {
      yield b`ab`;
      throw new Error('disk on fire');
    };
    await expect(readBytes(of, source(), {}, () => {})).rejects.toMatchObject({ code: 'ERR_MEMIO_SOURCE' });
    await expect(readBytes(of, 'text' as never, {}, () => {})).rejects.toMatchObject({ code: 'ERR_MEMIO_TYPE' });
  });

  it('refuses a closed stream', async () => {
    const closed = new BytesIO();
    closed.close();
    await expect(readBytes(of, closed, {}, () => {})).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });
});

describe('holdContent()', () => {
  it.each<[string, () => Source | string, Uint8Array]>([
    ['a string, as UTF-8', () => 'é', b`\xc3\xa9`],
    ['an empty string', () => '', b``],
    ['bytes', () => b`abc`, b`abc`],
    ['a DataView', () => new DataView(b`.abc`.buffer, 1), b`abc`],
    ['a Blob', () => new Blob(['abc']), b`abc`],
    ['chunks', () => [b`ab`, b`c`], b`abc`],
    [
      'a stream, whatever its cursor',
      () => {
        const io = new BytesIO(b`abc`);
        io.seek(2);
        return io;
      },
      b`abc`,
    ],
  ])('holds %s', async (_, make, bytes) => {
    const held = await holdContent(make());
    expect(new Uint8Array(held.bytes)).toEqual(bytes);
    held.release();
    held.release();
  });

  it('does not copy memory', async () => {
    const bytes = b`..abc..`.subarray(2, 5);
    const held = await holdContent(bytes);
    expect(held.bytes).toEqual(b`abc`);
    expect(held.bytes.buffer).toBe(bytes.buffer);
  });

  it('holds a stream until it is released, and leaves its cursor', async () => {
    const io = new BytesIO(b`abc`);
    io.seek(2);
    const held = await holdContent(io);
    expect(io.tell()).toBe(2);
    expect(() => io.close()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    held.release();
    io.close();
  });

  it('does not depend on methods that a subclass overrides', async () => {
    class Guarded extends BytesIO {
      override getbuffer(): never {
        throw new UnsupportedOperation('No views');
      }
    }
    const io = new Guarded(b`abc`);
    const held = await holdContent(io);
    expect(held.bytes).toEqual(b`abc`);
    held.release();
    io.close();
  });

  it('holds a stream of a version that lends its memory by getbuffer() only', async () => {
    const io = new BytesIO(b`abc`);
    const earlier = { getbuffer: () => io.getbuffer(), readinto() {}, read() {}, tell: () => io.tell() };
    const held = await holdContent(earlier as never);
    expect(held.bytes).toEqual(b`abc`);
    expect(() => io.close()).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_BUFFER' }));
    held.release();
    held.release();
    io.close();
  });

  it('rejects when a stream is closed', async () => {
    const io = new BytesIO(b`abc`);
    io.close();
    await expect(holdContent(io)).rejects.toMatchObject({ code: 'ERR_MEMIO_CLOSED' });
  });

  it.each([{}, new AbortController(), null])('refuses %o as a signal', async (signal) => {
    await expect(holdContent('text', { signal } as object)).rejects.toMatchObject({ code: 'ERR_MEMIO_TYPE' });
  });

  it('rejects with the reason of an abort', async () => {
    const reason = new Error('enough');
    await expect(holdContent('text', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const source = async function* () {
      yield b`ab`;
      controller.abort(reason);
      await new Promise(() => {});
    };
    await expect(holdContent(source(), { signal: controller.signal })).rejects.toBe(reason);
  });

  it('rejects what is no content', async () => {
    await expect(holdContent(undefined as never)).rejects.toMatchObject({ code: 'ERR_MEMIO_TYPE' });
  });
});

describe('abortable()', () => {
  it('gives the work itself without a signal', () => {
    const work = Promise.resolve(1);
    expect(abortable(work, undefined)).toBe(work);
  });

  it('settles as the work does, and listens to the signal no longer', async () => {
    const { signal } = new AbortController();
    const stop = vi.fn();
    expect(await abortable(Promise.resolve(1), signal, stop)).toBe(1);
    await expect(abortable(Promise.reject(new Error('no')), signal, stop)).rejects.toThrow('no');
    await vi.waitFor(() => expect(getEventListeners(signal, 'abort')).toEqual([]));
    expect(stop).not.toHaveBeenCalled();
  });

  it('rejects with the reason of an abort, stops the work and does not wait for it', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const stop = vi.fn();
    const result = abortable(new Promise(() => {}), controller.signal, stop);
    controller.abort(reason);
    await expect(result).rejects.toBe(reason);
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('needs nothing that stops the work', async () => {
    const controller = new AbortController();
    const result = abortable(new Promise(() => {}), controller.signal);
    controller.abort(new Error('enough'));
    await expect(result).rejects.toThrow('enough');
  });

  it('rejects at once when it was aborted before, whatever becomes of the work', async () => {
    const reason = new Error('enough');
    const stop = vi.fn();
    const work = deferred<number>();
    const result = abortable(work.promise, AbortSignal.abort(reason), stop);
    await expect(result).rejects.toBe(reason);
    work.reject(new Error('late'));
    await expect(abortable(Promise.resolve(1), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(stop).toHaveBeenCalledTimes(1);
  });
});

describe('adapterError()', () => {
  it('wraps what a library threw, and lets through what is memio’s', () => {
    const cause = new Error('no font');
    expect(adapterError(of, cause)).toMatchObject({ ...of, message: 'writeHost failed: no font', cause });
    expect(adapterError(of, undefined)).toMatchObject({ message: 'writeHost failed: undefined' });
    const ours = new ClosedError('closed');
    expect(adapterError(of, ours)).toBe(ours);
  });
});

describe('isStream()', () => {
  it.each<[string, unknown, boolean]>([
    ['a BytesIO', new BytesIO(), true],
    ['a stream of a subclass', new (class extends BytesIO {})(), true],
    ['what has its methods', { getbuffer() {}, readinto() {} }, true],
    ['bytes', b`abc`, false],
    ['a Blob', new Blob(), false],
    ['an object', {}, false],
    ['half of its methods', { getbuffer() {} }, false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a string', 'text', false],
  ])('tells for %s', (_, value, is) => {
    expect(isStream(value)).toBe(is);
  });
});
