import { describe, expect, it, vi } from 'vitest';
import { AdapterError } from './adapter.ts';
import { describe as call, rangeError, typeError } from './errors.ts';
import {
  BufferError,
  BytesIO,
  b,
  ClosedError,
  isMemioError,
  LimitError,
  SourceError,
  UnsupportedOperation,
} from './index.ts';

describe('the error classes', () => {
  it.each<[string, Error, string]>([
    ['ClosedError', new ClosedError('Why'), 'ERR_MEMIO_CLOSED'],
    ['BufferError', new BufferError('Why'), 'ERR_MEMIO_BUFFER'],
    ['UnsupportedOperation', new UnsupportedOperation('Why'), 'ERR_MEMIO_UNSUPPORTED'],
    ['LimitError', new LimitError('Why', 'maxBytes', 1), 'ERR_MEMIO_LIMIT'],
    ['SourceError', new SourceError('Why', 'ERR_MEMIO_SOURCE', b``), 'ERR_MEMIO_SOURCE'],
    ['AdapterError', new AdapterError('Why', { adapter: 'a', operation: 'o' }), 'ERR_MEMIO_ADAPTER'],
    ['TypeError', typeError('Why'), 'ERR_MEMIO_TYPE'],
    ['RangeError', rangeError('Why'), 'ERR_MEMIO_RANGE'],
  ])('%s has its name, its message and a code', (name, error, code) => {
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name, message: 'Why', code });
    expect(String(error)).toBe(`${name}: Why`);
    expect(error.stack).toContain('errors.test.ts');
    expect('cause' in error).toBe(false);
    expect(isMemioError(error)).toBe(true);
  });

  it('keep the cause', () => {
    const cause = new Error('below');
    expect(new ClosedError('Why', { cause }).cause).toBe(cause);
    expect(new SourceError('Why', 'ERR_MEMIO_SOURCE', b``, undefined, { cause }).cause).toBe(cause);
    expect(new AdapterError('Why', { adapter: 'a', operation: 'o', cause }).cause).toBe(cause);
    expect(rangeError('Why', { cause }).cause).toBe(cause);
  });

  it('carry what belongs to them', () => {
    expect(new LimitError('Why', 'maxBytes', 3, b`ab`)).toMatchObject({
      limit: 'maxBytes',
      allowed: 3,
      partial: b`ab`,
    });
    expect(new LimitError('Why', 'maxPixels', 3).partial).toBeUndefined();
    expect(new SourceError('Why', 'ERR_MEMIO_TRUNCATED', b`ab`, 4)).toMatchObject({
      code: 'ERR_MEMIO_TRUNCATED',
      partial: b`ab`,
      expected: 4,
    });
    expect(new AdapterError('Why', { adapter: '@memio/pngjs', operation: 'readPng' })).toMatchObject({
      adapter: '@memio/pngjs',
      operation: 'readPng',
    });
  });
});

describe('isMemioError()', () => {
  it.each<[string, unknown, boolean]>([
    ['an error of memio', new ClosedError('x'), true],
    ['an error with one of its codes', Object.assign(new Error('x'), { code: 'ERR_MEMIO_LIMIT' }), true],
    ['another error', new Error('x'), false],
    ['an error of Node', Object.assign(new Error('x'), { code: 'ERR_STREAM_DESTROYED' }), false],
    ['an error with a number for its code', Object.assign(new Error('x'), { code: 7 }), false],
    ['what only looks like one', { code: 'ERR_MEMIO_LIMIT', message: 'x' }, false],
    ['null', null, false],
    ['undefined', undefined, false],
    ['a string', 'ERR_MEMIO_LIMIT', false],
  ])('tells for %s', (_, error, is) => {
    expect(isMemioError(error)).toBe(is);
  });

  it('tells which one it is', () => {
    expect(isMemioError(new ClosedError('x'), 'ERR_MEMIO_CLOSED')).toBe(true);
    expect(isMemioError(new ClosedError('x'), 'ERR_MEMIO_LIMIT')).toBe(false);
    expect(isMemioError(new Error('x'), 'ERR_MEMIO_LIMIT')).toBe(false);
  });
});

describe('two copies of the package', () => {
  const load = async () => {
    vi.resetModules();
    const core = await import('./index.ts');
    const { readBytes, isStream } = await import('./adapter.ts');
    return { ...core, readBytes, isStream };
  };

  it('recognise each other’s errors by their code, though not by their class', async () => {
    const copy = await load();
    expect(copy.BytesIO).not.toBe(BytesIO);
    const io = new copy.BytesIO();
    io.close();
    try {
      io.tell();
    } catch (error) {
      expect(error).not.toBeInstanceOf(ClosedError);
      expect(isMemioError(error, 'ERR_MEMIO_CLOSED')).toBe(true);
      return;
    }
    expect.unreachable();
  });

  it('take each other’s streams and views', async () => {
    const copy = await load();
    const theirs = new copy.BytesIO(b`one\ntwo`);
    theirs.readline();
    expect((await BytesIO.from(theirs)).getvalue()).toEqual(b`two`);

    const ours = new BytesIO();
    using view = theirs.getbuffer();
    ours.write(view);
    ours.writelines(theirs);
    expect(ours.getvalue()).toEqual(b`one\ntwo`);
    expect(copy.isStream(ours)).toBe(true);
    ours.seek(4);
    const of = { adapter: 'a', operation: 'o' };
    expect(await copy.readBytes(of, ours, {}, (bytes) => bytes.slice())).toEqual(b`two`);
  });
});

describe('describe()', () => {
  class Local {}
  it.each<[string, unknown]>([
    ['the string "text"', 'text'],
    ['the string ""', ''],
    ['the string "a\\n\\"b\\""', 'a\n"b"'],
    [`the string "${'x'.repeat(40)}"`, 'x'.repeat(40)],
    ['null', null],
    ['undefined', undefined],
    ['1.5', 1.5],
    ['NaN', Number.NaN],
    ['true', true],
    ['10n', 10n],
    ['Symbol(s)', Symbol('s')],
    ['the function named', function named() {}],
    ['a function', () => {}],
    ['an object', {}],
    ['an instance of Array', []],
    ['an instance of Local', new Local()],
    ['an instance of Uint8Array', new Uint8Array(1)],
    ['an instance of BytesIO', new BytesIO()],
  ])('says %s', (name, value) => {
    expect(call(value)).toBe(name);
  });

  it.each([
    ['without a prototype', Object.create(null)],
    ['without a constructor', Object.create({ constructor: undefined })],
  ])('says something for an object %s', (_, value) => {
    expect(call(value)).toBe('an object');
  });

  it('does not repeat a long string', () => {
    expect(call('x'.repeat(100_000)).length).toBeLessThan(100);
  });
});
