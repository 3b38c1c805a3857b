import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesIO, b } from './index.ts';

/** Characters with their bytes, by a decoder that refuses what is invalid: what an encoder would write. */
function alphabet(encoding: string, candidates: Iterable<Uint8Array<ArrayBuffer>>): [string, Uint8Array][] {
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  const characters: [string, Uint8Array][] = [];
  for (const bytes of candidates) {
    try {
      // Streamed, windows-1252 is what it is in browsers on Node.js 20 as well.
      const text = decoder.decode(bytes, { stream: encoding === 'windows-1252' });
      if ([...text].length === 1 && !/[\p{Cc}\p{Co}\ufffd]/u.test(text)) characters.push([text, bytes]);
    } catch {}
  }
  return characters;
}

function* pairs(firsts: number[], seconds: number[]): Iterable<Uint8Array<ArrayBuffer>> {
  for (const first of firsts) {
    yield Uint8Array.of(first);
    for (const second of seconds) yield Uint8Array.of(first, second);
  }
}
const from = (start: number, end: number) => Array.from({ length: end - start }, (_, index) => start + index);

const utf16 = (littleEndian: boolean) => (text: string) => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let index = 0; index < text.length; index++) view.setUint16(index * 2, text.charCodeAt(index), littleEndian);
  return new Uint8Array(view.buffer);
};
/** Among them those whose bytes in UTF-16 contain 0x0A, and a line separator that ends no line here. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\u0a0a', '\u0a00', '\u000b', '\u2028', '\u{1f60a}', 'é', 'a'),
      fc.string({ unit: 'binary-ascii', maxLength: 5 }),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

interface Encoded {
  text: string;
  bytes: Uint8Array;
}

const encodings: Record<string, fc.Arbitrary<Encoded>> = {
  'utf-8': anyText.map((text) => ({ text, bytes: new TextEncoder().encode(text) })),
  'utf-16le': anyText.map((text) => ({ text, bytes: utf16(true)(text) })),
  'utf-16be': anyText.map((text) => ({ text, bytes: utf16(false)(text) })),
  ...Object.fromEntries(
    Object.entries({
      'windows-1252': pairs(from(0x20, 0x100), []),
      shift_jis: pairs([...from(0x20, 0x7f), 0x81, 0x83, 0x88, 0x8a, 0xb1, 0xe0, 0xea], from(0x40, 0xfd)),
      gb18030: pairs([...from(0x20, 0x7f), 0x81, 0x8a, 0xb0, 0xc4, 0xfe], from(0x40, 0xff)),
      'euc-kr': pairs([...from(0x20, 0x7f), 0xb0, 0xb1, 0xc7, 0xc8], from(0xa1, 0xff)),
    }).map(([encoding, candidates]) => {
      const characters = alphabet(encoding, candidates);
      const ends: [string, Uint8Array][] = [
        ['\n', b`\n`],
        ['\r\n', b`\r\n`],
        ['\r', b`\r`],
      ];
      const character = fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom(...characters) },
        { weight: 1, arbitrary: fc.constantFrom(...ends) },
      );
      const encoded = fc.array(character, { maxLength: 30 }).map((all) => ({
        text: all.map(([text]) => text).join(''),
        bytes: Buffer.concat(all.map(([, bytes]) => bytes)),
      }));
      return [encoding, encoded];
    }),
  ),
};

/** What the lines of a whole text are. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  // A `\r` ends a line only together with `\n`.
  if (text.endsWith('\r')) lines[lines.length - 1] += '\r';
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

describe('the oracle', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a']],
    ['\n', ['']],
    ['a\r\nb\r', ['a', 'b\r']],
    ['\r\n\n', ['', '']],
  ])('splits %j as Python does with newline=None, but for \\r', (text, lines) => {
    expect(linesOf(text)).toEqual(lines);
  });
});

describe.each(Object.entries(encodings))('lines() of %s', (encoding, encoded) => {
  it('are those of the text', () => {
    fc.assert(
      fc.property(encoded, ({ text, bytes }) => {
        const io = new BytesIO(bytes);
        // A stream may start with a character that is a byte order mark, which is no text.
        const expected = linesOf(encoding.startsWith('utf') ? text.toWellFormed().replace(/^\ufeff/, '') : text);
        expect([...io.lines(encoding)]).toEqual(expected);
        expect(io.tell()).toBe(bytes.length);
        expect([...io.lines(encoding)]).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('from a cursor between characters are those of the rest', () => {
    fc.assert(
      fc.property(encoded, encoded, (before, after) => {
        const io = new BytesIO(Buffer.concat([before.bytes, after.bytes]));
        io.seek(before.bytes.length);
        const text = after.text.toWellFormed();
        expect([...io.lines(encoding)]).toEqual(
          linesOf(before.bytes.length === 0 && encoding.startsWith('utf') ? text.replace(/^\ufeff/, '') : text),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('leave the cursor behind each line: what readline() and lines() give in turns is the whole', () => {
    fc.assert(
      fc.property(encoded, fc.array(fc.integer({ min: 0, max: 3 })), ({ text, bytes }, counts) => {
        const io = new BytesIO(bytes);
        const lines: string[] = [];
        const positions = [0];
        for (const count of [...counts, Number.POSITIVE_INFINITY]) {
          let taken = 0;
          if (count === 0) continue;
          for (const line of io.lines(encoding)) {
            lines.push(line);
            positions.push(io.tell());
            if (++taken >= count) break;
          }
        }
        const expected = linesOf(encoding.startsWith('utf') ? text.toWellFormed().replace(/^\ufeff/, '') : text);
        expect(lines).toEqual(expected);
        for (let index = 1; index < positions.length; index++) {
          const [start, end] = [positions[index - 1]!, positions[index]!];
          expect(end).toBeGreaterThan(start);
          const alone = new BytesIO(bytes.subarray(start, end)).text(encoding).replace(/\r?\n$/, '');
          if (start > 0) expect(alone.replace(/^\ufeff/, '')).toBe(lines[index - 1]!.replace(/^\ufeff/, ''));
        }
        expect(positions.at(-1)).toBe(bytes.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('lines()', () => {
  it.each<[string, Uint8Array, string[]]>([
    ['of nothing are none', b``, []],
    ['end with \\n', b`one\ntwo\n`, ['one', 'two']],
    ['need no \\n at the end', b`one\ntwo`, ['one', 'two']],
    ['end with \\r\\n', b`one\r\ntwo\r\n`, ['one', 'two']],
    ['do not end with \\r', b`one\rtwo`, ['one\rtwo']],
    ['keep a \\r at the end', b`one\r`, ['one\r']],
    ['keep a \\r before \\r\\n', b`one\r\r\n`, ['one\r']],
    ['may be empty', b`\n\r\n\n`, ['', '', '']],
    ['have no byte order mark', b`\xef\xbb\xbfone\n\xef\xbb\xbftwo`, ['one', '\ufefftwo']],
    ['may be a byte order mark alone', b`\xef\xbb\xbf\none`, ['', 'one']],
    ['of a byte order mark alone are one empty line', b`\xef\xbb\xbf`, ['']],
    ['have U+FFFD for what is invalid', b`n\xe9\ncut \xe2\x82`, ['n\ufffd', 'cut \ufffd']],
  ])('%s', (_, content, lines) => {
    expect([...new BytesIO(content).lines()]).toEqual(lines);
  });

  it.each([1, 65_534, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 300_000])(
    'of %i bytes are whole, whatever the encoding and the end',
    (length) => {
      for (const [encoding, encode] of [
        ['utf-8', (text: string) => new TextEncoder().encode(text)],
        ['utf-16le', utf16(true)],
        ['utf-16be', utf16(false)],
      ] as const) {
        for (const end of ['\n', '\r\n', '']) {
          const line = `${'é'.repeat(length >> 1)}${length % 2 ? 'x' : ''}`;
          const io = new BytesIO(encode(`first\n${line}${end}${end && 'last'}`));
          expect([...io.lines(encoding)]).toEqual(end ? ['first', line, 'last'] : ['first', line]);
        }
      }
    },
  );

  it('cut no character at the end of what is decoded at once', () => {
    const io = new BytesIO();
    const lines = Array.from({ length: 20_000 }, (_, index) => `${'€'.repeat(index % 7)}${index}`);
    for (const line of lines) io.write(b`${line}\n`);
    for (let shift = 0; shift < 4; shift++) {
      const shifted = new BytesIO(b`${'x'.repeat(shift)}${io.getvalue()}`);
      const [first, ...rest] = [...shifted.lines()];
      expect(first).toBe('x'.repeat(shift) + lines[0]);
      expect(rest).toEqual(lines.slice(1));
    }
  });

  it('start where the cursor is, also in the middle of a line', () => {
    const io = new BytesIO(b`one\ntwo`);
    io.seek(2);
    expect([...io.lines()]).toEqual(['e', 'two']);
    io.seek(99);
    expect([...io.lines()]).toEqual([]);
  });

  it('are not read before they are asked for', () => {
    const io = new BytesIO(b`one\ntwo\n`);
    const lines = io.lines();
    expect(io.tell()).toBe(0);
    io.seek(4);
    expect(lines.next()).toEqual({ done: false, value: 'two' });
    expect(lines.next()).toEqual({ done: true, value: undefined });
  });

  it('go on where the cursor is after a seek in between', () => {
    const io = new BytesIO(b`one\ntwo\nthree\n`);
    const seen: string[] = [];
    for (const line of io.lines()) {
      seen.push(line);
      if (seen.length === 1) io.seek(8);
      else if (seen.length === 2) io.seek(4);
      else break;
    }
    expect(seen).toEqual(['one', 'three', 'two']);
    expect(io.readline()).toEqual(b`three\n`);
  });

  it('see what is written behind the cursor in between, and what is appended', () => {
    const io = new BytesIO(b`one\n`);
    const lines = io.lines();
    expect(lines.next().value).toBe('one');
    io.write(b`two\n`);
    io.seek(4);
    expect(lines.next().value).toBe('two');
    expect(lines.next().done).toBe(true);
  });

  it('end when the stream is cut in between', () => {
    const io = new BytesIO(b`one\ntwo\nthree\n`);
    const seen: string[] = [];
    for (const line of io.lines()) {
      seen.push(line);
      io.truncate(4);
      io.seek(4);
      if (seen.length > 5) break;
    }
    expect(seen[0]).toBe('one');
    expect(seen.length).toBeLessThanOrEqual(3);
  });

  it('of a stream that is closed in between throw', () => {
    const io = new BytesIO(b`one\ntwo\n`);
    expect(() => {
      for (const _ of io.lines()) io.close();
    }).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_CLOSED' }));
  });

  it('hold nothing: the stream can be changed and closed between two of them', () => {
    const io = new BytesIO(b`one\ntwo\n`);
    for (const _ of io.lines()) break;
    io.seek(0, 2);
    io.write(b`three`);
    io.close();
  });

  it('refuse iso-2022-jp, where a line depends on those before it', () => {
    expect(() => new BytesIO().lines('iso-2022-jp')).toThrow(
      expect.objectContaining({ code: 'ERR_MEMIO_RANGE', message: expect.stringContaining('text()') }),
    );
  });

  it('are decoded by the encoding, not by a byte order mark', () => {
    expect([...new BytesIO(b`\xff\xfea\0\n\0b\0`).lines('utf-16le')]).toEqual(['a', 'b']);
    expect([...new BytesIO(b`\xfe\xff\0a\0\n\0b`).lines('utf-16be')]).toEqual(['a', 'b']);
  });

  it('take time in proportion to their bytes, long and short', () => {
    const time = (content: Uint8Array) => {
      const io = new BytesIO(content);
      const start = performance.now();
      let count = 0;
      for (const _ of io.lines()) count += 1;
      return { count, ms: performance.now() - start };
    };
    const long = time(new Uint8Array(16 * 1024 * 1024).fill(0x61));
    expect(long).toMatchObject({ count: 1 });
    expect(long.ms).toBeLessThan(2000);
    const short = time(new Uint8Array(1024 * 1024).fill(0x0a));
    expect(short).toMatchObject({ count: 1024 * 1024 });
    expect(short.ms).toBeLessThan(4000);
    const mixed = time(new TextEncoder().encode('é\n'.repeat(200_000)));
    expect(mixed).toMatchObject({ count: 200_000 });
    expect(mixed.ms).toBeLessThan(4000);
  });
});
