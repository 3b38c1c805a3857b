import { describeWith } from '@memio/testkit';
import { Python } from '@memio/testkit/python';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { describe as call } from './errors.ts';
import { type BytesLike, b } from './index.ts';
import { literalOf } from './literal.ts';

/** What the tag gives for literal text that is written `raw` in the source. */
function literal(raw: string): Uint8Array {
  return b(Object.assign([raw], { raw: [raw] }));
}

describe('b', () => {
  it.each<[string, number[]]>([
    ['', []],
    ['GIF89a', [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]],
    ['\x00\x7f', [0, 0x7f]],
    ['\n\t', [10, 9]],
    [String.raw`\x00\xff\xFf`, [0, 255, 255]],
    [String.raw`\x412`, [0x41, 0x32]],
    [String.raw`\0`, [0]],
    [String.raw`\7`, [7]],
    [String.raw`\08`, [0, 0x38]],
    [String.raw`\101`, [0x41]],
    [String.raw`\1012`, [0x41, 0x32]],
    [String.raw`\12x`, [0x0a, 0x78]],
    [String.raw`\377`, [255]],
    [String.raw`\777`, [255]],
    [String.raw`\400`, [0]],
    [String.raw`\8`, [0x5c, 0x38]],
    [String.raw`\a\b\f\n\r\t\v`, [7, 8, 12, 10, 13, 9, 11]],
    [String.raw`\\`, [0x5c]],
    [String.raw`\\n`, [0x5c, 0x6e]],
    [String.raw`\'\"`, [0x27, 0x22]],
    [`'"`, [0x27, 0x22]],
    ['\\\n', []],
    ['a\\\nb', [0x61, 0x62]],
    [String.raw`\q`, [0x5c, 0x71]],
    [String.raw`\N{DEGREE SIGN}`.slice(0, 3), [0x5c, 0x4e, 0x7b]],
    [String.raw`\u0041`, [0x5c, 0x75, 0x30, 0x30, 0x34, 0x31]],
    [String.raw`\X41`, [0x5c, 0x58, 0x34, 0x31]],
    [String.raw`\ `, [0x5c, 0x20]],
    ['\\`', [0x60]],
    [String.raw`\$`, [0x24]],
  ])('gives for %j the bytes %j', (raw, bytes) => {
    expect([...literal(raw)]).toEqual(bytes);
  });

  it('is a tag that reads its text as it is written', () => {
    expect([...b`\x89PNG\r\n\x1a\n`]).toEqual([0x89, 0x50, 0x4e, 0x47, 13, 10, 0x1a, 10]);
    expect([
      ...b`\u0041 \
\``,
    ]).toEqual([0x5c, 0x75, 0x30, 0x30, 0x34, 0x31, 0x20, 0x60]);
  });

  it.each<[string, string | BytesLike, number[]]>([
    ['a string as UTF-8', 'é\u{1f600}', [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]],
    ['a string without reading its backslashes', String.raw`\x41`, [0x5c, 0x78, 0x34, 0x31]],
    ['a lone surrogate as the replacement character', '\ud800', [0xef, 0xbf, 0xbd]],
    ['an empty string', '', []],
    ['a Uint8Array', Uint8Array.of(0, 255), [0, 255]],
    ['a Uint16Array by its bytes', Uint16Array.of(0x0101, 0x0202), [1, 1, 2, 2]],
    ['a DataView with an offset', new DataView(Uint8Array.of(1, 2, 3, 4).buffer, 1, 2), [2, 3]],
    ['an ArrayBuffer', Uint8Array.of(7, 8).buffer, [7, 8]],
    ['a Buffer', Buffer.from('ab'), [0x61, 0x62]],
  ])('inserts %s', (_, value, bytes) => {
    expect([...b`${value}`]).toEqual(bytes);
    expect([...b`<${value}|${value}>`]).toEqual([0x3c, ...bytes, 0x7c, ...bytes, 0x3e]);
  });

  it('keeps a backslash at the end, which only a call by hand can bring', () => {
    expect([...literal('a\\')]).toEqual([0x61, 0x5c]);
  });

  it('does not join an escape with what is inserted behind it', () => {
    expect([...b`\1${'2'}`]).toEqual([1, 0x32]);
    expect(() => b`\x4${'1'}`).toThrow(SyntaxError);
  });

  it('gives a fresh array with every evaluation, which holds nothing else', () => {
    const make = () => b`abc`;
    const first = make();
    first[0] = 0;
    expect([...make()]).toEqual([0x61, 0x62, 0x63]);
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
    expect(first.buffer.byteLength).toBe(3);
  });

  it('copies what it inserts', () => {
    const inner = Uint8Array.of(1, 2);
    const outer = b`${inner}`;
    inner[0] = 9;
    expect([...outer]).toEqual([1, 2]);
  });

  it.each<[string, string]>([
    ['é', 'Cannot write "é" in a bytes literal: its text must be ASCII'],
    ['a\u0080', 'Cannot write "\u0080" in a bytes literal: its text must be ASCII'],
    ['\\é', 'Cannot write "é" in a bytes literal: its text must be ASCII'],
    [String.raw`\x`, 'Cannot read the escape \\x: expected two hex digits'],
    [String.raw`\x4`, 'Cannot read the escape \\x4: expected two hex digits'],
    [String.raw`\x4g`, 'Cannot read the escape \\x4g: expected two hex digits'],
    [String.raw`\xg4`, 'Cannot read the escape \\xg4: expected two hex digits'],
    [String.raw`\x 4`, 'Cannot read the escape \\x 4: expected two hex digits'],
  ])('refuses %j', (raw, message) => {
    expect(() => literal(raw)).toThrow(SyntaxError);
    expect(() => literal(raw)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_SYNTAX', message }));
  });

  it.each([[1], [null], [undefined], [[1]]])('refuses to insert %j', (value) => {
    const attempt = () => b`${value as never}`;
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_TYPE' }));
    expect(attempt).toThrow(`Cannot insert ${call(value)}: expected an ArrayBuffer or a view of one`);
  });
});

describe('b, called as a function', () => {
  it.each([['text'], [undefined], [null], [b`abc`], [['text']]])('with %o says that it is a tag', (value) => {
    expect(() => b(value as never)).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_TYPE', message: expect.stringMatching(/without parentheses$/) }),
    );
  });
});

