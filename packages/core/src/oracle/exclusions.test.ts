import { describe, expect, it } from 'vitest';
import { BytesIO } from '../bytes-io.ts';

const LAST = Number.MAX_SAFE_INTEGER;
const typeError = expect.objectContaining({ name: 'TypeError', code: 'ERR_MEMIO_TYPE' });
const rangeError = expect.objectContaining({ name: 'RangeError', code: 'ERR_MEMIO_RANGE' });

/** What operations.ts keeps out of the comparison with CPython. */
describe('where BytesIO differs from CPython by design', () => {
  const notSizes: [string, unknown][] = [
    ['true', true],
    ['false', false],
    ['1n', 1n],
  ];
  const notSafe: [string, number][] = [
    ['2 ** 53', LAST + 1],
    ['-(2 ** 53)', -LAST - 1],
    ['1e300', 1e300],
  ];
  const takesSize: [string, (value: never) => unknown][] = [
    ['read()', (value) => new BytesIO().read(value)],
    ['read1()', (value) => new BytesIO().read1(value)],
    ['peek()', (value) => new BytesIO().peek(value)],
    ['readline()', (value) => new BytesIO().readline(value)],
    ['readlines()', (value) => new BytesIO().readlines(value)],
    ['truncate()', (value) => new BytesIO().truncate(value)],
    ['seek()', (value) => new BytesIO().seek(value)],
    ['seek() for whence', (value) => new BytesIO().seek(0, value)],
  ];
  for (const [method, call] of takesSize) {
    it.each(notSizes)(`${method} refuses %s with a TypeError, an integer in Python`, (_name, value) => {
      expect(() => call(value as never)).toThrow(typeError);
    });

    it.each(notSafe)(
      `${method} refuses %s with a RangeError, an integer in Python up to sys.maxsize`,
      (_name, value) => {
        expect(() => call(value as never)).toThrow(rangeError);
      },
    );
  }

  it('a float with an integral value is an integer, a TypeError in Python', () => {
    expect(new BytesIO(Uint8Array.of(1, 2)).read(1.0)).toEqual(Uint8Array.of(1));
  });

  it('undefined leaves out an argument whose default is not None, None is a TypeError in Python', () => {
    const io = new BytesIO(Uint8Array.of(1, 2));
    expect(io.seek(1, undefined)).toBe(1);
    expect(io.peek(undefined)).toEqual(Uint8Array.of(2));
  });

  it('the cursor stops at 2 ** 53 - 1, at sys.maxsize in Python', () => {
    const io = new BytesIO(Uint8Array.of(1));
    expect(io.seek(LAST)).toBe(LAST);
    expect(() => io.seek(1, 1)).toThrow(rangeError);
    expect(() => io.seek(LAST, 2)).toThrow(rangeError);
    expect(io.tell()).toBe(LAST);
  });

  it('a write that cannot be held leaves the stream as it was, CPython loses its buffer', () => {
    const io = new BytesIO(Uint8Array.of(1, 2, 3));
    io.seek(LAST);
    io.truncate(1);
    expect(() => io.write(Uint8Array.of(4))).toThrow(rangeError);
    expect([io.closed, io.tell(), io.getvalue()]).toEqual([false, LAST, Uint8Array.of(1)]);
  });

  it('an index outside a view is ignored, an IndexError in Python', () => {
    const io = new BytesIO(Uint8Array.of(1));
    using view = io.getbuffer();
    view[1] = 2;
    expect(view[1]).toBeUndefined();
    expect(io.getvalue()).toEqual(Uint8Array.of(1));
  });

  it('writelines() refuses the empty string like any other, an iterable of nothing in Python', () => {
    expect(() => new BytesIO().writelines('' as never)).toThrow(typeError);
  });

  it('a wrong argument to a closed stream is a ClosedError in write(), a TypeError in truncate(), as in CPython 3.11', () => {
    const io = new BytesIO();
    io.close();
    expect(() => io.write('text' as never)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
    expect(() => io.truncate('1' as never)).toThrow(typeError);
  });
});
