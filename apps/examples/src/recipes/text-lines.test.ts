import { execFileSync } from 'node:child_process';
import { BytesIO, b } from '@memio/core';
import { describeWith } from '@memio/testkit';
import { describe, expect, it } from 'vitest';
import { runMain } from '../../test/run.ts';
import main, { readCsv, writeCsv } from './text-lines.ts';

const ROWS = [
  ['plain', 'Köln', '東京', '🚢'],
  ['', 'a,b', 'say "hi"', ''],
  ['two\nlines', 'two\r\nlines', '"', '""'],
  ['alone'],
];
const rowsOf = (text: string | Uint8Array) =>
  Array.from(readCsv(new BytesIO(typeof text === 'string' ? new TextEncoder().encode(text) : text)));

describe('text-lines', () => {
  it('reads what it wrote', () => {
    const csv = writeCsv(ROWS);
    expect(csv.tell()).toBe(0);
    expect([...readCsv(csv)]).toEqual(ROWS);
  });

  it('writes UTF-8 with its mark, and quotes what has to be', () => {
    expect(Buffer.from(writeCsv([['Köln', 'a "b", c']]).read()).toString('utf8')).toBe('\ufeffKöln,"a ""b"", c"\r\n');
  });

  it.each<[string, string, string[][]]>([
    ['nothing', '', []],
    ['a mark alone', '\ufeff', [['']]],
    [
      'no line end at the end',
      'a,b\nc,d',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['either line end', 'a\r\nb\n', [['a'], ['b']]],
    [
      'empty fields',
      ',a,\n,,\n',
      [
        ['', 'a', ''],
        ['', '', ''],
      ],
    ],
    ['empty lines', 'a\n\nb\n', [['a'], [''], ['b']]],
    ['quotes within a field', 'a"b"c,5"\n"x', [['a"b"c', '5"\n"x']]],
    ['a quoted field behind a mark', '\ufeff"a,b",c\n', [['a,b', 'c']]],
    ['empty lines within quotes', '"\n\n"\n', [['\n\n']]],
  ])('reads %s', (_what, text, rows) => {
    expect(rowsOf(text)).toEqual(rows);
  });

  it.each([1, 2, 3, 5])('reads the same when the source cuts it into pieces of %d bytes', async (size) => {
    const bytes = writeCsv(ROWS).read();
    async function* pieces() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    expect([...readCsv(await BytesIO.from(pieces()))]).toEqual(ROWS);
  });

  it('reads a Latin-1 file as little as any other that is not UTF-8, and says where', () => {
    const rows = readCsv(new BytesIO(b`city\nK\xf6ln\n`));
    expect(rows.next().value).toEqual(['city']);
    expect(() => rows.next()).toThrow('Cannot read line 2: it is not UTF-8');
  });

  it('says where a quote was left open', () => {
    expect(() => rowsOf('a\n"b\nc\n')).toThrow('Cannot read line 3: a quote is not closed before it ends');
  });

  it('goes on where the cursor is', () => {
    const csv = new BytesIO(b`# made by hand\na,b\n`);
    csv.readline();
    expect([...readCsv(csv)]).toEqual([['a', 'b']]);
  });
});

describe('the example of text-lines', () => {
  it('reads the same rows from every source', async () => {
    const { made, log } = await runMain(main);
    const rows = [
      ['Köln', 'Et hätt noch emmer joot jejange'],
      ['東京', 'a "quote"\nand two lines'],
    ];
    const csv = Buffer.from(made['cities.csv']!.read());
    expect(log).toEqual([
      `${csv.toString('utf8').length - 1} characters are ${csv.length} bytes; the first line has 14`,
      ...['a file', 'a response', 'pieces'].map((name) => `From ${name}: ${JSON.stringify(rows)}`),
    ]);
  });
});

describeWith('python3', 'the table is not read by its csv module')('what Python says', () => {
  it('reads the same rows', () => {
    const program = `
import csv, io, json, sys
text = io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8-sig', newline='')
print(json.dumps(list(csv.reader(text))))`;
    const said = execFileSync('python3', ['-c', program], { input: writeCsv(ROWS).read(), encoding: 'utf8' });
    expect(JSON.parse(said)).toEqual(ROWS);
  });
});
