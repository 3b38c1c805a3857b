import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BytesIO, b } from './index.ts';

class Upload extends BytesIO {}

const make: [string, () => BytesIO, string][] = [
  ['an empty stream', () => new BytesIO(), 'BytesIO { size: 0, cursor: 0, bytes: b`` }'],
  [
    'a stream by its size, its cursor and its bytes',
    () => {
      const io = new BytesIO(b`GIF89a\x00\n\`$\\'"\xff`);
      io.seek(3);
      return io;
    },
    'BytesIO { size: 14, cursor: 3, bytes: b`GIF89a\\x00\\n\\`\\$\\\\\'"\\xff` }',
  ],
  [
    'the first 32 bytes of more',
    () => new BytesIO(new Uint8Array(33).fill(0x61)),
    `BytesIO { size: 33, cursor: 0, bytes: b\`${'a'.repeat(32)}\`… }`,
  ],
  [
    'all of 32 bytes',
    () => new BytesIO(new Uint8Array(32).fill(0x61)),
    `BytesIO { size: 32, cursor: 0, bytes: b\`${'a'.repeat(32)}\` }`,
  ],
  ['a subclass by its name', () => new Upload(b`a`), 'Upload { size: 1, cursor: 0, bytes: b`a` }'],
  [
    'a closed stream',
    () => {
      const io = new BytesIO(b`a`);
      io.close();
      return io;
    },
    'BytesIO { closed }',
  ],
  [
    'a stream whose memory was detached',
    () => {
      const io = new BytesIO(b`abc`);
      const { buffer } = io.getbuffer();
      structuredClone(buffer, { transfer: [buffer] });
      return io;
    },
    'BytesIO { size: 3, cursor: 0, bytes: BufferError }',
  ],
];

describe('util.inspect() and console.log()', () => {
  it.each(make)('show %s', (_, io, text) => {
    const stream = io();
    expect(inspect(stream)).toBe(text);
    expect(format('%o %O', stream, stream)).toBe(`${text} ${text}`);
    expect(inspect({ deep: { list: [stream] } }, { depth: 5 })).toContain(text);
  });

  it('move nothing and hold nothing', () => {
    const io = new BytesIO(b`abc`);
    io.seek(2);
    inspect(io);
    expect(io.tell()).toBe(2);
    io.close();
  });
});

describe('the printers of test runners', () => {
  it.each(make)('show %s', (_, io, text) => {
    expect(io().toJSON()).toBe(text);
    // What an assertion that fails shows: its message must not be an error of the printer.
    expect(() => expect({ io: io() }).toEqual({ io: 1 })).toThrow(
      expect.objectContaining({ name: 'AssertionError', message: expect.stringMatching(/^expected /) }),
    );
  });

  it('make readable snapshots', () => {
    expect([new BytesIO(b`abc`)]).toMatchInlineSnapshot(`
      [
        "BytesIO { size: 3, cursor: 0, bytes: b\`abc\` }",
      ]
    `);
  });
});

describe('JSON.stringify()', () => {
  it.each<[string, unknown, string]>([
    ['a stream', new BytesIO(b`a`), '""'],
    ['a property', { file: new BytesIO(b`a`) }, '"file"'],
    ['a stream at any depth', { deep: [[{ file: new BytesIO(b`a`) }]] }, '"file"'],
    ['an element', { list: [1, new BytesIO(b`a`)] }, '"1"'],
    ['a subclass', { file: new Upload() }, '"file"'],
  ])('throws for %s and names the key', (_, value, key) => {
    const attempt = () => JSON.stringify(value);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'ERR_MEMIO_TYPE',
        message: expect.stringMatching(
          new RegExp(`^Cannot write a BytesIO as JSON${key === '""' ? '' : ` \\(key ${key}\\)`}: pass its bytes`),
        ),
      }),
    );
  });

  it('throws for a closed stream as well', () => {
    const io = new BytesIO();
    io.close();
    expect(() => JSON.stringify({ io })).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE' }));
  });
});

describe('a conversion to text or a number', () => {
  const io = new BytesIO(b`abc`);
  it.each<[string, () => unknown]>([
    ['a template', () => `${io as never}`],
    ['String()', () => String(io)],
    ['+', () => (io as never) + (1 as never)],
    ['Number()', () => Number(io)],
    ['new Date()', () => new Date(io as never)],
    ['<', () => (io as never) < 1],
    ['a key', () => ({})[io as never]],
    ['new Blob()', () => new Blob([io as never])],
    ['new File()', () => new File([io as never], 'name')],
    ['FormData', () => new FormData().append('file', io as never)],
    ['new URLSearchParams()', () => new URLSearchParams({ io: io as never })],
    ['encodeURIComponent()', () => encodeURIComponent(io as never)],
    ['TextEncoder', () => new TextEncoder().encode(io as never)],
    ['join()', () => [io].join()],
  ])('by %s throws and names what to use', (_, convert) => {
    expect(convert).toThrow(TypeError);
    expect(convert).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_TYPE', message: expect.stringMatching(/getvalue\(\), stream\(\)/) }),
    );
  });
});
