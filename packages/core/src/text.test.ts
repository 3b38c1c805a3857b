import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BytesIO, b } from './index.ts';

const { indexes } = JSON.parse(
  readFileSync(new URL('oracle/data/single-byte-encodings.json', import.meta.url), 'utf8'),
) as { indexes: Record<string, string> };

const ALL = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const ASCII = String.fromCharCode(...ALL.subarray(0, 128));

/** Whether the platform knows it: Node.js 20 lacks ISO-8859-16. */
function isKnown(encoding: string): boolean {
  try {
    new TextDecoder(encoding);
    return true;
  } catch {
    return false;
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('text() in an encoding of one byte', () => {
  const labels = ['latin1', 'ascii', 'iso-8859-1', 'us-ascii', 'l1', 'cp1252', 'x-cp1252', ' Latin1\n'];
  const cases = [
    ...Object.entries(indexes),
    ...labels.map((label) => [label, indexes['windows-1252']!] as const),
    ['iso-8859-8-i', indexes['iso-8859-8']!] as const,
    ['cp866', indexes['ibm866']!] as const,
    ['tis-620', indexes['windows-874']!] as const,
  ];

  it.each(cases)('is that of the Encoding Standard for all 256 bytes of %j, or an error', (label, upper) => {
    if (!isKnown(label)) {
      expect(() => new BytesIO(ALL).text(label)).toThrow(expect.objectContaining({ code: 'ERR_MEMIO_RANGE' }));
      return;
    }
    expect(new BytesIO(ALL).text(label)).toBe(ASCII + upper);
    const io = new BytesIO(ALL);
    expect([...io.lines(label)].join('\n')).toBe(ASCII + upper);
  });

  it.each(cases)('is the same for each byte alone, of %j', (label, upper) => {
    if (!isKnown(label)) return;
    const expected = ASCII + upper;
    for (const byte of ALL) {
      expect(new BytesIO(Uint8Array.of(byte)).text(label)).toBe(expected[byte]);
      if (byte !== 0x0a && byte !== 0x0d)
        expect([...new BytesIO(Uint8Array.of(byte)).lines(label)]).toEqual([expected[byte]]);
    }
  });

  it('is the same of more than is decoded at once', () => {
    const io = new BytesIO();
    for (let round = 0; round < 5000; round++) io.write(ALL);
    expect(io.text('latin1')).toBe((ASCII + indexes['windows-1252']!).repeat(5000));
  });
});

describe('text() in an encoding of several bytes', () => {
  it.each<[string, Uint8Array, string]>([
    ['utf-8', b`n\xc3\xa9\xf0\x9f\x98\x80`, 'né\u{1f600}'],
    ['utf-16le', b`n\0\xe9\0\x3d\xd8\x00\xde`, 'né\u{1f600}'],
    ['utf-16be', b`\0n\0\xe9\xd8\x3d\xde\x00`, 'né\u{1f600}'],
    ['gb18030', b`\xc4\xe3\xba\xc3\x81\x30\x81\x30`, '你好\x80'],
    ['gbk', b`\xc4\xe3\xba\xc3\x81\x30\x81\x30\x80`, '你好\x80€'],
    ['shift_jis', b`\x83e\x83X\x83g\xb1~\\`, 'テストｱ~\\'],
    ['euc-jp', b`\xa5\xc6\xa5\xb9\x8e\xb1\x8f\xb0\xa1`, 'テスｱ丂'],
    ['iso-2022-jp', b`\x1b$B%F%9\x1b(B!`, 'テス!'],
    ['euc-kr', b`\xc7\xd1\xb1\xdb`, '한글'],
    ['big5', b`\xa4\xa4\xa4\xe5`, '中文'],
  ])('decodes %s', (encoding, bytes, text) => {
    expect(new BytesIO(bytes).text(encoding)).toBe(text);
  });

  // Each is another text in a browser than in Node.js, whose ICU has other tables.
  it.each<[string, Uint8Array, string]>([
    ['euc-kr', b`\x81\x41`, '갂'],
    ['euc-kr', b`\xa1\x41`, '퀗'],
    ['euc-kr', b`\xc9\xa1`, '\ufffd'],
    ['euc-kr', b`\x80`, '\ufffd'],
    ['big5', b`\x87\x40`, '䏰'],
    ['big5', b`\xf9\xfe`, '￭'],
    ['shift_jis', b`\x1a`, '\x1a'],
    ['shift_jis', b`\x1c`, '\x1c'],
    ['shift_jis', b`\x80`, '\x80'],
    ['euc-jp', b`\x8e\xe0`, '\ufffd'],
    ['euc-jp', b`\x85`, '\ufffd'],
    ['iso-2022-jp', b`\x0e`, '\ufffd'],
  ])('is that of the Encoding Standard for %s %o, or an error that names a way out', (encoding, bytes, text) => {
    const read = [
      () => new BytesIO(bytes).text(encoding),
      ...(encoding === 'iso-2022-jp' ? [] : [() => [...new BytesIO(bytes).lines(encoding)].join('\n')]),
    ];
    for (const one of read) {
      let actual: string;
      try {
        actual = one();
      } catch (error) {
        expect(error).toMatchObject({
          name: 'RangeError',
          code: 'ERR_MEMIO_RANGE',
          message: expect.stringMatching(new RegExp(`^Cannot decode these bytes as ${encoding}: .*getvalue\\(\\)`)),
        });
        continue;
      }
      expect(actual).toBe(text);
    }
  });

  it('does not refuse what a platform that follows the standard decodes', () => {
    // A decoder as browsers have it, for the bytes that are asked for here.
    class Standard {
      encoding = 'euc-kr';
      decode(bytes: Uint8Array): string {
        return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : '\ufffd')).join('');
      }
    }
    vi.stubGlobal('TextDecoder', Standard);
    expect(new BytesIO(b`a\x80`).text('euc-kr')).toBe('a\ufffd');
  });
});

describe('text()', () => {
  it.each<[string, string]>([
    ['klingon', 'Cannot decode as "klingon": this platform has no such encoding'],
    ['', 'Cannot decode as "": this platform has no such encoding'],
    ['utf-7', 'Cannot decode as "utf-7": this platform has no such encoding'],
  ])('and lines() refuse the encoding %j', (encoding, message) => {
    for (const use of [() => new BytesIO().text(encoding), () => new BytesIO().lines(encoding)])
      expect(use).toThrow(expect.objectContaining({ name: 'RangeError', code: 'ERR_MEMIO_RANGE', message }));
  });

  it.each([[null], [1], [{}]])('and lines() refuse %o as an encoding', (encoding) => {
    for (const use of [() => new BytesIO().text(encoding as never), () => new BytesIO().lines(encoding as never)])
      expect(use).toThrow(expect.objectContaining({ name: 'TypeError', code: 'ERR_MEMIO_TYPE' }));
  });

  it.each<[string, Uint8Array, string]>([
    ['utf-8', b`\xef\xbb\xbf\xef\xbb\xbfa`, '\ufeffa'],
    ['utf-16le', b`\xff\xfe\xff\xfea\0`, '\ufeffa'],
    ['utf-16be', b`\xfe\xff\xfe\xff\0a`, '\ufeffa'],
    ['latin1', b`\xff\xfea`, 'ÿþa'],
  ])('leaves out one byte order mark in %s', (encoding, bytes, text) => {
    expect(new BytesIO(bytes).text(encoding)).toBe(text);
  });
});