describe('literalOf()', () => {
  it.each<[Uint8Array, string]>([
    [b``, 'b``'],
    [b`GIF89a`, 'b`GIF89a`'],
    [b`\t\n\v\f\r\x00\x7f\xff`, 'b`\\t\\n\\v\\f\\r\\x00\\x7f\\xff`'],
    [b`'"\`\$\\`, 'b`\'"\\`\\$\\\\`'],
  ])('writes %o', (bytes, text) => {
    expect(literalOf(bytes)).toBe(text);
  });

  it('writes what b reads as the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const text = literalOf(bytes);
        expect(text).toMatch(/^b`[ -~]*`$/);
        expect([...literal(text.slice(2, -1))]).toEqual([...bytes]);
        // What it writes ends no template early.
        expect(text.slice(2, -1).replace(/\\./g, '')).not.toMatch(/[`$\\]/);
      }),
    );
  });
});

describeWith('python3', 'bytes literals are not compared with CPython’s')('b and CPython', () => {
  const python = new Python(new URL('literal.py', import.meta.url));
  afterAll(() => python.stop());

  /** Text that ends neither Python's quotes nor a template literal, and means the same in both. */
  const raw = fc
    .array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...'01234567890aAbBfFxXnrtvuUN{} é', '\n') },
        { weight: 3, arbitrary: fc.constant('\\') },
        { weight: 1, arbitrary: fc.constantFrom('\\x', '\\0', '\\x4', '\\1', '\\37', "\\'", '\\"', '\\\\', '\\\n') },
        { weight: 1, arbitrary: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) },
      ),
      { maxLength: 12 },
    )
    .map((pieces) => pieces.join(''))
    .filter((text) => !/(?:^|[^\\])(?:\\\\)*(?:"|\\[`$])|(?:^|[^\\])(?:\\\\)*\\$/.test(text));

  it('mean the same', async () => {
    const texts = fc.sample(raw, { numRuns: 2000, seed: 20 });
    const expected = (await python.request(texts)) as (number[] | null)[];
    const seen = { bytes: 0, refused: 0 };
    for (const [index, text] of texts.entries()) {
      let bytes: number[] | null;
      try {
        bytes = [...literal(text)];
        seen.bytes += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
        bytes = null;
        seen.refused += 1;
      }
      expect({ text, bytes }).toEqual({ text, bytes: expected[index] });
    }
    expect(seen.bytes).toBeGreaterThan(500);
    expect(seen.refused).toBeGreaterThan(100);
  });
});
